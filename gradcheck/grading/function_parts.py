"""The parts of functions with their derivatives, each judged in a process of its own: pairs, layers, and (loss, grads)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.options import Options
from gradcheck.checks.sigma import check_sigma
from gradcheck.checks.vjp import check_layer
from gradcheck.errors import UsageError
from gradcheck.grading.doors import SubmissionDoor
from gradcheck.grading.drawing import drawn
from gradcheck.grading.outcomes import Outcome, judged, missing, of_verdict
from gradcheck.grading.parts import Part
from gradcheck.grading.protocol import Keep
from gradcheck.grading.reference import Reference
from gradcheck.grading.remote_calls import RemoteFunction
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_functions import Passing
from gradcheck.grading.rubric_model import Item, Partial
from gradcheck.grading.same_values import compare, named
from gradcheck.grading.session import Session
from gradcheck.grading.shares import share_of
from gradcheck.results import CheckResult
from gradcheck.results.grades import ItemStatus
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.layers import LayerSubject
from gradcheck.subjects.protocol import GradientSubject

VALUES: Final = frozenset({Part.FUNCTION, Part.FORWARD, Part.LOSS})
"""Parts that ask for values; the others ask for derivatives."""


@dataclasses.dataclass(frozen=True)
class Arguments:
    """What a function is called with: its parameters as it takes them, and the data behind them.

    Examples
    --------
    >>> import numpy as np
    >>> Arguments({"w": np.ones(2)}, {}, Passing.ARGUMENTS).at
    array([1., 1.])
    """

    parameters: dict[str, Any]
    data: dict[str, Any]
    passing: Passing

    @property
    def at(self) -> Any:
        """The parameters as the structure that is differentiated by: one array, or some by name or in a list."""
        if self.passing is Passing.LIST:
            return list(self.parameters.values())
        is_one = self.passing is Passing.ARGUMENTS and len(self.parameters) == 1
        return next(iter(self.parameters.values())) if is_one else dict(self.parameters)

    def of(self, at: Any) -> list[Any]:
        """Return the arguments of a call at a point."""
        several = self.passing is Passing.ARGUMENTS and len(self.parameters) > 1
        return [*(at.values() if several else [at]), *self.data.values()]

    def as_structure(self, gradient: Any) -> Any:
        """Return a gradient in the structure of `at`: where each parameter is an argument there is one gradient for each."""
        several = self.passing is Passing.ARGUMENTS and len(self.parameters) > 1
        if several and isinstance(gradient, tuple | list) and len(gradient) == len(self.parameters):
            return dict(zip(self.parameters, gradient, strict=True))
        return gradient


class FunctionJudge:
    """What becomes of each item of an assignment of functions.

    A derivative is held against the differences of the reference's function, not of the submission's own: a mistake costs once, and
    nobody chooses what is differentiated.

    Parameters
    ----------
    door : SubmissionDoor
    rubric : Rubric
    reference : Reference
    seed_of : callable
        (what is judged) -> the seed of its random numbers.
    """

    def __init__(
        self, door: SubmissionDoor, rubric: Rubric, reference: Reference, seed_of: Callable[[str], int]
    ) -> None:
        self.door, self.rubric, self.reference, self.seed_of = door, rubric, reference, seed_of
        self.found: dict[tuple[Part, str], Outcome] = {}

    def outcome(self, item: Item) -> Outcome:
        """Return what became of an item."""
        key = item.part, item.function
        if key not in self.found:
            seed = self.seed_of(f"{item.part.value}:{item.function}")
            self.found[key] = judged(item.id, seed, lambda options: self._judged(item, options))
        return self.found[key]

    def _judged(self, item: Item, options: Options) -> Outcome:
        names = self.rubric.functions_named(item.function)
        is_first = item.part in VALUES
        asked = names[0] if is_first else names[-1]
        if not self.door.has(asked):
            return missing(f"there is no function {asked}")
        parameters, data = drawn(self.rubric.function_of(item), options.generator("arguments"))
        arguments = Arguments(parameters, data, self.rubric.function_of(item).passing)
        if is_first:
            return self._values(item, names[0], arguments, options)
        judge = {Part.DERIVATIVE: self._derivative, Part.BACKWARD: self._backward, Part.GRADS: self._grads}[item.part]
        with self.door.session() as session:
            result = judge(session, item, arguments, options)
        outcome = of_verdict(dataclasses.replace(result, part=item.part.value), options.seed or 0)
        return dataclasses.replace(outcome, share=share_of(result, Partial.BLOCKS))

    def _values(self, item: Item, name: str, arguments: Arguments, options: Options) -> Outcome:
        """Compare a function's value with the reference's."""
        given = arguments.of(arguments.at)
        if item.part is Part.FORWARD:
            given = [*arguments.parameters.values(), *arguments.data.values()]
        keep = Keep.SECOND if item.part is Part.FORWARD else Keep.NOTHING
        with self.door.session() as session:
            returned = call_user(name, RemoteFunction(session, name, keep=keep), *given)
        # Both forms of a layer are right: out, and (out, cache).
        has_two = isinstance(returned, tuple | list) and len(returned) == 2
        if item.part is Part.LOSS and not has_two:
            return Outcome(ItemStatus.ERROR, words=f"{name} does not return a pair (loss, grads)")
        is_pair = item.part is Part.LOSS or (item.part is Part.FORWARD and isinstance(returned, tuple) and has_two)
        result = compare(name, returned[0] if is_pair else returned, self.reference.value(name, item.part), given)
        return of_verdict(named(result, item.part.value, options.seed or 0), options.seed or 0)

    def _derivative(self, session: Session, item: Item, arguments: Arguments, options: Options) -> CheckResult:
        """Judge sigma', or the gradient of a cost."""
        name, prime = self.rubric.functions_named(item.function)
        function = self.reference.value(name, item.part)
        derivative = RemoteFunction(session, prime)
        if self.rubric.function_of(item).elementwise:
            return check_sigma(SigmaSubject(prime, function, derivative), options)
        gradient = lambda at: arguments.as_structure(derivative(*arguments.of(at)))  # noqa: E731
        subject = GradientSubject(prime, lambda at: function(*arguments.of(at)), gradient, arguments.at)
        return check_gradient(subject, options)

    def _backward(self, session: Session, item: Item, arguments: Arguments, options: Options) -> CheckResult:
        """Judge a backward pass, under random cotangents; the cache is the submission's, the output the reference's."""
        names = self.rubric.functions_named(item.function)
        if not self.door.has(names[0]):
            raise UsageError(f"there is no {names[0]}, which would make the cache for {names[1]}")
        own = RemoteFunction(session, names[0], keep=Keep.SECOND)
        forward = _WithOutput(own, self.reference.value(names[0], item.part))
        inputs = {**arguments.parameters, **arguments.data}
        backward = RemoteFunction(session, names[1])
        return check_layer(LayerSubject(item.function, forward, backward, (*inputs.values(),), (*inputs,)), options)

    def _grads(self, session: Session, item: Item, arguments: Arguments, options: Options) -> CheckResult:
        """Judge the grads that come with a loss."""
        (name,) = self.rubric.functions_named(item.function)
        both = RemoteFunction(session, name)
        loss = self.reference.value(name, Part.LOSS)

        def pair(at: Any) -> Any:
            returned = both(*arguments.of(at))
            if not isinstance(returned, tuple | list) or len(returned) != 2:
                raise UsageError(f"{name} does not return a pair (loss, grads)")
            return returned

        gradient = lambda at: arguments.as_structure(pair(at)[1])  # noqa: E731
        return check_gradient(
            GradientSubject(name, lambda at: loss(*arguments.of(at)), gradient, arguments.at), options
        )


@dataclasses.dataclass(frozen=True)
class _WithOutput:
    """A forward pass whose cache is the submission's and whose output is the reference's."""

    forward: Callable[..., Any]
    right: Callable[..., Any]

    def __call__(self, *inputs: Any) -> Any:
        returned = self.forward(*inputs)
        out = self.right(*inputs)
        return (out, returned[1]) if isinstance(returned, tuple) and len(returned) == 2 else out
