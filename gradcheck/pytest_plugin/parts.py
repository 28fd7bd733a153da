"""What one part of a network check tells, of a check that was run once for all of them."""

from __future__ import annotations

import dataclasses
from typing import Final, NoReturn

import pytest

from gradcheck.errors import GradcheckError
from gradcheck.results import CheckResult, Verdict

MAY_PASS: Final = ("skip", "skipif", "xfail")
"""Markers of an item that may let a session pass in which it fails, or would."""

BACKPROP: Final = "backprop"
"""The part that tells also of what has no item of its own, such as `deltas` that are kept."""


@dataclasses.dataclass(frozen=True)
class Run:
    """What the check of a class found, or what it raised; and the item it was run for.

    Examples
    --------
    >>> Run(CheckResult("Network", Verdict.AGREE), "gradcheck.toml::Network::BP1").nodeid
    'gradcheck.toml::Network::BP1'
    """

    outcome: CheckResult | GradcheckError
    nodeid: str


def part_of(run: Run, item: pytest.Item, names: tuple[str, ...]) -> CheckResult:
    """Return what a check found of the part that an item stands for.

    A part that was not judged, as an earlier one disagrees, names that one: it is skipped where the session runs that one too, which then
    fails, and fails itself where not. Where all that was judged agrees without it, it is skipped.

    Parameters
    ----------
    run : Run
    item : Item
        Its name is that of the part.
    names : tuple of str
        The names of all items of the class.

    Raises
    ------
    GradcheckError
        If that is what the check raised.
    """
    __tracebackhide__ = True
    whole = run.outcome
    if isinstance(whole, GradcheckError):
        _raise_once(whole, run, item)
    part = _told(whole, item.name, names) or _unjudged(whole, item, names)
    return _priced(_explained(part, whole, item), whole, run, item)


def _raise_once(error: GradcheckError, run: Run, item: pytest.Item) -> NoReturn:
    """Raise what the check raised where it is told, under backprop or else the item it was run for; skip the other items."""
    __tracebackhide__ = True
    tellers = (_sibling(item, BACKPROP), run.nodeid)
    told_by = next((name for name in tellers if _fails(item.session, name)), item.nodeid)
    if item.nodeid == told_by:
        raise error
    pytest.skip(f"not judged, see {told_by}: {error}")


def _unjudged(whole: CheckResult, item: pytest.Item, names: tuple[str, ...]) -> CheckResult:
    """Return an open result of a part that the check did not come to, if it was open; skip or fail the item if not."""
    __tracebackhide__ = True
    if whole.verdict is Verdict.AGREE:
        why = f": {'; '.join(whole.notes)}" if whole.notes else ""
        pytest.skip(f"not judged, and all that was agrees{why}")
    if whole.verdict is Verdict.DISAGREE:
        wrong = next(one.part for one in whole.parts if one.verdict is Verdict.DISAGREE)
        sibling = _sibling(item, wrong if wrong in names else BACKPROP)
        words = f"not judged, as {wrong} disagrees: see {sibling}"
        if _fails(item.session, sibling):  # then this one hides nothing
            pytest.skip(words)
        pytest.fail(words, pytrace=False)
    title, notes = f"{whole.title.partition(':')[0]}: {item.name}", (f"{item.name} was not judged",)
    return CheckResult(title, whole.verdict, whole.reason, notes=notes, seed=whole.seed)


def _fails(session: pytest.Session, nodeid: str) -> bool:
    """Tell whether the session runs an item, and fails when that does."""
    found = next((one for one in session.items if one.nodeid == nodeid), None)
    return found is not None and all(found.get_closest_marker(name) is None for name in MAY_PASS)


def _told(whole: CheckResult, name: str, names: tuple[str, ...]) -> CheckResult | None:
    """Return the part of a name; for backprop, where that agrees, the gravest of those that have no item."""
    own = next((part for part in whole.parts if part.part == name), None)
    if name != BACKPROP or (own is not None and own.verdict is not Verdict.AGREE):
        return own
    without = [part for part in whole.parts if part.part not in names]
    for verdict in (Verdict.DISAGREE, Verdict.INCONCLUSIVE):
        own = next((part for part in without if part.verdict is verdict), own)
        if own is not None and own.verdict is verdict:
            return own
    return own


def _explained(part: CheckResult, whole: CheckResult, item: pytest.Item) -> CheckResult:
    """Return a part with what explains it, which may stand in another part or in the whole."""
    if part.verdict is Verdict.AGREE:
        return part
    if part.part == BACKPROP and (whole.verdict, whole.counterexample) == (part.verdict, part.counterexample):
        return dataclasses.replace(whole, parts=())  # the part, with the factors of it that are wrong and all notes
    if not part.equations or part.part == BACKPROP or part.verdict is not Verdict.DISAGREE:
        return part
    broken = f"({part.part})"
    backprop = next((one for one in whole.parts if one.part == BACKPROP), whole)
    diagnosis = tuple(one for one in backprop.diagnosis if broken in one.equation)
    note = f"{_sibling(item, BACKPROP)} tells more: the numbers, and the smallest network on which it fails"
    title = part.title.replace(f"{broken} ", "") if diagnosis else part.title  # the explanation names it
    return dataclasses.replace(part, title=title, diagnosis=diagnosis, notes=(*part.notes, note))


def _priced(part: CheckResult, whole: CheckResult, run: Run, item: pytest.Item) -> CheckResult:
    """Return a part with the price of the one check on the item it was run for, so that the sum over all items is exact."""
    if run.nodeid == item.nodeid:
        paid = whole
    else:
        paid = CheckResult("", whole.verdict)
        note = f"the class was checked once, for {run.nodeid}, where its {whole.forward_passes:,} forward passes are counted"
        part = dataclasses.replace(part, notes=(*part.notes, note))
    return dataclasses.replace(
        part,
        forward_passes=paid.forward_passes,
        gradient_calls=paid.gradient_calls,
        example_passes=paid.example_passes,
    )


def _sibling(item: pytest.Item, name: str) -> str:
    """Return the item of another part of the same class."""
    return f"{item.nodeid.removesuffix(item.name)}{name}"
