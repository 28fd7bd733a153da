"""Results as JUnit XML: one test case a part; what is inconclusive fails, for nothing was shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from gradcheck.reporting import text
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.words import headline
from gradcheck.results import CheckResult, Failure, Report, Verdict

NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, by the production Char of its section 2.2."""

SUITE: Final = "gradcheck"


def render(report: Report, explain: Explain = Explain.NUMBERS) -> str:
    """Return a run as one test suite: DISAGREE and INCONCLUSIVE are failures, a target without a result is an error.

    A failure tells as much as `explain` allows.

    Examples
    --------
    >>> xml = render(Report((CheckResult("gradient", Verdict.INCONCLUSIVE),)))
    >>> suite = ElementTree.fromstring(xml)[0]
    >>> suite.get("tests"), suite.get("failures"), suite[0].find("failure").get("type")
    ('1', '1', 'inconclusive')
    """
    cases = [case for result in report.results for case in _cases(result)]
    wrong = sum(case.verdict is not Verdict.AGREE for case in cases)
    counts = {
        "tests": len(cases) + len(report.failures),
        "failures": wrong,
        "errors": len(report.failures),
        "skipped": 0,
    }
    root = ElementTree.Element("testsuites")
    attributes = {name: str(count) for name, count in counts.items()}
    suite = ElementTree.SubElement(root, "testsuite", {"name": SUITE, **attributes})
    suite.extend([_testcase(case, explain) for case in cases])
    suite.extend([_error(failure) for failure in report.failures])
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _cases(result: CheckResult) -> Iterator[CheckResult]:
    """Yield the parts, or the result itself where it has none or where its verdict is none of theirs."""
    for part in result.parts:
        yield dataclasses.replace(part, reproduce=part.reproduce or result.reproduce)
    if not result.parts or result.verdict not in (Verdict.AGREE, *(part.verdict for part in result.parts)):
        yield result


def _testcase(case: CheckResult, explain: Explain) -> ElementTree.Element:
    """Return one test case with what it cost and, unless it agrees, how it failed."""
    element = ElementTree.Element("testcase", {"classname": SUITE, "name": _xml(case.title)})
    properties = ElementTree.SubElement(element, "properties")
    for name in ("seed", "forward_passes", "gradient_calls"):
        ElementTree.SubElement(properties, "property", {"name": name, "value": str(getattr(case, name))})
    if case.verdict is not Verdict.AGREE:
        attributes = {"type": case.verdict.value, "message": _xml(headline(case, explain))}
        ElementTree.SubElement(element, "failure", attributes).text = _xml(text.render(case, explain))
    return element


def _error(failure: Failure) -> ElementTree.Element:
    """Return one test case for a target that gave no result."""
    element = ElementTree.Element("testcase", {"classname": SUITE, "name": _xml(failure.target)})
    attributes = {"type": failure.kind.value, "message": _xml(failure.sentence)}
    ElementTree.SubElement(element, "error", attributes).text = _xml(failure.traceback or failure.sentence)
    return element


def _xml(words: str) -> str:
    """Return `words` with what XML cannot hold as Python would escape it."""
    return NOT_XML.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), words)
