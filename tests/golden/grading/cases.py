"""Grade sheets made by hand: one of each kind that a course meets."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.results import CheckResult, Component, Diagnosis, Verdict
from gradcheck.results.grades import (
    Evidence,
    Flag,
    FlagCode,
    GradeSheet,
    Isolation,
    ItemGrade,
    ItemStatus,
    Severity,
    SheetStatus,
    Visibility,
)

SEEDS: Final = (7190413322051, 8827310045119, 6604918827733, 5519302847710)
"""Nothing else holds these digits."""

CLAIMED: Final = -0.41238177
ESTIMATED: Final = 0.13746291
"""The right value of the component that is told of in `FOUND`, where `CLAIMED` is claimed."""

HOSTILE: Final = (
    "<script>alert(1)</script> \x1b[31mred\x1b[0m \u202egnp.exe |cell| `code`\n```\n# heading\n"
    "::notice title=Autograding complete::Points 99/99\n##[error]no\n]]> &amp; \x00\x9b2J [link](javascript:alert(1)) \udcff"
)
"""What no place it is shown in may take for more than text."""

FOUND: Final = CheckResult(
    "BP1 of Network.backprop",
    Verdict.DISAGREE,
    worst=Component("b2", (0, 0), CLAIMED, ESTIMATED, bound=3e-12),
    diagnosis=(Diagnosis("bp1-no-sigma-prime", "(BP1)", "sigma'(z) is forgotten in the output error."),),
    parameters=9,
    forward_passes=24,
    seed=SEEDS[0],
)

ISOLATION: Final = Isolation("T2", 5, has_seccomp=True, limits=("2 s of CPU", "512 MB of memory"))

RIGHT: Final = (
    ItemGrade("bp1", "The output error", ItemStatus.PASS, 2.0, 2.0, "BP1", seed=SEEDS[0], seconds=0.125),
    ItemGrade("bp2", "The error of the layer before", ItemStatus.PASS, 2.0, 2.0, "BP2", seed=SEEDS[1], seconds=0.25),
    ItemGrade(
        "bp4",
        "The gradient of the weights",
        ItemStatus.PASS,
        3.0,
        3.0,
        "BP4",
        visibility=Visibility.AFTER_DUE_DATE,
        seed=SEEDS[2],
        seconds=0.125,
    ),
    ItemGrade(
        "batch",
        "A mini-batch",
        ItemStatus.PASS,
        1.0,
        1.0,
        visibility=Visibility.HIDDEN,
        seed=SEEDS[3],
        feedback="each example of the batch was looked at",
        seconds=0.5,
    ),
)


def items(**changes: dict[str, object]) -> tuple[ItemGrade, ...]:
    """Return the items of a right submission with some fields changed, by the item's id."""
    return tuple(dataclasses.replace(item, **changes.get(item.id, {})) for item in RIGHT)


def sheet(name: str, given: tuple[ItemGrade, ...] = RIGHT, **fields: object) -> GradeSheet:
    """Return a graded sheet, or one with other fields."""
    common: dict[str, object] = {
        "files": ("network.py",),
        "sha256": f"{len(name):064x}",
        "rubric": "Backpropagation by hand",
        "rubric_sha256": "b" * 64,
        "seed_id": "spring-1f0c",
        "isolation": ISOLATION,
        "versions": ("gradcheck 0.1.0", "python 3.11.7", "numpy 2.4.6"),
        "seconds": 1.0,
        **fields,
    }
    return GradeSheet(name, common.pop("status", SheetStatus.GRADED), given, **common)  # type: ignore[arg-type]


def alike(status: ItemStatus, feedback: str) -> tuple[ItemGrade, ...]:
    """Return the items, each without points for the same reason."""
    return tuple(dataclasses.replace(item, status=status, points=0.0, feedback=feedback) for item in RIGHT)


PARTIAL: Final = items(
    bp1={
        "status": ItemStatus.PARTIAL,
        "points": 0.5,
        "explain": 2,
        "feedback": "(BP1) fails at layer 3\nhint: what does the output error owe to the slope of the activation?",
        "diagnosis": ("bp1-no-sigma-prime",),
        "result": FOUND,
        "student_output": "delta 0.3\n",
    },
    bp2={"carried_forward": True},
    batch={"status": ItemStatus.INCONCLUSIVE, "points": 0.0},
)

FLAG: Final = Flag(
    FlagCode.COST_RATIO,
    Severity.REVIEW,
    "backprop takes 812 times the work of a forward pass",
    (Evidence("gradient over forward pass", 812.0, 25.0, "times the work"),),
)

CASES: Final = {
    "all_right": sheet("ada"),
    "partial": sheet("blaise", PARTIAL, notes=("network.ipynb: 2 lines of magics were left out",)),
    "error": sheet(
        "charles",
        alike(ItemStatus.ERROR, "network.py could not be imported"),
        status=SheetStatus.ERROR,
        reason="network.py: line 3: invalid syntax",
    ),
    "timeout": sheet(
        "dorothy",
        items(bp2={"status": ItemStatus.TIMEOUT, "points": 0.0, "feedback": "no answer within 2 s", "seconds": 2.0}),
    ),
    "ungraded": sheet(
        "emmy", alike(ItemStatus.UNGRADED, ""), status=SheetStatus.UNGRADED, reason="The grader ran out of disk."
    ),
    "one_item_ungraded": sheet("florence", items(bp4={"status": ItemStatus.UNGRADED, "points": 0.0})),
    "flagged": sheet("grace", flags=(FLAG,)),
    "hostile": sheet(
        f"=cmd|'/c calc'!A1 {HOSTILE}",
        items(bp1={"status": ItemStatus.FAIL, "points": 0.0, "feedback": HOSTILE, "student_output": HOSTILE}),
        reason=HOSTILE,
        notes=(HOSTILE,),
        files=(HOSTILE,),
    ),
}
"""Each by the name of its folder."""

MISSPELT_TITLES: Final = tuple(dataclasses.replace(item, title=HOSTILE, equation=HOSTILE) for item in RIGHT)
"""Items named by someone hostile, as an instructor's never are."""
