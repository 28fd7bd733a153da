"""The tables of reports/detection.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from gradcheck.results import Verdict
from tests.zoo.contest import OURS, Answer
from tests.zoo.judging import ERROR, LATE, REFUSED, Judged, undecided_elsewhere
from tests.zoo.peers import PEERS
from tests.zoo.specimen import Kind

AGREE, DISAGREE, OPEN = (v.value for v in (Verdict.AGREE, Verdict.DISAGREE, Verdict.INCONCLUSIVE))
Pick = Callable[[Judged], bool]


def heading(judged: Sequence[Judged]) -> str:
    """Return what was judged, and the bar in numbers."""
    right = [one for one in judged if one.is_right]
    others = [one for one in right if one.library]
    libraries = sorted({one.library for one in others})
    faults = Counter(one.fault for one in judged if one.fault)
    still_open, of = undecided_elsewhere(judged)
    return "\n".join(
        [
            f"{len(right)} right and {len(judged) - len(right)} wrong gradients of {len({one.family for one in judged})} families;",
            f"{len(others)} of the right ones were written by other people ({', '.join(libraries)}).\n",
            f"Ours: false alarms **{faults['false alarm']}**; misses **{faults['miss']}**, and {faults['missed below the stated limit']} errors"
            " smaller than the detection limit the result states;",
            f"right and inconclusive outside kinks, true noise and vacuous points: **{still_open} of {of}**;",
            f"vacuous agreements {faults['vacuous agreement']}; errors and late answers {faults['error']}.\n",
        ]
    )


def _counted(one: Judged) -> bool:
    """Return whether a specimen counts in the columns: a nondeterministic cost has no right answer in numbers."""
    return one.kind != Kind.RANDOM.value


def by_peer(judged: Sequence[Judged], answers: Sequence[Answer], limit: float) -> str:
    """Return the table of checkers."""
    right = {one.name for one in judged if one.is_right and _counted(one)}
    wrong = {one.name for one in judged if not one.is_right and _counted(one)}
    below = sum(one.fault == "missed below the stated limit" for one in judged)
    lines = [
        "## Everybody\n",
        f"Of {len(right)} right and {len(wrong)} wrong ones (nondeterministic costs left out). A false alarm: right and refused. A miss: wrong and"
        " passed. No verdict: the checker says",
        "it cannot tell. Stopped: an exception of its own, or our clear refusal of the call. Late: no answer within"
        f" {limit:g} s, or a peer that would need 2 P passes not asked at P > 100 000.",
        f"Of our own misses {below} are of errors smaller than the detection limit that the result states.",
        "Passes are those on right gradients that were answered; time is that of all cases both we and the peer answered, in units of ours.\n",
        "| checker | false alarms | misses | no verdict, right | no verdict, wrong | stopped | late | passes, median | 95 % | time |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    table = {name: {one.name: one for one in answers if one.checker == name} for name in _names(answers)}
    for name, found in table.items():
        of_right = [found[one] for one in right if one in found]
        of_wrong = [found[one] for one in wrong if one in found]
        outcome = Counter(one.outcome for one in of_right), Counter(one.outcome for one in of_wrong)
        stopped = sum(count[ERROR] + count[REFUSED] for count in outcome)
        passes = [one.passes for one in of_right if one.outcome in (AGREE, DISAGREE, OPEN)] or [0]
        lines.append(
            f"| {name} | {outcome[0][DISAGREE]} | {outcome[1][AGREE]} | {outcome[0][OPEN]} | {outcome[1][OPEN]} | {stopped} "
            f"| {outcome[0][LATE] + outcome[1][LATE]} | {np.median(passes):.0f} | {np.quantile(passes, 0.95):.0f} | {_time(table, name)} |"
        )
    return "\n".join(lines) + "\n"


def _names(answers: Sequence[Answer]) -> list[str]:
    found = {one.checker for one in answers}
    return [name for name in (OURS, *(peer.name for peer in PEERS)) if name in found]


def _time(table: dict[str, dict[str, Answer]], name: str) -> str:
    answered = [
        one for one, answer in table[name].items() if answer.outcome not in (LATE, ERROR) and one in table[OURS]
    ]
    own = sum(table[OURS][one].seconds for one in answered)
    return f"{sum(table[name][one].seconds for one in answered) / own:.2f}" if own else "-"


def how_asked(versions: dict[str, str | None], missing: Sequence[str]) -> str:
    """Return how each peer was asked, and what could not be imported."""
    lines = ["How each was asked, at its defaults:\n"]
    for peer in PEERS:
        version = versions[peer.name]
        lines.append(f"- {peer.name} {version or '**missing: cannot be imported here**'}: {peer.asked}.")
    lines.append(f"\nLibraries missing, whose families are left out: {', '.join(missing) or 'none'}.\n")
    return "\n".join(lines)


def by_kind(judged: Sequence[Judged], answers: Sequence[Answer]) -> str:
    """Return false alarms / misses by the kind of problem."""
    lines = ["## By the kind of problem\n", "False alarms / misses.\n"]
    names = _names(answers)
    kinds = [kind.value for kind in Kind if any(one.kind == kind.value for one in judged)]
    sides = {
        (kind, side): {o.name for o in judged if o.kind == kind and o.is_right is side}
        for kind in kinds
        for side in (True, False)
    }
    lines.append(
        "| checker | " + " | ".join(f"{k} ({len(sides[k, True])} + {len(sides[k, False])})" for k in kinds) + " |"
    )
    lines.append("| --- |" + " ---: |" * len(kinds))
    for name in names:
        found = {one.name: one.outcome for one in answers if one.checker == name}
        cells = []
        for kind in kinds:
            alarms = sum(found.get(one) == DISAGREE for one in sides[kind, True])
            misses = sum(found.get(one) == AGREE for one in sides[kind, False])
            cells.append(f"{alarms} / {misses}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def own_families(judged: Sequence[Judged]) -> str:
    """Return our verdicts family by family."""
    lines = [
        "## Ours, family by family\n",
        "| family | kind | right: agree | inconclusive | disagree | other | wrong: disagree | inconclusive | agree | other | passes |",
        "| --- | --- |" + " ---: |" * 9,
    ]
    for name in dict.fromkeys(one.family for one in judged):
        some = [one for one in judged if one.family == name]
        right = Counter(one.outcome for one in some if one.is_right)
        wrong = Counter(one.outcome for one in some if not one.is_right)
        cells = [
            *(right[v] for v in (AGREE, OPEN, DISAGREE)),
            right.total() - sum(right[v] for v in (AGREE, OPEN, DISAGREE)),
            *(wrong[v] for v in (DISAGREE, OPEN, AGREE)),
            wrong.total() - sum(wrong[v] for v in (AGREE, OPEN, DISAGREE)),
        ]
        passes = np.median([one.passes for one in some if one.is_right])
        lines.append(f"| {name} | {some[0].kind} | " + " | ".join(str(c or "") for c in cells) + f" | {passes:.0f} |")
    return "\n".join(lines) + "\n"


def own_faults(judged: Sequence[Judged]) -> str:
    """Return every false alarm, miss, inconclusive and error of ours with what it said."""
    lines = ["## Every case of ours to look at\n"]
    listed: tuple[tuple[str, Pick], ...] = (
        ("False alarms", lambda one: one.fault == "false alarm"),
        ("Misses", lambda one: one.fault == "miss"),
        (
            "Errors smaller than the limit the result states, passed",
            lambda one: one.fault == "missed below the stated limit",
        ),
        ("Vacuous agreements", lambda one: one.fault == "vacuous agreement"),
        ("Errors and late answers", lambda one: one.fault == "error"),
        ("Inconclusive where a verdict was expected", lambda one: one.fault == "inconclusive"),
        ("Inconclusive where the kind of problem makes it so", lambda one: one.outcome == OPEN and not one.fault),
    )
    for title, pick in listed:
        some = [one for one in judged if pick(one)]
        lines.append(f"### {title}: {len(some)}\n")
        lines += [f"- `{one.name}` ({_what(one)}): {one.outcome}. {one.reason} {one.note}".rstrip() for one in some]
        lines += [""] if some else []
    return "\n".join(lines)


def _what(one: Judged) -> str:
    if one.is_right:
        return f"{one.kind}, right"
    return f"{one.kind}, {one.mistake}" + ("" if one.share != one.share else f", share {one.share:.1e}")
