"""What the item of a part tells of the one check of a class: never a pass for what was not judged."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from gradcheck.errors import UserCodeError
from gradcheck.pytest_plugin.parts import Run, part_of
from gradcheck.results import CheckResult, Diagnosis, EquationResult, EquationStatus, Reason, Verdict

FILE = "gradcheck.toml::Network::"
NAMES = ("feedforward", "backprop", "BP1", "BP2", "update_mini_batch")
AGREE, DISAGREE, OPEN = Verdict.AGREE, Verdict.DISAGREE, Verdict.INCONCLUSIVE


def session(*names: str, marker: str = "") -> Any:
    """Return a session with these items, all of which have a marker."""
    found = SimpleNamespace(items=[])
    for name in names:
        item = SimpleNamespace(name=name, nodeid=FILE + name, session=found)
        item.get_closest_marker = lambda asked: asked if asked == marker else None
        found.items.append(item)
    return found


def item_of(name: str, *others: str, marker: str = "") -> Any:
    return session(name, *others, marker=marker).items[0]


def whole(verdict: Verdict, reason: Reason | None = None, notes: tuple[str, ...] = (), **parts: Verdict) -> CheckResult:
    found = tuple(CheckResult(f"Network: {name}", one, reason, part=name, seed=3) for name, one in parts.items())
    return CheckResult("Network", verdict, reason, notes=notes, parts=found, forward_passes=40, seed=3)


def told(outcome: Any, item: Any, run_for: str = "feedforward") -> CheckResult:
    return part_of(Run(outcome, FILE + run_for), item, NAMES)


def left(outcome: Any, item: Any, run_for: str = "feedforward") -> str:
    """Return how an item ends that has no result, and the words: a skip must not skip the test that looks at it."""
    try:
        told(outcome, item, run_for)
    except pytest.fail.Exception as error:
        return f"failed: {error}"
    except pytest.skip.Exception as error:
        return f"skipped: {error}"
    except UserCodeError as error:
        return f"raised: {error}"
    return "a result"


def test_the_price_is_counted_with_the_item_that_the_check_was_run_for() -> None:
    result = whole(AGREE, feedforward=AGREE, backprop=AGREE)
    assert [told(result, item_of(name)).forward_passes for name in ("feedforward", "backprop")] == [40, 0]
    assert "where its 40 forward passes are counted" in told(result, item_of("backprop")).notes[0]


@pytest.mark.parametrize("verdict", [DISAGREE, OPEN])
def test_what_has_no_item_of_its_own_is_told_by_backprop(verdict: Verdict) -> None:
    result = whole(
        verdict, None, (), feedforward=AGREE, **{"deltas[0]": verdict, "zs": AGREE}, backprop=AGREE, BP1=AGREE
    )
    assert told(result, item_of("backprop")).verdict is verdict
    assert told(result, item_of("backprop")).title == "Network: deltas[0]"
    assert told(result, item_of("BP1")).verdict is AGREE
    worse = whole(DISAGREE, **{"zs": OPEN, "deltas[0]": DISAGREE}, backprop=AGREE)
    assert told(worse, item_of("backprop")).part == "deltas[0]"
    own = whole(DISAGREE, **{"deltas[0]": OPEN}, backprop=DISAGREE)
    assert (
        told(own, item_of("backprop")).part in ("", "backprop") and told(own, item_of("backprop")).verdict is DISAGREE
    )


def test_what_has_no_item_and_disagrees_is_told_by_backprop_also_where_that_was_not_judged() -> None:
    result = whole(DISAGREE, **{"deltas[0]": DISAGREE})
    assert told(result, item_of("backprop")).verdict is DISAGREE
    assert left(result, item_of("BP1")) == f"failed: not judged, as deltas[0] disagrees: see {FILE}backprop"


@pytest.mark.parametrize(("others", "marker"), [((), ""), (("backprop",), "xfail"), (("backprop",), "skip")])
def test_not_judged_fails_unless_the_one_to_blame_is_sure_to_fail(others: tuple[str, ...], marker: str) -> None:
    result = whole(DISAGREE, feedforward=AGREE, backprop=DISAGREE)
    words = f"not judged, as backprop disagrees: see {FILE}backprop"
    assert left(result, item_of("update_mini_batch", *others, marker=marker)) == f"failed: {words}"
    assert left(result, item_of("update_mini_batch", "backprop")) == f"skipped: {words}"


def test_not_judged_is_no_pass_where_all_agrees_or_something_is_open() -> None:
    agrees = whole(AGREE, None, ("not so, and backprop does not need it: BP1",), backprop=AGREE)
    words = "skipped: not judged, and all that was agrees: not so, and backprop does not need it: BP1"
    assert left(agrees, item_of("BP1", "backprop")) == words
    result = told(whole(OPEN, Reason.BUDGET, (), backprop=OPEN), item_of("BP1", "backprop"))
    assert (result.verdict, result.reason, result.title) == (OPEN, Reason.BUDGET, "Network: BP1")


def test_what_the_code_raised_is_told_by_backprop_or_else_by_the_item_it_was_run_for() -> None:
    error = UserCodeError("the gradient raised ValueError")
    raised, skipped = f"raised: {error}", f"skipped: not judged, see {FILE}{{}}: {error}"
    assert left(error, item_of("backprop", "BP1"), run_for="BP1") == raised
    assert left(error, item_of("BP1", "backprop"), run_for="BP1") == skipped.format("backprop")
    assert left(error, item_of("BP1", "BP2"), run_for="BP1") == raised
    assert left(error, item_of("BP2", "BP1"), run_for="BP1") == skipped.format("BP1")
    assert left(error, item_of("BP2", "BP1", "backprop", marker="xfail"), run_for="BP1") == raised


def test_an_equation_has_what_explains_it_and_backprop_all_notes() -> None:
    result = whole(DISAGREE, None, ("mini-batches were not judged",), backprop=DISAGREE, BP1=DISAGREE, BP2=DISAGREE)
    about = Diagnosis("sigma-prime-missing", "(BP2)", "the factor is left out")
    broken = EquationResult("BP2", 2, EquationStatus.BROKEN)
    parts = tuple(
        dataclasses.replace(part, diagnosis=(about,) if part.part == "backprop" else (), equations=(broken,))
        for part in result.parts
    )
    result = dataclasses.replace(result, parts=parts, diagnosis=(about,))
    assert told(result, item_of("BP2")).diagnosis == (about,) and told(result, item_of("BP1")).diagnosis == ()
    assert f"{FILE}backprop tells more" in " ".join(told(result, item_of("BP2")).notes)
    backprop = told(result, item_of("backprop"))
    assert backprop.parts == () and backprop.notes[0] == "mini-batches were not judged"
