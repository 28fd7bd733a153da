"""What a rubric can tell, as a table for whoever runs the course."""

from __future__ import annotations

from itertools import groupby

from gradcheck.grading.rubric_coverage import RubricCoverage, Tried


def render_coverage(coverage: RubricCoverage) -> str:
    """Return the table, and what is to be done about it.

    Examples
    --------
    >>> from gradcheck.grading.expected_losses import Expected
    >>> sign = Tried("bp1-sign", "bp1-sign", "Network", Expected(frozenset({"bp1"})), (("bp1", 2.0),), ("bp1-sign",))
    >>> right = Tried("", "the right program", "", Expected())
    >>> print(render_coverage(RubricCoverage("Backpropagation", "", right, (sign,))))
    Backpropagation: the right program has full points.
    <BLANKLINE>
    in Network
      bp1-sign  loses bp1 2  as it should
    <BLANKLINE>
    1 of 1 mistakes lose the points they should and no others; 1 are called by their names.
    """
    parts = [_reference(coverage), *_tables(coverage.tried), _summary(coverage)]
    untold = [one.made for one in coverage.tried if one.is_untold]
    if untold:
        parts.append(f"this rubric cannot tell: {', '.join(untold)}")
    for group in coverage.confused:
        items = ", ".join(sorted(group[0].lost_ids))
        parts.append(f"not told apart, all lose {items} without a name: {', '.join(one.mistake for one in group)}")
    if coverage.untouched:
        parts.append(f"no mistake was tried on: {', '.join(coverage.untouched)}")
    if coverage.left_out:
        parts.append(f"not of this assignment, since no program of it can show them: {', '.join(coverage.left_out)}")
    return "\n\n".join(parts)


def _reference(coverage: RubricCoverage) -> str:
    if coverage.reference.is_untold:
        return f"{coverage.rubric}: the right program has full points."
    if not coverage.reference.is_graded:
        return f"{coverage.rubric}: THE RIGHT PROGRAM COULD NOT BE GRADED: no other can be."
    return f"{coverage.rubric}: THE RIGHT PROGRAM LOSES {_points(coverage.reference)}: so would everybody."


def _tables(tried: tuple[Tried, ...]) -> list[str]:
    """Return one table for each class."""
    ordered = sorted(tried, key=lambda one: one.in_class)  # a stable sort: the order of blame is kept
    tables = []
    for name, group in groupby(ordered, key=lambda one: one.in_class):
        rows = list(group)
        width = max(len(one.made) for one in rows)
        wide = max(len(_loses(one)) for one in rows)
        lines = [f"  {one.made:{width}}  {_loses(one):{wide}}  {_verdict(one)}" for one in rows]
        tables.append("\n".join([f"in {name}", *lines]))
    return tables


def _loses(one: Tried) -> str:
    if not one.is_graded:
        return "was not graded"
    return f"loses {_points(one)}" if one.lost else "loses nothing"


def _points(one: Tried) -> str:
    return ", ".join(f"{id} {points:g}" for id, points in one.lost)


def _verdict(one: Tried) -> str:
    """Return whether that is what it should lose, and what is amiss if not."""
    if one.is_as_expected:
        return "as it should"
    if not one.is_graded:
        return ""
    expected = one.expected
    amiss = []
    if expected.must - one.lost_ids:
        amiss.append(f"should lose {', '.join(sorted(expected.must - one.lost_ids))}")
    elif not one.lost:
        one_of = sorted(expected.may)
        amiss.append(f"should lose one of {', '.join(one_of)}" if one_of else "no item is about it")
    if one.lost_ids - expected.must - expected.may:
        amiss.append(f"should not lose {', '.join(sorted(one.lost_ids - expected.must - expected.may))}")
    return "; ".join(amiss).upper()


def _summary(coverage: RubricCoverage) -> str:
    right = sum(one.is_as_expected for one in coverage.tried)
    named = sum(one.mistake in one.named for one in coverage.tried)
    return f"{right} of {len(coverage.tried)} mistakes lose the points they should and no others; {named} are called by their names."
