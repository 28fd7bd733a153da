"""Preflight: is there a cost, is there one gradient, and are their contracts kept; each failure in its own words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check, check_gradient
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult, FaultKind, Reason, Status, Verdict
from gradcheck.subjects.functions import cost_and_gradient, loss_and_gradient
from gradcheck.subjects.protocol import GivenGradient, GradientSubject
from tests.problems_for_tests import SEED, WAVE_AT, Counted, wave, wave_gradient


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


PARAMETERS = {"a": WAVE_AT, "b": [np.array([[1.0, 2.0], [3.0, 4.0]]), 2.0]}


def tree_cost(p: Any) -> Any:
    return np.sum(np.sin(p["a"])) + np.sum(p["b"][0] ** 3) + p["b"][1] ** 2


def tree_gradient(p: Any) -> Any:
    return {"a": np.cos(p["a"]), "b": [3 * p["b"][0] ** 2, 2 * p["b"][1]]}


def judged(gradient: Any) -> CheckResult:
    return check(tree_cost, gradient, PARAMETERS, options=SEED)


def only_fault(result: CheckResult) -> tuple[FaultKind, str, str]:
    """Return the one fault of a result that disagrees."""
    assert result.verdict is Verdict.DISAGREE
    (fault,) = result.faults
    return fault.kind, fault.where, fault.sentence


# --- what the gradient returns ---


@pytest.mark.parametrize(
    "form",
    [
        lambda g: g,
        lambda g: {"b": tuple(g["b"]), "a": g["a"]},
        lambda g: OrderedDict(g),
        lambda g: {"a": list(g["a"]), "b": g["b"]},
        lambda g: {"a": g["a"].astype(np.longdouble), "b": [np.asfortranarray(g["b"][0]), np.array(g["b"][1])]},
    ],
)
def test_a_right_gradient_in_another_container_agrees(form: Callable[[Any], Any]) -> None:
    assert judged(lambda p: form(tree_gradient(p))).verdict is Verdict.AGREE
    wrong = judged(lambda p: form({**tree_gradient(p), "a": 1.001 * np.cos(p["a"])}))
    assert wrong.verdict is Verdict.DISAGREE and not wrong.faults


@pytest.mark.parametrize(
    ("edit", "kind", "where", "shown"),
    [
        (
            lambda g: {**g, "b": g["b"][:1]},
            FaultKind.STRUCTURE,
            "b[1]",
            ["2 arrays (a, b[0])", "3 arrays (a, b[0], b[1])"],
        ),
        (lambda g: {**g, "c": 1.0}, FaultKind.STRUCTURE, "c", ["4 arrays (a, b[0], b[1], c)"]),
        (lambda g: {"A": g["a"], "b": g["b"]}, FaultKind.STRUCTURE, "a", ["3 arrays (A, b[0], b[1])"]),
        (lambda g: [g["a"], *g["b"]], FaultKind.STRUCTURE, "a", ["3 arrays ([0], [1], [2])"]),
        (lambda _: None, FaultKind.STRUCTURE, "a", ["None", "return missing"]),
        (lambda _: {}, FaultKind.STRUCTURE, "a", ["0 arrays"]),
        (lambda g: {**g, "a": None}, FaultKind.STRUCTURE, "a", ["of a is None", "shape (3,) was required"]),
        (lambda g: {**g, "a": {"x": g["a"]}}, FaultKind.STRUCTURE, "a", ["a dict of 1 array (x)"]),
        (lambda g: {**g, "a": g["a"][:, None]}, FaultKind.SHAPE, "a", ["shape (3, 1)", "(3,) was required"]),
        (lambda g: {**g, "a": g["a"][:2]}, FaultKind.SHAPE, "a", ["shape (2,)", "(3,) was required"]),
        (lambda g: {**g, "a": 1.0}, FaultKind.SHAPE, "a", ["shape ()", "(3,) was required"]),
        (lambda g: {**g, "b": [g["b"][0], np.ones(1)]}, FaultKind.SHAPE, "b[1]", ["shape (1,)", "() was required"]),
        (
            lambda g: {**g, "a": [[1.0], [1.0, 2.0]]},
            FaultKind.SHAPE,
            "a",
            ["is 2 values that form no array", "(3,) was required"],
        ),
        (lambda g: {**g, "a": g["a"].astype(int)}, FaultKind.DTYPE, "a", ["dtype int64", "fractions are cut off"]),
        (lambda g: {**g, "a": g["a"] > 0}, FaultKind.DTYPE, "a", ["dtype bool"]),
        (lambda g: {**g, "a": g["a"].astype(object)}, FaultKind.DTYPE, "a", ["dtype object"]),
        (lambda g: {**g, "a": g["a"] + 0j}, FaultKind.DTYPE, "a", ["dtype complex128"]),
        (lambda g: {**g, "a": "three numbers"}, FaultKind.DTYPE, "a", ["'three numbers'"]),
        (lambda g: {**g, "b": [g["b"][0], 4]}, FaultKind.DTYPE, "b[1]", ["is 4", "floating dtype was required"]),
        (lambda g: {**g, "a": np.array([1.0, np.nan, 2.0])}, FaultKind.NAN, "a", ["nan at a[1]", "1 of 3"]),
        (lambda g: {**g, "a": np.array([-np.inf, np.nan, 2.0])}, FaultKind.NAN, "a", ["-inf at a[0]", "2 of 3"]),
        (lambda g: {**g, "b": [g["b"][0], np.nan]}, FaultKind.NAN, "b[1]", ["nan at b[1]", "1 of 1"]),
    ],
)
def test_a_gradient_that_is_none_is_a_fault_that_shows_it(
    edit: Callable[[Any], Any], kind: FaultKind, where: str, shown: list[str]
) -> None:
    seen_kind, seen_where, sentence = only_fault(judged(lambda p: edit(tree_gradient(p))))
    assert (seen_kind, seen_where) == (kind, where)
    assert all(words in sentence for words in shown), sentence


def test_every_faulty_leaf_is_named_and_marked() -> None:
    result = judged(lambda p: {"a": np.cos(p["a"])[:, None], "b": [np.full((2, 2), np.nan), 4.0]})
    assert [(fault.kind, fault.where) for fault in result.faults] == [(FaultKind.SHAPE, "a"), (FaultKind.NAN, "b[0]")]
    assert [(block.name, block.status) for block in result.blocks] == [
        ("a", Status.DISAGREE),
        ("b[0]", Status.DISAGREE),
    ]


def test_a_float32_gradient_of_float64_parameters_agrees_to_its_own_digits_and_a_wrong_one_does_not() -> None:
    right = check(wave, lambda w: wave_gradient(w).astype(np.float32), WAVE_AT, options=SEED)
    assert right.verdict is Verdict.AGREE
    assert right.blocks[0].digits is not None and 4.0 < right.blocks[0].digits < 7.3
    assert check(wave, lambda w: (1.0001 * wave_gradient(w)).astype(np.float32), WAVE_AT, options=SEED).verdict is (
        Verdict.DISAGREE
    )


def test_a_float16_gradient_is_too_coarse_and_said_to_be() -> None:
    right = check(wave, lambda w: wave_gradient(w).astype(np.float16), WAVE_AT, options=SEED)
    assert (right.verdict, right.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
    wrong = check(wave, lambda w: (1.1 * wave_gradient(w)).astype(np.float16), WAVE_AT, options=SEED)
    assert wrong.verdict is Verdict.DISAGREE


def test_a_gradient_may_be_given_as_its_value() -> None:
    value = tree_gradient(PARAMETERS)
    assert judged(value).verdict is Verdict.AGREE
    assert judged({**value, "a": 1.001 * value["a"]}).verdict is Verdict.DISAGREE
    assert judged({**value, "a": value["a"][:2]}).faults[0].kind is FaultKind.SHAPE


def test_a_value_is_asked_once_and_nowhere_else() -> None:
    cost, value = Counted(wave), GivenGradient(wave_gradient(WAVE_AT))
    problem = Problem(GradientSubject("wave", cost, value, WAVE_AT), Options())
    found = preflight(problem, rng())
    assert (cost.calls, problem.gradient_calls) == (3, 1)
    assert (found.nearby, found.far, found.faults) == (None, None, ())
    assert found.claimed is not None and np.array_equal(found.claimed, wave_gradient(WAVE_AT))
    assert np.array_equal(found.gradient_noise, 4 * np.finfo(float).eps * np.abs(wave_gradient(WAVE_AT)))
    reordered = Counted(lambda w: wave(w) * (1.0 + 2.0**-50 * (reordered.calls == 1)))
    noisy = Problem(GradientSubject("wave", reordered, value, WAVE_AT), Options())
    assert preflight(noisy, rng()).cost_noise == abs(wave(WAVE_AT) * (1.0 + 2.0**-50) - wave(WAVE_AT))
    faulty = Problem(GradientSubject("wave", wave, GivenGradient(np.ones(2)), WAVE_AT), Options())
    assert preflight(faulty, rng()).faults[0].kind is FaultKind.SHAPE


@pytest.mark.parametrize(
    ("at", "gradient", "shown"),
    [
        (
            [1.0, 2.0, 3.0],
            np.ones(3),
            "of shape (3,): `at` is a list of 3 numbers, so a list of 3 numbers was required",
        ),
        ([[1.0, 2.0], [3.0, 4.0]], np.ones((2, 2)), "of shape (2, 2): `at` is a list of 4 numbers"),
        ((1.0,), np.ones(1), "`at` is a tuple of 1 number, so a tuple of 1 number was required"),
    ],
)
def test_an_array_for_a_list_of_numbers_is_told_to_make_at_an_array(at: Any, gradient: Any, shown: str) -> None:
    kind, _, sentence = only_fault(check(lambda w: float(np.sum(w)), lambda w: gradient, at, options=SEED))
    assert kind is FaultKind.STRUCTURE
    assert shown in sentence and sentence.endswith("if the parameters are one array, give np.array(at) for `at`")


def test_a_list_of_numbers_for_an_array_is_that_array() -> None:
    assert check(wave, lambda w: [float(g) for g in wave_gradient(w)], WAVE_AT, options=SEED).verdict is Verdict.AGREE
    short = check(wave, lambda w: [float(g) for g in wave_gradient(w)[:2]], WAVE_AT, options=SEED)
    assert only_fault(short)[2] == "the gradient of parameters has shape (2,): (3,) was required"


def test_one_flat_array_for_several_is_told_to_be_split() -> None:
    flat = check(lambda p: wave(p[0]) + wave(p[1]), lambda p: np.ones(5), [WAVE_AT, np.ones(2)], options=SEED)
    assert only_fault(flat)[2].endswith("in the structure of the parameters; split it into these")
    numbers = check(lambda p: p["a"] + p["b"], lambda p: np.ones(2), {"a": 1.0, "b": 2.0}, options=SEED)
    assert only_fault(numbers)[2].endswith("in the structure of the parameters; split it into these")
    other = check(lambda p: wave(p[0]) + wave(p[1]), lambda p: np.ones(4), [WAVE_AT, np.ones(2)], options=SEED)
    assert only_fault(other)[2].endswith("in the structure of the parameters")


# --- the parameters ---


@pytest.mark.parametrize("nothing", [[], {}, (), None, np.zeros((0, 3)), {"w": np.zeros(0), "b": []}])
def test_a_check_of_nothing_is_misuse(nothing: Any) -> None:
    with pytest.raises(UsageError, match="the parameters hold no number at all"):
        check(lambda _: 1.0, lambda p: p, nothing, options=SEED)


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        (WAVE_AT + 0j, "complex128"),
        (np.array([1, 2]), "dtype int64"),
        (np.array([True]), "dtype bool"),
        (np.array([1.0, None]), "dtype object"),
        ([1.0, "a"], r"the parameter \[1\] has dtype <U1 \(value a\)"),
        (np.array([1.0, np.nan]), r"is nan at \[1\]"),
        ({"w": np.inf}, "the parameter w is inf"),
    ],
)
def test_what_cannot_be_a_parameter_is_misuse(at: Any, seen: str) -> None:
    with pytest.raises(UsageError, match=seen):
        check(lambda p: 1.0, lambda p: p, at, options=SEED)


# --- the cost ---


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_cost_that_is_not_finite_is_no_matter_of_the_gradient(value: float) -> None:
    result = check(lambda _: value, wave_gradient, WAVE_AT, options=SEED)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DOMAIN)
    assert result.notes == (f"the cost is {value} at the point given: a finite cost is required",)
    assert (result.forward_passes, result.gradient_calls) == (1, 0)


def test_a_random_cost_is_named_with_its_spread() -> None:
    generator = np.random.default_rng(0)
    values: list[float] = []

    def dropout(w: Any) -> float:
        values.append(wave(w) + 1e-6 * generator.standard_normal())
        return values[-1]

    result = check(dropout, wave_gradient, WAVE_AT, options=SEED)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.NONDETERMINISTIC)
    here = [values[0], *values[3:]]
    assert (len(here), result.gradient_calls) == (5, 0)
    spread = max(here) - min(here)
    assert f"5 evaluations at the same point gave {min(here)!r} to {max(here)!r}, {spread:.1e} apart" in result.notes[0]
    assert f"({spread / max(here):.1e} of it), standard deviation {np.std(here):.1e}" in result.notes[0]

    def seeded(w: Any) -> float:
        return float(np.sum(w * np.sin(w) * np.random.default_rng(0).integers(1, 3, 3)))

    mask = np.random.default_rng(0).integers(1, 3, 3)
    assert check(seeded, lambda w: mask * wave_gradient(w), WAVE_AT, options=SEED).verdict is Verdict.AGREE


def test_a_cost_that_counts_its_calls_is_not_deterministic() -> None:
    counted = Counted(wave)
    result = check(lambda w: counted(w) + counted.calls, wave_gradient, WAVE_AT, options=SEED)
    assert result.reason is Reason.NONDETERMINISTIC


def test_a_cost_that_keeps_something_between_its_calls_is_told_apart_from_chance() -> None:
    last = [WAVE_AT]

    def smoothed(w: Any) -> float:
        before, last[0] = last[0], np.array(w)
        return wave(w) + 1e-3 * float(np.any(before != w))

    note = check(smoothed, wave_gradient, WAVE_AT, options=SEED).notes[0]
    assert "at the same point" in note and note.startswith("the cost is not deterministic")
    kept: list[Any] = []

    def running(w: Any) -> float:
        kept.append(1)
        return wave(w) + 1e-3 * (len(kept) > 1)

    note = check(running, wave_gradient, WAVE_AT, options=SEED).notes[0]
    assert note.startswith("the cost keeps something between its calls: at the same point it was")


@pytest.mark.parametrize("roundings", [1, 30, 60])
def test_a_cost_summed_in_another_order_each_time_is_one_cost_and_its_spread_is_kept(roundings: int) -> None:
    counted = Counted(wave)

    def reordered(w: Any) -> float:
        return float(counted(w)) * (1.0 + roundings * 2.0**-52 * (counted.calls % 2))

    problem = Problem(GradientSubject("sum", reordered, wave_gradient, WAVE_AT), Options())
    found = preflight(problem, rng())
    assert (found.reason, found.faults) == (None, ())
    assert roundings / 2 <= found.cost_noise / (2.0**-52 * wave(WAVE_AT)) <= roundings + 1
    assert counted.calls == 5 + 3
    assert check(reordered, wave_gradient, WAVE_AT, options=SEED).verdict is not Verdict.DISAGREE
    assert check(reordered, lambda w: 1.001 * wave_gradient(w), WAVE_AT, options=SEED).verdict is Verdict.DISAGREE


def test_a_cost_without_spread_has_no_noise_of_its_own() -> None:
    assert preflight(Problem(GradientSubject("w", wave, wave_gradient, WAVE_AT), Options()), rng()).cost_noise == 0.0


# --- contracts across calls ---


def scaling(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that writes to its parameters after it has used them."""

    def mutating(w: Any) -> Any:
        value = function(w)
        w *= 0.9
        return value

    return mutating


@pytest.mark.parametrize("what", ["cost", "gradient"])
def test_parameters_written_to_are_a_fault_and_the_users_own_stay(what: str) -> None:
    at = WAVE_AT.copy()
    cost, gradient = (scaling(wave), wave_gradient) if what == "cost" else (wave, scaling(wave_gradient))
    kind, where, sentence = only_fault(check(cost, gradient, at, options=SEED))
    assert (kind, where) == (FaultKind.MUTATION, "parameters")
    assert sentence.startswith(f"the {what} changed its parameters in place (parameters[0] was 1, is 0.9)")
    assert np.array_equal(at, WAVE_AT)


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: p.pop(),
        lambda p: p.append(1.0),
        lambda p: p.__setitem__(0, p[0][:2]),
        lambda p: p.__setitem__(0, "gone"),
        lambda p: p.__setitem__(0, None),
    ],
)
def test_parameters_taken_apart_are_a_fault_too(edit: Callable[[Any], Any]) -> None:
    def gradient(p: Any) -> Any:
        found = [wave_gradient(p[0])]
        edit(p)
        return found

    at = [WAVE_AT.copy()]
    kind, _, sentence = only_fault(check(lambda p: wave(p[0]), gradient, at, options=SEED))
    assert kind is FaultKind.MUTATION and "no longer have their structure and shapes" in sentence
    assert len(at) == 1 and np.array_equal(at[0], WAVE_AT)


def test_the_users_arrays_are_not_written_when_the_code_raises_half_way() -> None:
    at = {"w": WAVE_AT.copy()}

    def cost(p: Any) -> float:
        p["w"][0] = 99.0
        raise KeyError("half way")

    with pytest.raises(UserCodeError):
        check(cost, lambda p: p, at, options=SEED)
    assert np.array_equal(at["w"], WAVE_AT)


class Remembering:
    """A program that keeps things between its calls, each in its own way."""

    def __init__(self) -> None:
        self.last_forward = WAVE_AT
        self.last_asked = WAVE_AT
        self.first_asked: Any = None
        self.sum = np.zeros(3)
        self.buffer = np.zeros(3)
        self.generator = np.random.default_rng(0)

    def cost(self, w: Any) -> float:
        self.last_forward = w.copy()
        return wave(w)

    def of_last_forward(self, _: Any) -> Any:
        return wave_gradient(self.last_forward)

    def with_last_mask(self, w: Any) -> Any:
        """Everything but the sign is of its own argument."""
        return np.sign(self.last_forward) * np.abs(w)

    def with_mask_of_last_call(self, w: Any) -> Any:
        asked, self.last_asked = self.last_asked, w.copy()
        return np.sign(asked) * np.abs(w)

    def of_last_asked(self, w: Any) -> Any:
        asked, self.last_asked = self.last_asked, w.copy()
        return wave_gradient(asked)

    def of_first_asked(self, w: Any) -> Any:
        self.first_asked = w.copy() if self.first_asked is None else self.first_asked
        return wave_gradient(self.first_asked)

    def added(self, w: Any) -> Any:
        self.sum = self.sum + wave_gradient(w)
        return self.sum

    def added_in_place(self, w: Any) -> Any:
        self.sum += wave_gradient(w)
        return self.sum

    def into_buffer(self, w: Any) -> Any:
        self.buffer[:] = wave_gradient(w)
        return self.buffer

    def at_random(self, w: Any) -> Any:
        return wave_gradient(w) + 1e-3 * self.generator.standard_normal(3)

    def of_first_asked_ever(self, w: Any) -> Any:
        """The program had been used at the point before it was checked."""
        return wave_gradient(WAVE_AT)

    def restored(self, w: Any) -> Any:
        found, kept = wave_gradient(w), np.array(w)
        w[:] = 0.0
        w[:] = kept
        return found

    def sound_once(self, w: Any) -> Any:
        found = wave_gradient(w)
        self.sum += 1.0
        return found if self.sum[0] < 3.0 else None

    def buffer_copied(self, w: Any) -> Any:
        return self.into_buffer(w).copy()

    def sum_reset(self, w: Any) -> Any:
        self.sum = np.zeros(3)
        return self.added(w)

    def forward_again(self, w: Any) -> Any:
        self.cost(w)
        return self.of_last_forward(w)


@pytest.mark.parametrize(
    ("method", "kind", "words"),
    [
        ("of_last_forward", FaultKind.STALE, "values kept from the last forward pass (a stale cache)"),
        ("of_last_asked", FaultKind.STALE, "it keeps something of an earlier call"),
        ("added", FaultKind.ACCUMULATION, "grows by the same amount with every call"),
        ("added_in_place", FaultKind.ACCUMULATION, "grows by the same amount with every call"),
        ("into_buffer", FaultKind.STALE, "was overwritten by a later call"),
        ("of_first_asked", FaultKind.STALE, "the right one for the first point it was asked at and wrong elsewhere"),
        ("of_first_asked_ever", FaultKind.STALE, "the right one for the point given and wrong elsewhere"),
        ("at_random", FaultKind.NONDETERMINISTIC, "differs from call to call at the same point, by "),
        ("sound_once", FaultKind.STALE, "was sound in the first call and is not in a later one"),
    ],
)
def test_a_gradient_that_depends_on_other_calls_is_a_fault_of_its_own_kind(
    method: str, kind: FaultKind, words: str
) -> None:
    program = Remembering()
    seen, where, sentence = only_fault(check(program.cost, getattr(program, method), WAVE_AT, options=SEED))
    assert (seen, where) == (kind, "parameters")
    assert words in sentence


@pytest.mark.parametrize("method", ["buffer_copied", "sum_reset", "forward_again", "restored"])
def test_the_repaired_programs_agree(method: str) -> None:
    program = Remembering()
    assert check(program.cost, getattr(program, method), WAVE_AT, options=SEED).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    ("method", "words"),
    [("with_last_mask", "(a stale cache)"), ("with_mask_of_last_call", "it keeps something of an earlier call")],
)
@pytest.mark.parametrize("seed", range(3))
def test_a_mask_that_only_a_far_point_changes_is_a_fault(method: str, words: str, seed: int) -> None:
    program = Remembering()

    def cost(w: Any) -> float:
        program.cost(w)
        return float(np.sum(w * np.abs(w)) / 2)

    result = check(cost, getattr(program, method), WAVE_AT, options=Options(seed=seed))
    kind, _, sentence = only_fault(result)
    assert kind is FaultKind.STALE and words in sentence
    assert check(cost, np.abs, WAVE_AT, options=Options(seed=seed)).verdict is Verdict.AGREE


def test_the_point_of_an_earlier_call_is_seen_where_the_gradient_does_not_work_far_away() -> None:
    program = Remembering()

    def gradient(w: Any) -> Any:
        if np.any(w < 0.0):
            raise ValueError("far")
        return program.of_last_asked(w)

    kind, _, sentence = only_fault(check(wave, gradient, WAVE_AT, options=SEED))
    assert kind is FaultKind.STALE and "changed after a gradient call at another point" in sentence


def test_a_mask_of_the_first_call_ever_is_wrong_here() -> None:
    mask: list[Any] = []

    def gradient(w: Any) -> Any:
        mask.append(np.sign(w))
        return mask[0] * np.abs(w)

    assert (
        check(lambda w: float(np.sum(w * np.abs(w)) / 2), gradient, WAVE_AT, options=SEED).verdict is Verdict.DISAGREE
    )


@pytest.mark.parametrize("leaf", [0, 1])
def test_a_gradient_that_writes_to_its_parameters_elsewhere_is_noted(leaf: int) -> None:
    def clipping(p: Any) -> Any:
        np.maximum(p[leaf], 0.0, out=p[leaf])
        return [wave_gradient(w) for w in p]

    at = [np.array([1.0, 2.0]), np.array([3.0])]
    problem = Problem(GradientSubject("clip", lambda p: sum(map(wave, p)), clipping, at), Options())
    (note,) = preflight(problem, rng()).notes
    assert note.startswith(
        f"at another point than the one given, the gradient changed its parameters in place ([{leaf}][0] was -"
    )


def test_a_gradient_summed_in_another_order_each_time_is_one_gradient() -> None:
    counted = Counted(wave_gradient)

    def reordered(w: Any) -> Any:
        return counted(w) * (1.0 + 4 * np.finfo(float).eps * (counted.calls % 2))

    assert check(wave, reordered, WAVE_AT, options=SEED).verdict is Verdict.AGREE


# --- what it costs ---


def test_the_price_of_preflight() -> None:
    cost, gradient = Counted(wave), Counted(wave_gradient)
    problem = Problem(GradientSubject("wave", cost, gradient, WAVE_AT), Options())
    found = preflight(problem, rng())
    assert (cost.calls, gradient.calls) == (problem.forward_passes, problem.gradient_calls) == (5, 6)
    assert found.claimed is not None and np.array_equal(found.claimed, wave_gradient(WAVE_AT))
    assert found.centre == wave(WAVE_AT)
    assert found.notes == ()


def test_the_price_of_preflight_where_the_far_point_is_outside_the_domain() -> None:
    for cost, gradient, passes in (
        (np.log, lambda w: 1 / w, 6),
        (lambda w: np.log(w - 1.9), lambda w: 1 / (w - 1.9), 6),
    ):
        problem = Problem(GradientSubject("log", cost, gradient, 2.0), Options())
        found = preflight(problem, rng())
        assert (problem.forward_passes, problem.gradient_calls) == (passes, 6)
        assert found.nearby is not None and (found.far is None) == (cost is not np.log)


def test_what_cost_and_gradient_say_at_the_other_points_is_kept() -> None:
    found = preflight(Problem(GradientSubject("wave", wave, wave_gradient, WAVE_AT), Options()), rng())
    for other, least, most in ((found.nearby, 1e-4, 0.1), (found.far, 1.0, 10.0)):
        assert other is not None
        assert other.centre == wave(other.w) and np.array_equal(other.claimed, wave_gradient(other.w))
        assert least < np.max(np.abs(other.w - WAVE_AT)) < most
    unsound = preflight(
        Problem(GradientSubject("w", wave, lambda w: wave_gradient(w) / (w[0] > 0), WAVE_AT), Options()), rng()
    )
    assert unsound.far is None and unsound.nearby is not None and unsound.faults == ()


@pytest.mark.parametrize("what", ["cost", "gradient"])
@pytest.mark.parametrize("error", [KeyError("far"), SystemExit(2), AssertionError("w > 0"), FloatingPointError()])
def test_what_a_program_raises_far_away_is_no_matter(what: str, error: BaseException) -> None:
    def careful(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def guarded(w: Any) -> Any:
            if np.any(w < 0.9):
                raise error
            return function(w)

        return guarded

    cost, gradient = (careful(wave), wave_gradient) if what == "cost" else (wave, careful(wave_gradient))
    problem = Problem(GradientSubject("careful", cost, gradient, WAVE_AT), Options())
    found = preflight(problem, rng())
    assert (found.far, found.faults, found.reason) == (None, (), None)
    assert found.nearby is not None
    assert check(cost, gradient, WAVE_AT, options=SEED).verdict is Verdict.AGREE


def test_the_gradients_rounding_is_at_least_four_of_its_own_dtype() -> None:
    for dtype in (np.float32, np.float64):

        def coarse(w: Any, dtype: Any = dtype) -> Any:
            return wave_gradient(w).astype(dtype)

        found = preflight(Problem(GradientSubject("w", wave, coarse, WAVE_AT), Options()), rng())
        floor = 4 * np.finfo(dtype).eps * np.abs(coarse(WAVE_AT))
        assert np.all(found.gradient_noise >= floor)
        assert np.max(found.gradient_noise) <= 4 * np.max(floor)


def test_a_gradient_that_answers_to_the_last_digit_is_known_to_be_so_rough() -> None:
    """A component of cos(1e6 w) changes by 1e6 sin(1e6 w) roundings of w."""

    def rough(w: Any) -> Any:
        return np.cos(1e6 * w)

    found = preflight(
        Problem(GradientSubject("w", lambda w: np.sum(np.sin(1e6 * w)) / 1e6, rough, WAVE_AT), Options()), rng()
    )
    change = 1e6 * np.abs(np.sin(1e6 * WAVE_AT)) * WAVE_AT * np.finfo(float).eps
    assert np.all((0.4 * change <= found.gradient_noise) & (found.gradient_noise <= 2.0 * change))


@pytest.mark.parametrize("method", ["forward_again", "added", "of_last_forward", "at_random", "into_buffer"])
def test_counts_are_exact_whatever_is_found(method: str) -> None:
    program = Remembering()
    cost, gradient = Counted(wave), Counted(getattr(program, method))
    result = check(lambda w: [program.cost(w), cost(w)][1], gradient, WAVE_AT, options=SEED)
    assert (result.forward_passes, result.gradient_calls) == (cost.calls, gradient.calls)


@pytest.mark.parametrize("factor", [1.0, 1.001])
def test_a_call_for_loss_and_gradient_is_a_pass_whichever_of_them_is_wanted(factor: float) -> None:
    both = Counted(lambda w: (wave(w), factor * wave_gradient(w)))
    result = check_gradient(loss_and_gradient("both", both, WAVE_AT), SEED)
    assert result.forward_passes == both.calls


def test_preflight_of_loss_and_gradient_counts_every_call() -> None:
    both = Counted(lambda w: (wave(w), wave_gradient(w)))
    problem = Problem(loss_and_gradient("both", both, WAVE_AT), Options())
    assert preflight(problem, rng()).faults == ()
    assert (problem.forward_passes, both.calls, problem.gradient_calls) == (11, 11, 6)


# --- a gradient that calls the cost ---


def differencing(w: Any) -> Any:
    return np.array([(wave(w + step) - wave(w - step)) / 2e-6 for step in 1e-6 * np.eye(3)])


@pytest.mark.parametrize(
    ("subject", "notes"),
    [
        (GradientSubject("w", wave, differencing, WAVE_AT), 1),
        (cost_and_gradient("w", wave, differencing, WAVE_AT), 1),
        (GradientSubject("w", wave, wave_gradient, WAVE_AT), 0),
        (GradientSubject("w", wave, lambda w: wave_gradient(w) + 0.0 * wave(w), WAVE_AT), 0),
        (loss_and_gradient("w", lambda w: (wave(w), differencing(w)), WAVE_AT), 0),
    ],
)
def test_a_gradient_that_evaluates_the_cost_again_and_again_is_noted(subject: GradientSubject, notes: int) -> None:
    problem = Problem(subject, Options())
    found = preflight(problem, rng())
    wanted = "one gradient call evaluated the cost 6 times, for 3 components: it may be differencing instead of backpropagating"
    wanted += "; evaluations within gradient calls are not among the forward passes counted here"
    assert found.notes == (wanted,) * notes
    assert found.faults == ()
    assert problem.forward_passes == 5 + 6 * subject.passes_per_gradient
