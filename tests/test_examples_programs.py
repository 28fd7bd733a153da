"""The names of the shipped examples tell the truth: judged by the complex step and by formulas written here."""

from __future__ import annotations

import ast
import importlib
import re
import runpy
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import pytest

Array = np.ndarray[Any, np.dtype[Any]]
Leaves = Sequence[Array]

FOLDER: Final = Path(str(files("gradcheck.examples")))
NAMES: Final = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
RIGHT: Final = [name for name in NAMES if name.endswith("_right")]
WRONG: Final = [name for name in NAMES if name.endswith("_wrong")]

# What is wrong with each wrong program, and nothing else is. A gradient wrong at one example is wrong in a batch too.
MISTAKES: Final[dict[str, set[str]]] = {
    "cost_gradient_wrong": {"gradient"},
    "layer_affine_relu_mask_wrong": {"relu"},
    "layer_affine_relu_wrong": {"db"},
    "network_accumulates_wrong": {"repeat", "update"},
    "network_aliased_delta_wrong": {"gradient", "BP1"},
    "network_bp1_no_sigma_prime_wrong": {"gradient", "BP1"},
    "network_bp1_sign_wrong": {"gradient", "BP1", "cost_derivative"},
    "network_bp1_uses_z_wrong": {"gradient", "BP1"},
    "network_bp2_mean_not_sum_wrong": {"gradient", "BP2"},
    "network_bp2_no_sigma_prime_wrong": {"gradient", "BP2"},
    "network_bp3_bias_forgotten_wrong": {"gradient", "BP3"},
    "network_bp4_transposed_wrong": {"transposed"},
    "network_bp4_uses_z_wrong": {"gradient", "BP4"},
    "network_factor_two_wrong": {"gradient", "BP1", "cost_derivative"},
    # Zeros satisfy (BP3) and (BP4) and nothing else: what shows at the first layer is (BP2).
    "network_first_layer_zero_wrong": {"gradient", "BP2"},
    "network_forward_no_bias_wrong": {"gradient", "BP1", "BP2", "BP4"},
    "network_integer_gradient_wrong": {"dtype"},
    "network_matrix_bias_axis_wrong": {"batch"},
    "network_matrix_bias_not_summed_wrong": {"batch"},
    "network_matrix_mean_twice_wrong": {"batch"},
    "network_sigma_prime_formula_wrong": {"gradient", "BP1", "BP2", "sigma_prime"},
    "network_sigma_prime_of_a_wrong": {"gradient", "BP1", "BP2"},
    "network_stale_forward_wrong": {"repeat", "update"},
    "network_swapped_order_wrong": {"order"},
    "network_update_ascends_wrong": {"update"},
    "network_update_last_example_wrong": {"update"},
    "network_update_mean_twice_wrong": {"update"},
    "network_update_no_mean_wrong": {"update"},
    "network_updates_while_going_back_wrong": {"gradient", "BP2", "mutation", "update"},
    "sigma_pair_wrong": {"swish_prime"},
    "softmax_classifier_wrong": {"W2"},
}

# Where the mistake itself stands in another equation than the one it shows in.
ORIGINS: Final[dict[str, set[str]]] = {
    "network_bp1_sign_wrong": {"30"},
    "network_factor_two_wrong": {"27"},
    "network_first_layer_zero_wrong": {"BP3", "BP4"},
    "network_forward_no_bias_wrong": {"25"},
}

# What (BP1) to (BP4) and the update are judged on: no two neighbouring layers alike, so that a transpose shows.
SIZES: Final = ([3, 4, 2], [2, 5, 3, 4])
EXAMPLES: Final = 3
ETA: Final = 0.7

ROUNDINGS: Final = 10 * 125

# Far below what can be seen beside 1.0, and far above the smallest double: the complex step then has no truncation.
COMPLEX_STEP: Final = 1e-100


# --- measuring ----------------------------------------------------------------------------------------------------


def differ(claimed: Leaves, expected: Leaves) -> bool:
    """Say whether two lists of arrays differ by more than rounding, or in shape.

    No program here works on more than 125 numbers (logistic regression: 20 x 5, 20 and 5), and no result needs more
    than ten operations for each; were every one rounded, all in one direction, that would be ROUNDINGS ulps.
    """
    if [np.shape(c) for c in claimed] != [np.shape(e) for e in expected]:
        return True
    scale = max(float(np.max(np.abs(e))) for e in expected)
    bound = ROUNDINGS * np.finfo(float).eps * scale
    return any(not (float(np.max(np.abs(c - e))) <= bound) for c, e in zip(claimed, expected, strict=True))


def complex_step(cost: Callable[[Leaves], complex], leaves: Leaves) -> list[Array]:
    """Return the gradient of a cost of several arrays: the imaginary part at a tiny imaginary displacement."""
    gradient = [np.zeros(leaf.shape) for leaf in leaves]
    for which, leaf in enumerate(leaves):
        for index in np.ndindex(leaf.shape):
            moved = [other.astype(complex) for other in leaves]
            moved[which][index] += 1j * COMPLEX_STEP
            gradient[which][index] = np.imag(cost(moved)) / COMPLEX_STEP
    return gradient


def test_the_complex_step_measures_a_known_gradient_and_the_bound_tells_a_millionth() -> None:
    point = [np.array([0.3, -1.2]), np.array([[2.0]])]
    measured = complex_step(lambda p: complex(np.sum(np.exp(p[0])) + p[1][0, 0] ** 3), point)
    exact = [np.exp(point[0]), np.array([[12.0]])]
    assert not differ(measured, exact)
    assert differ(measured, [exact[0], exact[1] * (1 + 1e-6)])
    assert differ(measured, [exact[0], exact[1] * np.nan])
    assert differ([measured[0], measured[1][0]], exact)


# --- networks -----------------------------------------------------------------------------------------------------


def sigma(name: str, z: Array) -> Array:
    """Return the activation the example of this name is about; complex arguments allowed."""
    return np.asarray(np.tanh(z) if "tanh" in name else 1 / (1 + np.exp(-z)))


def sigma_prime(name: str, z: Array) -> Array:
    """Return its derivative."""
    s = sigma(name, z)
    return np.asarray(1 - s**2 if "tanh" in name else s * (1 - s))


def forward(name: str, leaves: Leaves, x: Array) -> tuple[list[Array], list[Array]]:
    """Return the zs and activations of (25); the leaves are the biases, then the weights."""
    half = len(leaves) // 2
    zs: list[Array] = []
    activations = [x]
    for b, w in zip(leaves[:half], leaves[half:], strict=True):
        zs.append(w @ activations[-1] + b)
        activations.append(sigma(name, zs[-1]))
    return zs, activations


def output_cost(name: str, a: Array, y: Array) -> complex:
    """Return the cost of the output, summed over the columns."""
    if "cross_entropy" in name:
        return complex(-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)))
    return complex(0.5 * np.sum((a - y) ** 2))


def true_gradient(name: str, leaves: Leaves, x: Array, y: Array) -> list[Array]:
    """Return the gradient of the cost summed over the columns, measured: biases, then weights."""
    return complex_step(lambda moved: output_cost(name, forward(name, moved, x)[1][-1], y), leaves)


class Bench:
    """One network program, its parameters and its examples at a generic point."""

    def __init__(self, name: str, sizes: list[int]) -> None:
        rng = np.random.default_rng(46)
        self.name, self.sizes, self.module = name, sizes, load(name)
        self.leaves = [rng.standard_normal((n, 1)) for n in sizes[1:]]
        self.leaves += [rng.standard_normal((n, k)) for k, n in pairwise(sizes)]
        self.examples = [
            (rng.standard_normal((sizes[0], 1)), rng.uniform(0.1, 0.9, (sizes[-1], 1))) for _ in range(EXAMPLES)
        ]

    def fresh(self) -> Any:
        """Return a new network that holds the bench's parameters."""
        net = self.module.Network(list(self.sizes))
        half = len(self.leaves) // 2
        net.biases = [leaf.copy() for leaf in self.leaves[:half]]
        net.weights = [leaf.copy() for leaf in self.leaves[half:]]
        return net

    def returned(self, net: Any, x: Array, y: Array) -> list[Array]:
        """Return copies of what backprop returns: biases, then weights."""
        nabla_b, nabla_w = net.backprop(x.copy(), y.copy())
        return [np.array(leaf) for leaf in [*nabla_b, *nabla_w]]


def structural(bench: Bench, claimed: list[Array]) -> set[str]:
    """Name what is wrong with the order, the shapes and the dtype."""
    half = len(claimed) // 2
    shapes, due = [c.shape for c in claimed], [leaf.shape for leaf in bench.leaves]
    if shapes != due:
        if shapes == due[half:] + due[:half]:
            return {"order"}
        return {"transposed"} if shapes == due[:half] + [s[::-1] for s in due[half:]] else {"shape"}
    return set() if all(c.dtype == np.float64 for c in claimed) else {"dtype"}


def broken_equations(bench: Bench, claimed: list[Array], x: Array, y: Array) -> set[str]:
    """Name the equations that what backprop returned for one example does not satisfy, each one taken on its own."""
    half = len(claimed) // 2
    nabla_b, nabla_w, w = claimed[:half], claimed[half:], bench.leaves[half:]
    zs, activations = forward(bench.name, bench.leaves, x)
    due = activations[-1] - y
    if "cross_entropy" not in bench.name:
        due = due * sigma_prime(bench.name, zs[-1])
    broken: set[str] = set()
    for i in range(half - 1, -1, -1):
        implied = nabla_w[i] @ activations[i] / np.sum(activations[i] ** 2)  # the delta that nabla_w has in it
        delta = nabla_b[i]
        if differ([delta], [due]) and not differ([implied], [due]):
            broken.add("BP3")
            delta = implied
        elif differ([delta], [due]):
            broken.add("BP1" if i == half - 1 else "BP2")
        if differ([nabla_w[i]], [delta @ activations[i].T]):
            broken.add("BP4")
        if i > 0:
            due = (w[i].T @ delta) * sigma_prime(bench.name, zs[i - 1])
    return broken


def across_calls(bench: Bench) -> set[str]:
    """Name what backprop leaves behind: moved parameters, or a second answer that depends on the first call."""
    net = bench.fresh()
    (x1, y1), (x2, y2) = bench.examples[:2]
    first = net.backprop(x1.copy(), y1.copy())
    if any(not np.array_equal(p, q) for p, q in zip([*net.biases, *net.weights], bench.leaves, strict=True)):
        return {"mutation"}
    alone = [bench.returned(bench.fresh(), x, y) for x, y in bench.examples[:2]]
    second = bench.returned(net, x2, y2)
    kept = [np.array(leaf) for part in first for leaf in part]
    return {"repeat"} if differ(second, alone[1]) or differ(kept, alone[0]) else set()


def update_is_wrong(bench: Bench) -> bool:
    """Say whether a step differs from eta times the mean of the program's own gradients, one fresh call each."""
    net = bench.fresh()
    net.update_mini_batch([(x.copy(), y.copy()) for x, y in bench.examples], ETA)
    gradients = [bench.returned(bench.fresh(), x, y) for x, y in bench.examples]
    means = [sum(leaf) / EXAMPLES for leaf in zip(*gradients, strict=True)]
    due = [leaf - ETA * mean for leaf, mean in zip(bench.leaves, means, strict=True)]
    return differ([*net.biases, *net.weights], due)


def ingredients(bench: Bench) -> set[str]:
    """Name what is wrong with the forward pass, sigma' and the cost's derivative."""
    (x, y), module, name = bench.examples[0], bench.module, bench.name
    wrong = set()
    output = forward(name, bench.leaves, x)[1][-1]
    if differ([bench.fresh().feedforward(x.copy())], [output]):
        wrong.add("feedforward")
    prime = module.tanh_prime if "tanh" in name else module.sigmoid_prime
    z = [np.linspace(-2.0, 2.5, 7)]
    if differ([prime(z[0])], complex_step(lambda moved: complex(np.sum(sigma(name, moved[0]))), z)):
        wrong.add("sigma_prime")
    if "cross_entropy" not in name:
        slopes = complex_step(lambda moved: output_cost(name, moved[0], y), [output])
        if differ([bench.fresh().cost_derivative(output.copy(), y.copy())], slopes):
            wrong.add("cost_derivative")
    return wrong


def batch_is_wrong(bench: Bench) -> bool:
    """Say whether a matrix program's gradient, or its step, is wrong on several columns at once."""
    X, Y = (np.hstack(columns) for columns in zip(*bench.examples, strict=True))
    total = true_gradient(bench.name, bench.leaves, X, Y)
    net = bench.fresh()
    net.update_mini_batch([(x.copy(), y.copy()) for x, y in bench.examples], ETA)
    due = [leaf - ETA / EXAMPLES * g for leaf, g in zip(bench.leaves, total, strict=True)]
    wrong = [differ(bench.returned(bench.fresh(), X, Y), total), differ([*net.biases, *net.weights], due)]
    assert wrong[0] == wrong[1], "backprop and update_mini_batch of a matrix program disagree about the convention"
    return wrong[0]


def network_mistakes(name: str, sizes: list[int]) -> set[str]:
    """Name all that is wrong with a network program on a network of these sizes."""
    bench = Bench(name, sizes)
    x, y = bench.examples[0]
    claimed = bench.returned(bench.fresh(), x, y)
    wrong = structural(bench, claimed)
    if wrong:
        return wrong
    wrong = ingredients(bench) | broken_equations(bench, claimed, x, y) | across_calls(bench)
    if differ(claimed, true_gradient(name, bench.leaves, x, y)):
        wrong.add("gradient")
    if "matrix" in name:
        return wrong | ({"batch"} if batch_is_wrong(bench) else set())
    return wrong | ({"update"} if update_is_wrong(bench) else set())


# --- the other shapes ---------------------------------------------------------------------------------------------


def layer_mistakes(module: ModuleType) -> set[str]:
    """Name the gradients of an affine and a ReLU layer that are wrong, under a random cotangent."""
    point = [module.x, module.w, module.b]
    hidden = module.x @ module.w + module.b
    dout = np.random.default_rng(47).standard_normal(hidden.shape)
    out, cache = module.affine_forward(*point)
    z = np.linspace(-1.7, 1.6, hidden.size).reshape(hidden.shape)  # both sides of the corner, near and far
    rectified, relu_cache = module.relu_forward(z)
    due = complex_step(lambda p: complex(np.sum(dout * (p[0] @ p[1] + p[2]))), point)
    due_relu = complex_step(lambda p: complex(np.sum(dout * p[0] * (p[0].real > 0))), [z])
    claimed = module.affine_backward(dout, cache)
    wrong = {part for part, c, d in zip(("dx", "dw", "db"), claimed, due, strict=True) if differ([c], [d])}
    if differ([module.relu_backward(dout, relu_cache)], due_relu):
        wrong.add("relu")
    if differ([out, rectified], [hidden, np.where(z > 0, z, 0.0)]):
        wrong.add("forward")
    return wrong


def cost_mistakes(module: ModuleType) -> set[str]:
    """Name what is wrong with a cost of w and its gradient: logistic regression with weight decay."""

    def cost(leaves: Leaves) -> complex:
        p = 1 / (1 + np.exp(-(module.X @ leaves[0])))
        data = -np.mean(module.t * np.log(p) + (1 - module.t) * np.log(1 - p))
        return complex(data + module.DECAY / 2 * np.sum(leaves[0] ** 2))

    wrong = set()
    if differ([module.cost(module.w)], [np.array(cost([module.w]).real)]):
        wrong.add("cost")
    if differ([module.gradient(module.w)], complex_step(cost, [module.w])):
        wrong.add("gradient")
    return wrong


def softmax_mistakes(module: ModuleType) -> set[str]:
    """Name what is wrong with a loss and its dictionary of gradients: one hidden layer of tanh, then softmax."""
    names = ("W1", "b1", "W2", "b2")

    def loss(leaves: Leaves) -> complex:
        W1, b1, W2, b2 = leaves
        scores = np.tanh(module.X @ W1 + b1) @ W2 + b2
        chosen = np.sum(scores * np.eye(3)[module.y], axis=1)
        data = np.mean(np.log(np.sum(np.exp(scores), axis=1)) - chosen)
        return complex(data + module.DECAY / 2 * (np.sum(W1**2) + np.sum(W2**2)))

    point = [module.params[name] for name in names]
    value, grads = module.loss(module.params, module.X, module.y)
    due = complex_step(loss, point)
    wrong = {name for name, d in zip(names, due, strict=True) if differ([grads[name]], [d])}
    return wrong | ({"loss"} if differ([value], [np.array(loss(point).real)]) else set())


def pair_mistakes(module: ModuleType) -> set[str]:
    """Name what is wrong with two activation functions and their derivatives."""
    z = [np.linspace(-3.0, 3.5, 14)]
    formulas: dict[str, Callable[[Array], Array]] = {
        "softplus": lambda t: np.asarray(np.log(1 + np.exp(t))),
        "swish": lambda t: np.asarray(t / (1 + np.exp(-t))),
    }
    wrong = set()
    for name, formula in formulas.items():
        if differ([getattr(module, name)(z[0])], [formula(z[0])]):
            wrong.add(name)
        slopes = complex_step(lambda p, formula=formula: complex(np.sum(formula(p[0]))), z)  # type: ignore[misc]
        if differ([getattr(module, f"{name}_prime")(z[0])], slopes):
            wrong.add(f"{name}_prime")
    return wrong


FAMILIES: Final[dict[str, Callable[[ModuleType], set[str]]]] = {
    "layer_": layer_mistakes,
    "cost_gradient_": cost_mistakes,
    "softmax_classifier_": softmax_mistakes,
    "sigma_pair_": pair_mistakes,
}


# --- the tests ----------------------------------------------------------------------------------------------------


def load(name: str) -> ModuleType:
    """Return the example of this name, imported."""
    return importlib.import_module(f"gradcheck.examples.{name}")


def family(name: str) -> Callable[[ModuleType], set[str]]:
    """Return what judges an example that is no network."""
    return next(judge for prefix, judge in FAMILIES.items() if name.startswith(prefix))


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("network_")])
def test_a_network_has_the_mistake_of_its_name_and_no_other(name: str, sizes: list[int]) -> None:
    assert network_mistakes(name, sizes) == MISTAKES.get(name, set())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("network_")])
def test_a_program_has_the_mistake_of_its_name_and_no_other(name: str) -> None:
    assert family(name)(load(name)) == MISTAKES.get(name, set())


def test_every_name_gives_a_verdict_and_the_wrong_ones_are_those_with_a_mistake() -> None:
    assert sorted(RIGHT + WRONG) == NAMES
    assert sorted(MISTAKES) == WRONG
    assert all(MISTAKES.values())
    assert {name.removesuffix("_right") for name in RIGHT} == {
        "cost_gradient",
        "layer_affine_relu",
        "network",
        "network_cross_entropy",
        "network_matrix",
        "network_tanh",
        "sigma_pair",
        "softmax_classifier",
    }


@pytest.mark.parametrize("name", [name for name in RIGHT if name.startswith("network_matrix")])
def test_the_matrix_network_agrees_with_the_loop_over_examples(name: str) -> None:
    matrix, loop = Bench(name, SIZES[1]), Bench("network_right", SIZES[1])
    nets = [matrix.fresh(), loop.fresh()]
    for net, bench in zip(nets, (matrix, loop), strict=True):
        net.update_mini_batch(bench.examples, ETA)
    assert not differ([*nets[0].biases, *nets[0].weights], [*nets[1].biases, *nets[1].weights])


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_wrong_sum_over_the_matrix_is_right_for_one_example(sizes: list[int]) -> None:
    bench = Bench("network_matrix_bias_axis_wrong", sizes)
    x, y = bench.examples[0]
    assert not differ(bench.returned(bench.fresh(), x, y), true_gradient(bench.name, bench.leaves, x, y))
    assert batch_is_wrong(bench)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("layer_")])
def test_the_point_of_a_layer_keeps_away_from_the_corner_of_the_relu(name: str) -> None:
    module = load(name)
    hidden = module.x @ module.w + module.b
    assert min(np.min(np.abs(module.x)), np.min(np.abs(hidden))) > 0.05
    assert np.any(hidden > 0) and np.any(hidden < 0)
    assert module.w.shape[0] != module.w.shape[1] and np.all(module.b != 0)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_that_trains_lowers_its_cost(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    costs = [float(line.rpartition(":")[2]) for line in capsys.readouterr().out.splitlines()]
    if name == "sigma_pair_right":
        assert costs == []
    else:
        before, after = costs
        assert after < before


@pytest.mark.parametrize("name", NAMES)
def test_importing_a_program_does_nothing_but_define(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = repr(np.random.get_state())  # noqa: NPY002 - the global state is what must not move
    runpy.run_path(str(FOLDER / f"{name}.py"))
    assert capsys.readouterr().out == ""
    assert repr(np.random.get_state()) == before  # noqa: NPY002
    assert stray_statements((FOLDER / f"{name}.py").read_text(encoding="utf-8")) == []


def stray_statements(source: str) -> list[str]:
    """Return the top-level statements that do more than import numpy, define, name a value or guard the training."""
    guard = "if __name__ == '__main__':"
    return [
        text
        for node in ast.parse(source).body[1:]
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign)
        and (text := ast.unparse(node)) != "import numpy as np"
        and not text.startswith(guard)
    ]


def test_a_stray_statement_is_seen() -> None:
    assert stray_statements('"""Doc."""\nimport numpy as np\nx = 1\nimport gradcheck\nprint(x)') == [
        "import gradcheck",
        "print(x)",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_is_one_or_two_sentences_and_a_wrong_one_cites_the_equation(name: str) -> None:
    doc = load(name).__doc__ or ""
    sentences = re.findall(r"[^.]\.(?=\s|$)", doc)
    assert 1 <= len(sentences) <= 2
    assert doc.rstrip().endswith(".")
    if name in WRONG:
        cited = set(re.findall(r"\((BP[1-4]|\d\d)\)", doc))
        assert cited
        broken = {word for word in MISTAKES[name] if word.startswith("BP")}
        assert ORIGINS.get(name, broken) <= cited
