"""Results made by hand that have every picture, names that are hostile, and a page read as a browser reads it."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from typing import Any, Final

from gradcheck.results import (
    BlockResult,
    CheckResult,
    Component,
    EquationResult,
    EquationStatus,
    Failure,
    FailureKind,
    Fault,
    FaultKind,
    Matrix,
    Reason,
    Report,
    Session,
    SessionGradient,
    Status,
    StepErrors,
    StepStudy,
    Verdict,
    WeightGradient,
)
from gradcheck.results.grades import ItemGrade, ItemStatus
from tests.golden.pieces import CODE, agreeing, disagreeing

HOLDS, BROKEN, CARRIED = EquationStatus.HOLDS, EquationStatus.BROKEN, EquationStatus.CARRIED

RIGHT_VALUES: Final = (0.7312345, -0.2298765, 0.4187654)
"""What no page may tell below the last level."""


def equation(name: str, layer: int, status: EquationStatus, **fields: Any) -> EquationResult:
    """Return one equation of a network of sizes 2, 3, 1."""
    return EquationResult(name, layer, status, residual=0.5, bound=1e-15, examples=6, sizes=(2, 3, 1), **fields)


def components(claimed: tuple[float, ...], block: str = "w") -> tuple[Component, ...]:
    """Return the components of a vector, of which the right values are known."""
    return tuple(
        Component(block, (n,), one, right, 1e-9, 1e-11, 1e-10, 1e-16)
        for n, (one, right) in enumerate(zip(claimed, RIGHT_VALUES, strict=True))
    )


def study(claimed: float) -> StepStudy:
    """Return the study of a cost of which all derivatives are 1, with a noise of 1e-16."""
    steps = []
    for n in range(27, -1, -1):
        t = 3.0**-n
        noise = 1e-16 / t
        remainder = abs((1.0 - claimed) * t + t * t / 2.0) + 1e-16
        steps.append(StepErrors(t, t / 2.0 + noise, t * t / 6.0 + noise, t**4 / 12.0 + noise, remainder))
    return StepStudy("w[0]", tuple(steps), claimed, 1.0, 1e-13, 1e-3, 1e-16, 73, 6)


def wrong_network() -> CheckResult:
    """Return a network of which (BP2) is broken, with every picture there is."""
    claimed = Matrix(3, 2, (2.0, 1.0, -1.0, 0.0, 3.0, 0.5))
    weights = WeightGradient(claimed, Matrix(3, 2, (*RIGHT_VALUES, 0.0, 0.0, 0.0)))
    equations = (
        equation("BP1", 3, HOLDS),
        equation("BP3", 3, HOLDS),
        equation("BP4", 3, HOLDS),
        equation("BP2", 2, BROKEN),
        equation("BP3", 2, CARRIED),
        equation("BP4", 2, CARRIED, weights=weights),
    )
    measured = components((1.5, -0.2298765, 2.0))
    wrong = (measured[0], measured[2])
    still = BlockResult("b", (4,), Status.AGREE, sizes=Matrix(1, 4, (0.0, 1e5, 0.0, 20.0)))
    return CheckResult(
        "Network: backprop",
        Verdict.DISAGREE,
        blocks=(disagreeing("w", (3,), 3, 2), still, agreeing("c", (2,))),
        worst=wrong[0],
        wrong=wrong,
        measured=measured,
        equations=equations,
        counterexample=CODE,
        parameters=25,
        forward_passes=910,
        gradient_calls=91,
        seed=1,
        reproduce="gradcheck check network.py --seed 1",
        steps=study(1.5),
    )


def wrong_item() -> ItemGrade:
    """Return an item of a rubric that this network fails."""
    return ItemGrade("hand", "All by hand", ItemStatus.FAIL, 0.0, 2.0, "BP2", result=wrong_network())


def agreeing_result() -> CheckResult:
    """Return a result that agrees, with the bars of its price."""
    return CheckResult(
        "gradient",
        Verdict.AGREE,
        blocks=(agreeing("w1", (30, 784)),),
        parameters=23_520,
        forward_passes=81,
        gradient_calls=5,
        seed=1,
        steps=study(1.0),
    )


HOSTILE: Final = (
    "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">&amp;$x$ {{ 7*7 }}"
)
"""What a name or a message would have to run, if a page let it."""


def hostile_report() -> Report:
    """Return a report in which whatever is the user's is hostile."""
    result = wrong_network()
    renamed = tuple(dataclasses.replace(one, block=HOSTILE) for one in result.measured)
    blocks = tuple(dataclasses.replace(one, name=HOSTILE) for one in result.blocks)
    hostile = dataclasses.replace(
        result,
        title=HOSTILE,
        blocks=blocks,
        worst=renamed[0],
        wrong=renamed[:1],
        measured=renamed,
        faults=(Fault(FaultKind.SHAPE, HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
        counterexample=f"x = '''\n{HOSTILE}\n</code></pre>'''",
        reproduce=HOSTILE,
        steps=dataclasses.replace(study(1.5), where=HOSTILE),
    )
    failure = Failure(HOSTILE, FailureKind.USER_CODE, HOSTILE, HOSTILE)
    return Report((hostile,), (failure,))


def session_of(report: Report, explain: int = 4) -> Report:
    """Return a report as that of a session with one test a gradient, and one that agrees."""
    both = (*report.results, agreeing_result())
    gradients = [
        SessionGradient(
            f"test_a.py::{one.title}", n + 1, one.title, one.verdict.value, 1, one.forward_passes, 0.25, explain, n
        )
        for n, one in enumerate(both)
    ]
    gradients += [
        SessionGradient(f"test_b.py::{one.target}", 9, "gradient", "not checked", 1, 0, 0.0, explain, n)
        for n, one in enumerate(report.failures)
    ]
    summary = (f"{len(gradients)} gradients: made by hand", "seed: 1 (repeat with --gradcheck-seed=1)")
    return dataclasses.replace(report, results=both, session=Session(summary, 1, tuple(gradients)))


def every_page() -> dict[str, Report]:
    """Return a report for each page, and for each with hostile names."""
    kink = CheckResult("abs", Verdict.INCONCLUSIVE, Reason.KINK, parameters=3, forward_passes=40)
    several = Report(
        (wrong_network(), agreeing_result(), kink), (Failure("net.py", FailureKind.MISUSE, "no such file"),)
    )
    return {
        "check": Report((wrong_network(),)),
        "checks": several,
        "session": session_of(several),
        "hostile": hostile_report(),
        "hostile session": session_of(hostile_report()),
    }


class Page(HTMLParser):
    """A page as it is read: its elements in order, each with its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self._inside: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that have no end."""
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take text, but for that of scripts and styles."""
        if not {"script", "style"} & set(self._inside):
            self._words.append(data)

    @property
    def text(self) -> str:
        """All text with single spaces."""
        return " ".join("".join(self._words).split())

    def all(self, *tags: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of these tags."""
        return [attributes for tag, attributes in self.elements if tag in tags]
