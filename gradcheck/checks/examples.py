"""The shipped examples, checked: each file's name says the verdict that is expected of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

from gradcheck.checks.options import Options
from gradcheck.checks.targets import check_target
from gradcheck.results import Report, Verdict
from gradcheck.subjects.spec import SubjectSpec

FOLDER: Final = Path(__file__).parent.parent / "examples"

RIGHT_THEN_WRONG: Final = ("network_right", "network_bp2_no_sigma_prime_wrong")
"""What a newcomer is shown: the chapter's network, and the same with one classic mistake."""


@dataclasses.dataclass(frozen=True)
class ExampleOutcome:
    """One shipped example with what was found and what its name promises.

    Examples
    --------
    >>> ExampleOutcome("net_right", Verdict.AGREE, Report()).is_expected
    False
    """

    name: str
    promised: Verdict
    report: Report

    @property
    def found(self) -> Verdict | None:
        """The verdict on the whole file; None if it gave none."""
        verdicts = {result.verdict for result in self.report.results}
        if self.report.failures or not verdicts:
            return None
        return next(v for v in (Verdict.DISAGREE, Verdict.INCONCLUSIVE, Verdict.AGREE) if v in verdicts)

    @property
    def is_expected(self) -> bool:
        """Whether the verdict is the one that the name promises."""
        return self.found is self.promised


def example_names() -> tuple[str, ...]:
    """Return the names of all shipped examples, sorted.

    Examples
    --------
    >>> "network_right" in example_names()
    True
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*_*.py") if not path.stem.startswith("_")))


def check_example(name: str, options: Options) -> ExampleOutcome:
    """Check one shipped example, with what the folder's gradcheck.toml declares of it.

    Equations (BP1) to (BP4) as somebody wrote them, right or wrong.

    Examples
    --------
    >>> check_example("sigma_pair_wrong", Options(seed=0)).is_expected
    True
    """
    promised = Verdict.AGREE if name.endswith("_right") else Verdict.DISAGREE
    return ExampleOutcome(name, promised, check_target(SubjectSpec(f"gradcheck.examples.{name}"), options))
