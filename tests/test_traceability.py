"""Every numbered equation, algorithm and exercise of the chapter is a function here, and a test shows it."""

from __future__ import annotations

import inspect

import pytest

from tests.evidence.equations import REPORT, ROWS, Row, marked_tests, resolve, table

NUMBERED = {str(number) for number in range(23, 54)} | {"BP1", "BP1a", "BP2", "BP3", "BP4"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_every_row_has_a_function_and_a_test(row: Row) -> None:
    function = resolve(row.function)
    assert inspect.getdoc(function), f"{row.function} has no docstring"
    assert marked_tests().get(row.number), f"no test carries @pytest.mark.equation({row.number!r})"


def test_no_equation_is_left_out() -> None:
    assert {row.number for row in ROWS} >= NUMBERED
    assert len({row.number for row in ROWS}) == len(ROWS)


def test_a_marker_that_no_row_has_is_a_slip() -> None:
    assert set(marked_tests()) <= {row.number for row in ROWS}


def test_the_report_is_what_the_code_gives() -> None:
    assert REPORT.read_text() == table(), "remake it: python -m tests.evidence.equations"


def test_a_function_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AttributeError):
        resolve("gradcheck.network.backprop.bp5")
