"""The equations of backpropagation as a table: a row for each layer, the output layer first, as blame is laid."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Line, Row, Style, sentence, table
from gradcheck.results import EquationResult, EquationStatus

MARKS: Final = {
    EquationStatus.BROKEN: "WRONG",
    EquationStatus.CARRIED: "carried",
    EquationStatus.VACUOUS: "vacuous",
    EquationStatus.UNJUDGED: "-",
    EquationStatus.HOLDS: "ok",
}
"""What a cell says, the gravest first: where one equation was looked at twice in one layer, that is told."""

LEGEND: Final = {
    EquationStatus.BROKEN: "WRONG: this step is wrong, even with your own values put into it",
    EquationStatus.CARRIED: "carried: this step is right, but what it was given is wrong already",
    EquationStatus.VACUOUS: "vacuous: both sides are 0 there, which proves nothing",
    EquationStatus.UNJUDGED: "-: not judged",
}

DELTA: Final = ("BP1", "BP2")
"""One of the two makes the delta of a layer: (BP1) in the output layer, (BP2) in the hidden ones."""

COLUMNS: Final = (("delta", DELTA), ("nabla_b", ("BP3",)), ("nabla_w", ("BP4",)))

COLOUR: Final = {
    EquationStatus.BROKEN: Style.DISAGREE,
    EquationStatus.CARRIED: Style.INCONCLUSIVE,
    EquationStatus.VACUOUS: Style.VACUOUS,
    EquationStatus.UNJUDGED: Style.PLAIN,
    EquationStatus.HOLDS: Style.AGREE,
}


def equation_lines(equations: tuple[EquationResult, ...], of: str = "") -> list[Line]:
    """Return the table and what its marks mean; nothing where no equation was looked at.

    Examples
    --------
    >>> for line in equation_lines((EquationResult("BP1", 3, EquationStatus.HOLDS),)):
    ...     print(line.text)
    Equation by equation, from the output layer back:
      layer       delta   nabla_b  nabla_w
      3 (output)  BP1 ok  -        -
    (-: not judged)
    """
    if not equations:
        return []
    last = _output_layer(equations)
    layers = sorted({one.layer for one in equations}, reverse=True)
    rows = [_row(layer, last, equations) for layer in layers]
    found = table(["layer", *(name for name, _ in COLUMNS)], rows, left=1 + len(COLUMNS))
    sizes = f" (networks of sizes {', '.join(map(str, equations[0].sizes))})" if equations[0].sizes else ""
    heading = f"Equation by equation{of}, from the output layer back{sizes}:"
    return [Line(heading, Style.HEADING), *found, *_legend(rows)]


def broken_words(equations: tuple[EquationResult, ...]) -> str:
    """Return which equations fail and in which layers, in words; empty where none does.

    Examples
    --------
    >>> broken_words(tuple(EquationResult("BP2", layer, EquationStatus.BROKEN) for layer in (3, 2)))
    '(BP2) fails in layers 3 and 2'
    """
    broken = [one for one in equations if one.status is EquationStatus.BROKEN]
    last = _output_layer(equations)
    names = list(dict.fromkeys(one.equation for one in broken))
    places = [
        _layers(sorted({one.layer for one in broken if one.equation == name}, reverse=True), last) for name in names
    ]
    words = [f"({name}) in {place}" for name, place in zip(names, places, strict=True)]
    return ", ".join(words).replace(" in ", " fails in ", 1)


def residual_lines(equations: tuple[EquationResult, ...]) -> list[Line]:
    """Return by how much each broken equation fails.

    Examples
    --------
    >>> residual_lines((EquationResult("BP2", 2, EquationStatus.BROKEN, residual=0.5, bound=1e-15),))[0].text
    '(BP2) in layer 2: off by 5.0e-01, rounding explains 1.0e-15.'
    """
    found = []
    for one in equations:
        if one.status is EquationStatus.BROKEN and not math.isnan(one.residual):
            off, allowed = numerals.errors_apart(one.residual, one.bound)
            found += sentence(f"({one.equation}) in layer {one.layer}: off by {off}, rounding explains {allowed}.")
    return found


def _output_layer(equations: tuple[EquationResult, ...]) -> int:
    """Return L, which the sizes tell also where nothing is said of the output layer."""
    return max((len(one.sizes) or one.layer for one in equations), default=0)


def _row(layer: int, last: int, equations: Iterable[EquationResult]) -> Row:
    """Return the row of a layer, in the colour of its gravest mark."""
    here = [one for one in equations if one.layer == layer]
    cells = [_cell([one for one in here if one.equation in names], names) for _, names in COLUMNS]
    gravest = next(status for status in MARKS if any(one.status is status for one in here))
    return Row((f"{layer} (output)" if layer == last else str(layer), *cells), COLOUR[gravest])


def _cell(found: list[EquationResult], names: tuple[str, ...]) -> str:
    """Return the gravest mark of what was found for one cell, with the equation's name."""
    for status, mark in MARKS.items():
        for one in found:
            if one.status is status:
                return f"{one.equation} {mark}" if mark != "-" else mark
    return MARKS[EquationStatus.UNJUDGED]


def _legend(rows: list[Row]) -> list[Line]:
    """Say what the marks mean that occur."""
    seen = {cell.split()[-1] for row in rows for cell in row.cells[1:]}
    words = [LEGEND[status] for status, mark in MARKS.items() if mark in seen and status in LEGEND]
    return sentence(f"({'; '.join(words)})", style=Style.FAINT) if words else []


def _layers(layers: list[int], last: int) -> str:
    """Return layers in words, the output layer by its name where it is the only one."""
    if layers == [last]:
        return "the output layer"
    if len(layers) == 1:
        return f"layer {layers[0]}"
    return f"layers {', '.join(map(str, layers[:-1]))} and {layers[-1]}"
