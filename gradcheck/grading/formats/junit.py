"""Grade sheets as JUnit XML: one test case an item; what does not count is an error, what lost points a failure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree

from gradcheck.grading.formats.escaping import one_line, visible
from gradcheck.grading.formats.standing import is_settled, item_counts, shown
from gradcheck.grading.formats.words import item_headline, item_text, standing_sentence
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus

TOOL: Final = "gradcheck"


def render(sheet: GradeSheet) -> str:
    """Return a submission as one suite, as its student may see it: without the items that are not shown.

    Examples
    --------
    >>> xml = render(GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("bp1", "BP1", ItemStatus.FAIL, 0.0, 2.0),)))
    >>> suite = ElementTree.fromstring(xml)[0]
    >>> suite.get("name"), suite.get("failures"), suite[0].find("failure").get("type")
    ('ada', '1', 'fail')
    """
    return _document([_suite(sheet, [_item(item) for item in shown(sheet)])])


def render_class(sheets: Iterable[GradeSheet]) -> str:
    """Return a class as one suite a submission, for whoever runs the course: hidden items too, and the seeds.

    Examples
    --------
    >>> ElementTree.fromstring(render_class([])).get("tests")
    '0'
    """
    return _document([_suite(sheet, [_seeded(item) for item in sheet.items]) for sheet in sorted(sheets, key=_name)])


def _name(sheet: GradeSheet) -> str:
    """Return what the suites are ordered by."""
    return sheet.submission


def _suite(sheet: GradeSheet, cases: list[ElementTree.Element]) -> ElementTree.Element:
    """Return the suite of one sheet, led by a case of its own where it could not be run or does not count."""
    if not is_settled(sheet):
        cases = [_case("Grading", ("error", "ungraded", standing_sentence(sheet), "")), *cases]
    elif sheet.status is SheetStatus.ERROR:
        cases = [_case("Grading", ("failure", "error", standing_sentence(sheet), "")), *cases]
    suite = ElementTree.Element("testsuite", {"name": one_line(sheet.submission), **_counts(cases)})
    suite.extend(cases)
    return suite


def _item(item: ItemGrade) -> ElementTree.Element:
    """Return one item as a case."""
    if item.status is ItemStatus.PASS and item_counts(item):
        return _case(item.title)
    element = "failure" if item_counts(item) else "error"
    return _case(item.title, (element, item.status.value, item_headline(item), item_text(item)))


def _seeded(item: ItemGrade) -> ElementTree.Element:
    """Return one item as a case that also tells its seed."""
    case = _item(item)
    properties = ElementTree.Element("properties")
    ElementTree.SubElement(properties, "property", {"name": "seed", "value": str(item.seed)})
    case.insert(0, properties)
    return case


def _case(name: str, outcome: tuple[str, str, str, str] | None = None) -> ElementTree.Element:
    """Return a case that passed, or one with (element, type, message, text)."""
    case = ElementTree.Element("testcase", {"classname": TOOL, "name": one_line(name)})
    if outcome:
        element, kind, message, text = outcome
        ElementTree.SubElement(case, element, {"type": kind, "message": one_line(message, 1000)}).text = visible(text)
    return case


def _counts(cases: Iterable[ElementTree.Element]) -> dict[str, str]:
    """Return how many cases there are, and how many of them failed or are errors."""
    found = list(cases)
    failures, errors = (sum(case.find(kind) is not None for case in found) for kind in ("failure", "error"))
    return {"tests": str(len(found)), "failures": str(failures), "errors": str(errors), "skipped": "0"}


def _document(suites: list[ElementTree.Element]) -> str:
    """Return the whole file."""
    root = ElementTree.Element("testsuites", _counts(case for suite in suites for case in suite))
    root.extend(suites)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
