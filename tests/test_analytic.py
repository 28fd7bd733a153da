"""Complex arrays that refuse what is not analytic, and the verdicts that would be wrong without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.differences.analytic import AnalyticArray, HandedOut, NotAnalyticError, followed_value
from gradcheck.results import Arbiter, Verdict

Z = np.array([[1.0, 2.0], [0.5, 3.0]]) + 1e-100j


def traced() -> Any:
    return Z.view(AnalyticArray)


@pytest.mark.parametrize(
    "use",
    [
        np.abs,
        np.conj,
        abs,
        lambda z: z.conj(),
        lambda z: abs(z[0, 0]),
        lambda z: abs(np.sum(z)),
        lambda z: np.abs(z @ z),
        lambda z: np.std(z),
        np.linalg.norm,
        np.linalg.cholesky,
        lambda z: np.vdot(z, z),
    ],
)
def test_what_is_not_analytic_is_refused(use: Callable[[Any], Any]) -> None:
    with pytest.raises(NotAnalyticError, match="is not analytic"):
        use(traced())


@pytest.mark.parametrize(
    "use",
    [
        lambda z: np.exp(z) @ z.T,
        lambda z: np.sum(z * z, axis=0),
        lambda z: np.where(z.real > 1.0, z, 0.0 * z),
        np.linalg.inv,
        lambda z: np.add(z, 1.0, out=np.empty_like(z)),
        lambda z: np.divmod(z.real, 2.0)[0],
        lambda z: np.concatenate([z, z]),
    ],
)
def test_what_is_analytic_is_what_it_was(use: Callable[[Any], Any]) -> None:
    assert np.array_equal(np.asarray(use(traced())), np.asarray(use(Z)))


def small_beside(part: Callable[[Any], Any], scale: float) -> Callable[[Any], Any]:
    return lambda p: np.sum(np.exp(p["w"])) + scale * np.sum(part(p["v"]))


def test_a_part_that_the_complex_step_loses_gives_no_verdict_by_it() -> None:
    at = {"w": np.array([0.3, -0.2, 0.5]), "v": np.array([0.7, -1.1, 0.4])}
    cost = small_beside(lambda v: v**3 + np.abs(v), 1e-12)

    def right(p: Any) -> Any:
        return {"w": np.exp(p["w"]), "v": 1e-12 * (3.0 * p["v"] ** 2 + np.sign(p["v"]))}

    for seed in range(6):
        result = check(cost, right, at, options=Options(seed=seed))
        assert result.verdict is not Verdict.DISAGREE
        assert all(block.arbiter is Arbiter.DIFFERENCES for block in result.blocks)
    analytic = small_beside(lambda v: v**3, 1e-12)
    wrong = check(analytic, lambda p: {**right(p), "v": 6e-12 * p["v"] ** 2}, at, options=Options(seed=0))
    assert wrong.verdict is Verdict.DISAGREE


# --- costs that end in a float ---

LINE = np.array([1.0, 2.0, 3.0]) + 1e-100j * np.array([1.0, -1.0, 4.0])


@pytest.mark.parametrize(
    "number",
    [
        np.sum,
        np.mean,
        lambda z: z @ z,
        lambda z: z.dot(z),
        lambda z: np.dot(z, z),
        lambda z: -np.sum(np.log(z)) / 3,
        lambda z: sum(z),
        lambda z: z[0] * z[2],
        lambda z: np.einsum("i,i", z, z),
        lambda z: np.sum(z).item(),
    ],
)
def test_a_number_made_a_float_in_the_end_is_followed(number: Callable[[Any], Any]) -> None:
    expected = complex(np.asarray(number(LINE)))
    found = followed_value(lambda z: float(number(z)), LINE.view(AnalyticArray))
    assert isinstance(found, HandedOut)
    assert found.real == pytest.approx(expected.real, rel=1e-15)
    assert found.imag == pytest.approx(expected.imag, rel=1e-12)


@pytest.mark.parametrize(
    "cost",
    [
        lambda z: float(z[0]) + float(z[1]),
        lambda z: 0.0 * float(z[0]) + float(z[1]),
        lambda z: float(z[0]) ** 2 + 1.0,
        lambda z: float(z[1]) if float(z[0]) > 0 else 0.0,
        lambda z: np.sum(z) * float(z[0]),
        lambda z: np.sum(z) if float(z[0]) > 0 else 0.0,
        lambda z: 7.0 if float(z[0]) > 0 else 0.0,
        lambda z: round(float(z[0])),
        lambda z: np.array([float(z[0])]),
    ],
)
def test_any_other_use_of_a_float_is_refused(cost: Callable[[Any], Any]) -> None:
    assert followed_value(cost, LINE.view(AnalyticArray)) is None


def test_outside_of_an_evaluation_nothing_is_made_a_float() -> None:
    with pytest.raises(NotAnalyticError, match="made a real number"):
        float(LINE.view(AnalyticArray)[0])


def test_a_real_part_is_a_float_of_its_own() -> None:
    traced_line = LINE.view(AnalyticArray)
    assert followed_value(lambda z: np.sum(z) if float(z.real[0]) > 0 else 0.0, traced_line) == np.sum(LINE)
    assert followed_value(lambda z: float(np.sum(z).real), traced_line) == 6.0  # real: no complex step sees it


def student_cost(y: Any, finish: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the quadratic cost of a sigmoid network as a student writes it."""

    def cost(p: Any) -> Any:
        a = np.ones((4, 1)) * 0.3
        for w, b in zip(p["w"], p["b"], strict=True):
            a = 1.0 / (1.0 + np.exp(-(w @ a + b)))
        return finish(0.5 * np.sum((a - y) ** 2))

    return cost


def student_gradient(y: Any) -> Callable[[Any], Any]:
    """Return its gradient."""

    def gradient(p: Any) -> Any:
        activations = [np.ones((4, 1)) * 0.3]
        for w, b in zip(p["w"], p["b"], strict=True):
            activations.append(1.0 / (1.0 + np.exp(-(w @ activations[-1] + b))))
        found: Any = {"w": [], "b": []}
        delta = activations[-1] - y
        for w, a, before in zip(p["w"][::-1], activations[:0:-1], activations[-2::-1], strict=True):
            delta = delta * a * (1 - a)
            found["b"].insert(0, delta)
            found["w"].insert(0, delta @ before.T)
            delta = w.T @ delta
        return found

    return gradient


@pytest.mark.parametrize("finish", [float, lambda c: c.item(), lambda c: float(c.item())])
@pytest.mark.parametrize("layers", [14, 50])
def test_a_deep_network_whose_cost_is_a_float_is_judged_by_the_complex_step(
    layers: int, finish: Callable[[Any], Any]
) -> None:
    y = np.full((4, 1), 0.9)
    for seed in range(2):
        generator = np.random.default_rng(seed)
        at = {
            "w": [generator.normal(size=(4, 4)) for _ in range(layers)],
            "b": [generator.normal(size=(4, 1)) for _ in range(layers)],
        }
        cost, gradient = student_cost(y, finish), student_gradient(y)
        right = check(cost, gradient, at, options=Options(seed=seed))
        assert right.verdict is Verdict.AGREE
        assert max(block.detection_limit or 0.0 for block in right.blocks) < 1e-4

        def wrong(p: Any, gradient: Any = gradient) -> Any:
            found = gradient(p)
            found["w"][0] = 2 * found["w"][0]
            return found

        assert check(cost, wrong, at, options=Options(seed=seed)).verdict is not Verdict.AGREE


PLANTED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "two floats added": (lambda w: float(np.sum(np.exp(w))) + float(np.sum(w**2)), lambda w: np.exp(w) + 2 * w),
    "a float squared": (lambda w: float(np.sum(w**2)) ** 2, lambda w: 4 * np.sum(w**2) * w),
    "a branch by a float": (
        lambda w: float(np.sum(w**2)) if float(np.sum(w)) > 0 else 0.0 * np.sum(w),
        lambda w: 2 * w,
    ),
    "a float added to 0": (
        lambda w: (float(np.sum(w - np.array([0.6, 0.8]))) or 0.0) + float(np.sum(w**2)),
        lambda w: 1 + 2 * w,
    ),
}


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("offset", [0.0, 1e11])
def test_a_float_made_within_a_cost_leads_to_no_wrong_verdict(name: str, offset: float) -> None:
    cost, gradient = PLANTED[name]
    at = np.array([0.6, 0.8])  # sum(w**2) is 1: its square is itself
    for seed in range(5):
        options = Options(seed=seed)
        assert check(lambda w: cost(w) + offset, gradient, at, options=options).verdict is not Verdict.DISAGREE
        for factor in (0.5, 2.0):
            wrong = check(lambda w: cost(w) + offset, lambda w, f=factor: f * gradient(w), at, options=options)
            assert wrong.verdict is not Verdict.AGREE


def test_a_float_squared_where_that_is_itself_is_not_believed() -> None:
    """The differences see nothing beside the noise; the complex step would see half of the slope."""

    def cost(w: Any) -> Any:
        seed = int(np.asarray(w.real).view(np.uint64).sum(dtype=np.uint64))
        noise = 0.0 if np.iscomplexobj(w) else 3.0 * np.random.default_rng(seed).uniform(-1.0, 1.0)
        total = float(np.sum(w**2))
        return total * total if np.iscomplexobj(w) else total * total + noise

    for seed in range(5):
        result = check(cost, lambda w: 2 * w, np.array([0.6, 0.8]), options=Options(seed=seed))
        assert result.verdict is not Verdict.AGREE
