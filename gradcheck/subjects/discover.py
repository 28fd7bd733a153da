"""What a loaded file offers to be checked, by the names and shapes that such programs have."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network.activations import activation_named
from gradcheck.network.costs import cost_named
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import WeightDecay
from gradcheck.subjects.arguments import Arguments
from gradcheck.subjects.functions import SigmaSubject, cost_and_gradient, loss_and_gradient
from gradcheck.subjects.layers import LayerSubject
from gradcheck.subjects.load import LoadedModule, attribute
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject, gradient_subject
from gradcheck.subjects.protocol import GradientSubject
from gradcheck.subjects.spec import SubjectSpec

Subject = GradientSubject | LayerSubject | NetworkSubject | SigmaSubject

PRIMES: Final = ("_prime", "_derivative", "_deriv")
"""How the derivative of NAME is called."""

COSTS: Final = ("cost", "loss", "objective")
GRADIENTS: Final = ("gradient", "grad")

LOOKED_FOR: Final = (
    "a class with backprop(x, y), weights and biases; NAME_forward with NAME_backward; cost with gradient; "
    "loss(params, ...) -> (loss, gradient); NAME with NAME_prime or NAME_derivative"
)


@dataclasses.dataclass(frozen=True)
class Found:
    """A subject, a sentence that says what it was taken for, and the names in its file that mean it, as a target has them.

    Examples
    --------
    >>> import numpy as np
    >>> Found(SigmaSubject("tanh_prime", np.tanh, np.cos), "tanh with its derivative tanh_prime").words
    'tanh with its derivative tanh_prime'
    """

    subject: Subject
    words: str
    names: tuple[str, ...] = ()


def discover(module: ModuleType, spec: SubjectSpec, generator: np.random.Generator) -> tuple[Found, ...]:
    """Return every subject that a module defines.

    Equations (BP1) to (BP4) in the shapes people write them: classes with backprop first; then forward and backward pairs, costs with gradients,
    and, where there is no class to use them, pairs of sigma and sigma'.

    Raises
    ------
    UsageError
        If there is none; the sentence says what was looked for and what was found.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples import network_right
    >>> [found.words for found in discover(network_right, SubjectSpec("network_right.py"), np.random.default_rng(0))]
    ['the class Network, with backprop']
    """
    arguments = Arguments(module, spec, generator)
    found = list(_classes(module, spec))
    # Beside a class, a function whose arguments the file does not hold is a helper of the class, not a subject.
    for candidate in (*_layers(module, arguments), *_costs(module, arguments)):
        with contextlib.suppress(UsageError) if found else contextlib.nullcontext():
            found.append(candidate())
    if not found:
        found.extend(_sigmas(module))
        if found:
            _refuse_unrecognised_class(module, spec)
    if not found:
        there = ", ".join(_own(module)) or "nothing"
        raise UsageError(f"{spec.target} has nothing to check: {LOOKED_FOR}; it defines {there}")
    return tuple(found)


def named(module: ModuleType, names: tuple[str, ...], spec: SubjectSpec, generator: np.random.Generator) -> Found:
    """Return the subject that one name, or two with a comma between them, stand for.

    Raises
    ------
    LoadError
        If a name is not there.
    UsageError
        If what it names cannot be checked.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples import sigma_pair_right
    >>> named(sigma_pair_right, ("swish",), SubjectSpec("f.py:swish"), np.random.default_rng(0)).words
    'swish with its derivative swish_prime'
    """
    if len(names) > 2:
        raise UsageError(
            f"{spec.target} names {len(names)} things: one, or a pair with a comma between them, is required"
        )
    loaded = LoadedModule(module, None)
    values = [attribute(loaded, name) for name in names]
    arguments = Arguments(module, spec, generator)
    if len(names) == 2:
        return _pair(names, values, arguments)
    name, value = names[0], values[0]
    if inspect.isclass(value) or (callable(value) and list(_required(value)) == ["sizes"]):
        return Found(_network(name, value, module, spec), f"{name}, which makes networks")
    if hasattr(value, "backprop") and hasattr(value, "weights"):
        return _instance(name, value, spec, generator)
    if callable(value):
        return _function(module, name, value, arguments)
    raise UsageError(f"{name} is {_article(value)}: {LOOKED_FOR} is required")


def declared_in(spec: SubjectSpec) -> Declared:
    """Return what a spec says of a network: activations, cost, weight decay, convention.

    Raises
    ------
    UsageError
        If a name is not known.

    Examples
    --------
    >>> declared_in(SubjectSpec("f.py", activation=("tanh",))).activations[0].name
    'tanh'
    """
    default = Declared()
    if spec.batch is not None and spec.batch not in (Batch.SUM.value, Batch.MEAN.value):
        raise UsageError(f"batch is {spec.batch!r}: sum or mean is required")
    return Declared(
        activations=tuple(map(activation_named, spec.activation)) or default.activations,
        cost=cost_named(spec.cost) if spec.cost is not None else default.cost,
        weight_decay=WeightDecay(l1=spec.l1 or 0.0, l2=spec.l2 or 0.0),
        batch=Batch(spec.batch) if spec.batch is not None else default.batch,
    )


def _classes(module: ModuleType, spec: SubjectSpec) -> Iterator[Found]:
    for name, value in _own(module).items():
        if inspect.isclass(value) and callable(getattr(value, "backprop", None)):
            yield Found(_network(name, value, module, spec), f"the class {name}, with backprop", (name,))


def _refuse_unrecognised_class(module: ModuleType, spec: SubjectSpec) -> None:
    """Raise if a file is about a class that is not recognised: to check a helper of it instead would look like an answer."""
    for name, value in _own(module).items():
        if inspect.isclass(value) and not issubclass(value, BaseException):
            raise UsageError(
                f"{spec.target} defines the class {name}, which has no backprop(x, y): {LOOKED_FOR} is required; "
                f"to check something else in the file, name it ({spec.target}:NAME)"
            )


def _layers(module: ModuleType, arguments: Arguments) -> Iterator[Callable[[], Found]]:
    for name, value in _own(module).items():
        stem = name.removesuffix("_forward")
        backward = getattr(module, f"{stem}_backward", None)
        if stem != name and callable(value) and callable(backward):
            yield functools.partial(_pair, (name, f"{stem}_backward"), [value, backward], arguments)


def _costs(module: ModuleType, arguments: Arguments) -> Iterator[Callable[[], Found]]:
    """Yield the cost with its gradient, and functions called like a loss that return both."""
    own = _own(module)
    cost = next((name for name in COSTS if callable(own.get(name))), None)
    gradient = next((name for name in GRADIENTS if callable(own.get(name))), None)
    if cost and gradient:
        yield functools.partial(_pair, (cost, gradient), [own[cost], own[gradient]], arguments)
    for name, value in own.items():
        is_loss = (
            name in COSTS or name.endswith(tuple(f"_{word}" for word in COSTS)) or name.startswith("loss_and_grad")
        )
        is_paired = cost and gradient and name == cost
        if is_loss and not is_paired and inspect.isfunction(value) and _required(value):
            yield functools.partial(_loss, name, value, arguments)


def _loss(name: str, value: Callable[..., Any], arguments: Arguments) -> Found:
    """Return a function of the parameters that returns both."""
    at, data = arguments.of(name, value)
    return Found(loss_and_gradient(name, value, at, data=data), f"{name}, which returns (loss, gradient)", (name,))


def _sigmas(module: ModuleType) -> Iterator[Found]:
    for name, value in _own(module).items():
        prime = _prime_of(module, name)
        if prime is not None and callable(value) and len(_required(value)) <= 1:
            subject = SigmaSubject(prime, value, getattr(module, prime))
            yield Found(subject, f"{name} with its derivative {prime}", (name, prime))


def _pair(names: tuple[str, ...], values: list[Any], arguments: Arguments) -> Found:
    """Return the subject of two names: forward and backward, sigma and sigma', or cost and gradient."""
    first, second = names
    if not all(map(callable, values)):
        raise UsageError(f"{first} and {second} are {' and '.join(map(_article, values))}: two functions are required")
    stem = first.removesuffix("_forward")
    if stem != first and second.endswith("_backward"):
        return Found(_layer(stem, values[0], values[1], arguments), f"{first} with {second}", names)
    if second in {first + prime for prime in PRIMES}:
        return Found(SigmaSubject(second, values[0], values[1]), f"{first} with its derivative {second}")
    at, data = arguments.of(first, values[0])
    subject = cost_and_gradient(f"{first}, {second}", values[0], values[1], at, data=data)
    return Found(subject, f"{first} with {second}", names)


def _function(module: ModuleType, name: str, value: Callable[..., Any], arguments: Arguments) -> Found:
    """Return the subject of one function, with its partner where the file has one."""
    prime = _prime_of(module, name)
    if prime is not None:
        return Found(SigmaSubject(prime, value, getattr(module, prime)), f"{name} with its derivative {prime}")
    partner = {"_forward": "_backward"}
    for ending, other in partner.items():
        second = name.removesuffix(ending) + other
        if name.endswith(ending) and hasattr(module, second):
            return _pair((name, second), [value, getattr(module, second)], arguments)
    if name in COSTS:
        second = next((g for g in GRADIENTS if callable(getattr(module, g, None))), "")
        if second:
            return _pair((name, second), [value, getattr(module, second)], arguments)
    return _loss(name, value, arguments)


def _network(name: str, make: Callable[..., Any], module: ModuleType, spec: SubjectSpec) -> NetworkSubject:
    """Return a class as a subject, with the sigma that stands beside it."""
    sigma = next((found.subject for found in _sigmas(module) if isinstance(found.subject, SigmaSubject)), None)
    return NetworkSubject(name, make, declared_in(spec), sigma)


def _instance(name: str, value: Any, spec: SubjectSpec, generator: np.random.Generator) -> Found:
    """Return a network that exists already, to be judged at its own weights on one random example."""
    declared = declared_in(spec)
    weights = [np.array(w, dtype=np.float64) for w in value.weights]
    biases = [np.array(b, dtype=np.float64).reshape(-1, 1) for b in value.biases]
    each = declared.activations if len(declared.activations) > 1 else declared.activations * len(weights)
    network = Network(weights, biases, each, declared.cost, weight_decay=declared.weight_decay)
    x = generator.standard_normal((network.sizes[0], 1))
    y = generator.uniform(size=(network.sizes[-1], 1))
    subject = NetworkSubject(name, lambda sizes: value, declared)
    return Found(
        gradient_subject(subject, network, x, y), f"{name}, a network, at its own weights on one random example"
    )


def _layer(stem: str, forward: Callable[..., Any], backward: Callable[..., Any], arguments: Arguments) -> LayerSubject:
    names = tuple(_required(forward))
    return LayerSubject(stem, forward, backward, arguments.each(f"{stem}_forward", names), names)


def _own(module: ModuleType) -> dict[str, Any]:
    """Return the public names that the module itself defines, in its own order."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }


def _prime_of(module: ModuleType, name: str) -> str | None:
    return next((name + prime for prime in PRIMES if callable(getattr(module, name + prime, None))), None)


def _required(function: Callable[..., Any]) -> list[str]:
    """Return the names of the arguments that have no default."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        p.name for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]


def _article(value: Any) -> str:
    return f"a {type(value).__name__}"
