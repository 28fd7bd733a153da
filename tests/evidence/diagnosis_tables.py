"""The tables of reports/diagnosis.md."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from gradcheck.checks.naming import MATCHING_DIGITS
from gradcheck.mistakes.catalogue import CATALOGUE
from tests.evidence.injections import NEAR, SAME, Injection, PairOutcome
from tests.evidence.judged_programs import SEEDS, Program, Shipped

NAMED, PAIRED = 0.98, 0.90
"""The bars: entries named first or tied, pairs named (shares)."""


def is_named(one: Injection) -> bool:
    """Tell whether the mistake is among the names."""
    return CATALOGUE[one.entry].id in one.names


def is_first(one: Injection) -> bool:
    """Tell whether it is the first of the names."""
    return one.names[:1] == (CATALOGUE[one.entry].id,)


def is_detected(one: Injection) -> bool | None:
    """Tell whether differences or equations saw it; None where neither was asked."""
    asked = [each for each in (one.by_equations, one.by_differences) if each is not None]
    return any(asked) if asked else None


def share(some: Sequence[bool]) -> str:
    """Return a share in per cent, and of how many."""
    if not some:
        return "-"
    return f"{math.floor(1000 * sum(some) / len(some)) / 10:g} %"


def heading(single: Sequence[Injection], pairs: Sequence[PairOutcome], programs: Sequence[Program]) -> str:
    """Return the bars, and what was reached."""
    seen = [one for one in single if one.asked]
    detected = [found for found in map(is_detected, seen) if found is not None]
    paired = [one.outcome != "not named" for one in pairs if one.is_seen]
    outside, right = ([one for one in programs if one.is_right is is_right] for is_right in (False, True))
    rows = [
        ("entries detected, where distinguishable", "100 %", share(detected), f"{len(detected)} injections"),
        ("entries named first or tied", "98 %", share([is_named(one) for one in seen]), f"{len(seen)} injections"),
        ("entries named first", "", share([is_first(one) for one in seen]), f"{len(seen)} injections"),
        ("entries, each by itself, below 98 %", "0", str(len(below(single))), f"{len(CATALOGUE)} entries"),
        ("pairs named, or explained by others that answer the same", "90 %", share(paired), f"{len(paired)} pairs"),
        ("wrong programs outside the catalogue that were given a name", "0", _named(outside), _counted(outside)),
        ("right programs that were given a name or not AGREE", "0", _unwanted(right), _counted(right)),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(["| | bar | reached | of |", "| --- | ---: | ---: | ---: |", *lines, ""])


def _named(programs: Sequence[Program]) -> str:
    return str(len({one.name for one in programs if one.names}))


def _unwanted(programs: Sequence[Program]) -> str:
    return str(len({one.name for one in programs if not one.is_as_wanted}))


def _counted(programs: Sequence[Program]) -> str:
    return f"{len({one.name for one in programs})} programs, {len(SEEDS)} seeds"


def below(single: Sequence[Injection]) -> list[str]:
    """Return the entries that are not named, or not detected, as often as they should be."""
    found = []
    for i, mistake in enumerate(CATALOGUE):
        seen = [one for one in single if one.entry == i and one.asked]
        detected = [each for each in map(is_detected, seen) if each is not None]
        if seen and (not all(detected) or np.mean([is_named(one) for one in seen]) < NAMED):
            found.append(mistake.id)
    return found


def by_entry(single: Sequence[Injection], networks: int, differences: int) -> str:
    """Return a row for each entry of the catalogue."""
    lines = [
        "## Each entry\n",
        f"Each was put into {networks} random networks of 2 to 5 layers (fewer where the pool has no more that take it), 1 to 9 neurons each,",
        "a quarter of the networks with layers of one width, every activation, a modified neuron in three of ten, all costs, and weight decay",
        "in three of five; in layers drawn from those in which it may be made, as a class whose parameters are one rounding unit beside those",
        "that were asked about, so that it rounds otherwise. *Unseen*: the answers are the right ones to"
        f" {SAME:g} digits, in every question the checker would ask;",
        "all others count. *Asked*: the questions that show it first, in the checker's order: one example, the sum or the mean of columns as",
        "declared, the descent step. *Equations*: of those seen in one example, the share that breaks one of (BP1) to (BP4), or a shape or",
        f"dtype. *Differences*: of the first {differences} that were seen, those on which `check_gradient` says DISAGREE, on one of the two",
        "networks that the class is listened to on. *Tied*: named, after others that answer the same. *Elsewhere*: named, in other layers",
        "where it answers the same.\n",
        "| entry | networks | unseen | asked | equations | differences | first | tied | elsewhere | not named |",
        "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [_row(mistake.id, [one for one in single if one.entry == i]) for i, mistake in enumerate(CATALOGUE)]
    bad = below(single)
    lines += ["", f"Below the bar: {', '.join(bad) or 'none'}."]
    never = [
        mistake.id for i, mistake in enumerate(CATALOGUE) if not any(one.entry == i and one.asked for one in single)
    ]
    lines += [f"Never to be told from a right program, or never made: {', '.join(never) or 'none'}."]
    lines += [
        f"\n- `{CATALOGUE[one.entry].id}` in network {one.number}: called {_called(one)}" for one in _missed(single)
    ]
    return "\n".join(lines) + "\n\n" + _unseen(single)


def _missed(single: Sequence[Injection]) -> list[Injection]:
    return [one for one in single if one.asked and (not is_named(one) or is_detected(one) is False)][:40]


def _called(one: Injection) -> str:
    words = ", ".join(one.names) or "nothing"
    return f"{words} ({one.asked}{', not detected' if is_detected(one) is False else ''})"


def _row(name: str, some: Sequence[Injection]) -> str:
    seen = [one for one in some if one.asked]
    asked = Counter(one.asked for one in seen)
    by_equations = [one.by_equations for one in seen if one.by_equations is not None]
    by_differences = [one.by_differences for one in seen if one.by_differences is not None]
    tied = [is_named(one) and not is_first(one) for one in seen]
    cells = [
        f"`{name}`",
        str(len(some)),
        str(len(some) - len(seen)),
        ", ".join(f"{key} {asked[key]}" for key in ("one", "sum", "mean", "step") if asked[key]),
        share(by_equations),
        f"{sum(by_differences)}/{len(by_differences)}",
        share([is_first(one) for one in seen]),
        share(tied),
        str(sum(is_named(one) and not one.in_its_layers for one in seen)),
        str(sum(not is_named(one) for one in seen)),
    ]
    return f"| {' | '.join(cells)} |"


def _unseen(single: Sequence[Injection]) -> str:
    """Return where entries were not to be told from a right program, beside what the catalogue says of that."""
    lines = [
        "## Unseen, and the condition in the catalogue\n",
        "| entry | unseen | condition |",
        "| --- | ---: | --- |",
    ]
    for i, mistake in enumerate(CATALOGUE):
        some = [one for one in single if one.entry == i]
        hidden = sum(not one.asked for one in some)
        if hidden:
            lines.append(f"| `{mistake.id}` | {hidden} of {len(some)} | {mistake.unseen.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def pairs_table(pairs: Sequence[PairOutcome]) -> str:
    """Return what became of the pairs."""
    count = Counter(one.outcome for one in pairs)
    seen = sum(one.is_seen for one in pairs)
    lines = [
        "## Pairs\n",
        f"{len(pairs)} random pairs of different entries that go together and that one example shows, each by itself; {seen} of them are seen",
        "together. *Tied*: both named, after others. By others: single mistakes or other pairs that give the same answers to rounding.\n",
        "| outcome | pairs | share |",
        "| --- | ---: | ---: |",
    ]
    for outcome in ("first", "tied", "by others that give the same answers", "not named", "indistinguishable"):
        of = f"{100 * count[outcome] / seen:.1f} %" if outcome != "indistinguishable" else ""
        lines.append(f"| {outcome} | {count[outcome]} | {of} |")
    blamed = Counter(name for one in pairs if one.outcome == "not named" for name in one.mistakes)
    lines.append(
        f"\nMost often in pairs not named: {', '.join(f'{name} ({n})' for name, n in blamed.most_common(8)) or 'none'}.\n"
    )
    return "\n".join(lines)


def programs_table(programs: Sequence[Program]) -> str:
    """Return the programs outside the catalogue and the right ones."""
    lines = [
        "## Outside the catalogue, and right\n",
        "What is told is a name of the catalogue, by the check or by listening alone.\n",
    ]
    for is_right, title in ((False, "Wrong, outside"), (True, "Right")):
        some = [one for one in programs if one.is_right is is_right]
        verdicts = Counter(one.verdict.name for one in some)
        told = sorted({f"{one.name}: {', '.join(one.names)}" for one in some if one.names})
        lines += [
            f"{title}: {', '.join(dict.fromkeys(one.name.rstrip('0123456789') for one in some))}.",
            f"Verdicts over {len(SEEDS)} seeds: {', '.join(f'{key} {n}' for key, n in verdicts.items())}. Named: {'; '.join(told) or 'none'}.\n",
        ]
    return "\n".join(lines)


def calibrated(single: Sequence[Injection]) -> str:
    """Return how many digits true matches and other edits share with what was claimed."""
    matched = {
        title: np.array(
            [
                one.digits
                for one in single
                if one.asked and (one.asked == "step") is is_step and math.isfinite(one.digits)
            ]
        )
        for title, is_step in (("backprop", False), ("descent step", True))
    }
    near = np.array([digits for one in single for digits in one.near])
    asked = sum(one.by_differences is not None for one in single)
    others, same = near[near < SAME], near[near >= SAME]
    lines = [
        "## Digits\n",
        f"`MATCHING_DIGITS` asks for {MATCHING_DIGITS:g} of the dtype's digits, {MATCHING_DIGITS * 15.65:.1f} of float64's.\n",
        "| digits shared by a true match | matches | least | 1 % | median |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {title} | {found.size} | {found.min():.1f} | {np.quantile(found, 0.01):.1f} | {np.median(found):.1f} |"
            for title, found in matched.items()
            if found.size
        ),
        f"\nOther edits than the one that was made, in {asked} injections, with {NEAR:g} digits or more: {others.size} that are not equal to it,",
        f"largest {others.max(initial=0.0):.1f}; and {same.size} equal to it, least {same.min(initial=math.inf):.1f}.\n",
        "| digits | " + " | ".join(f"{d}" for d in range(int(NEAR), 16)) + " | 16 and more |",
        "| --- | " + "---: | " * (17 - int(NEAR)),
        "| other edits | "
        + " | ".join(str(int(np.sum(np.floor(near) == d))) for d in range(int(NEAR), 16))
        + f" | {int(np.sum(near >= 16))} |\n",
    ]
    return "\n".join(lines)


def shipped_table(examples: Sequence[Shipped], ratios: Sequence[Sequence[float]]) -> str:
    """Return the shipped wrong examples, their names, and their times."""
    lines = [
        "## The shipped wrong examples\n",
        f"Time: `gradcheck check NAME --seed 0` as a whole process, in units of `python -c 'import numpy'` run just before it; the median of {len(ratios[0])}.\n",
        "| example | mistakes named, with digits | told besides | time |",
        "| --- | --- | --- | ---: |",
    ]
    for one, each in zip(examples, ratios, strict=True):
        named = ", ".join(f"`{id}`" + (f" ({digits:.1f})" if digits is not None else "") for id, digits in one.mistakes)
        time = f"{np.median(each):.1f}" if each else ""
        lines.append(f"| {one.name} | {named} | {', '.join(one.others)} | {time} |")
    if ratios and ratios[0]:
        medians = [float(np.median(each)) for each in ratios]
        lines.append(
            f"\nMedian {np.median(medians):.1f}, largest {max(medians):.1f}; above 25: {sum(m > 25 for m in medians)}.\n"
        )
    return "\n".join(lines)
