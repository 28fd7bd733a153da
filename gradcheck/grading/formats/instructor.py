"""What whoever runs a course should know of one sheet, as sentences: nothing of it is for students."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.grading.formats.escaping import one_line
from gradcheck.grading.formats.standing import is_settled
from gradcheck.grading.formats.words import standing_sentence
from gradcheck.results.grades import Flag, GradeSheet, Isolation, ItemStatus


def notes(sheet: GradeSheet) -> tuple[str, ...]:
    """Return the sentences: what does not count, what is flagged, what showed nothing, the isolation, the seeds.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> notes(GradeSheet("ada", SheetStatus.GRADED, isolation=Isolation("T4", has_seccomp=True)))[-1]
    'isolation: tier T4, no Landlock, seccomp'
    """
    return tuple(_sentences(sheet))


def _sentences(sheet: GradeSheet) -> Iterator[str]:
    """Yield the sentences."""
    if not is_settled(sheet):
        yield standing_sentence(sheet)
    for flag in sheet.flags:
        yield flag_sentence(flag)
    for item in sheet.items:
        if item.status is ItemStatus.INCONCLUSIVE:
            yield f"{item.id}: nothing could be shown, so no points: look at the report"
    yield isolation_sentence(sheet.isolation)
    if sheet.seed_id:
        yield f"seeds, of the secret {sheet.seed_id}: " + ", ".join(f"{item.id} {item.seed}" for item in sheet.items)
    if sheet.versions:
        yield "graded with " + ", ".join(sheet.versions)


def flag_sentence(flag: Flag) -> str:
    """Return a flag with its evidence.

    Examples
    --------
    >>> from gradcheck.results.grades import Evidence, FlagCode, Severity
    >>> found = Evidence("gradient over forward pass", 812.0, 25.0, "times the work")
    >>> flag_sentence(Flag(FlagCode.COST_RATIO, Severity.REVIEW, "much work", (found,)))
    'flag fake-backprop-cost-ratio (review): much work; gradient over forward pass 812 times the work (limit 25)'
    """
    measured = [
        f"{one.name} {one.value:.4g} {one.unit}".rstrip() + f" (limit {one.limit:.4g})" for one in flag.evidence
    ]
    return "; ".join([f"flag {flag.code.value} ({flag.severity.value}): {one_line(flag.sentence, 1000)}", *measured])


def isolation_sentence(isolation: Isolation | None) -> str:
    """Return how far the submission was shut in.

    Examples
    --------
    >>> isolation_sentence(Isolation("T2", 5, has_seccomp=True, limits=("2 s of CPU",)))
    'isolation: tier T2, Landlock ABI 5, seccomp; limits: 2 s of CPU'
    """
    if isolation is None:
        return "isolation: none is known; nothing of the submission ran, or the grader did not say"
    landlock = f"Landlock ABI {isolation.landlock_abi}" if isolation.landlock_abi else "no Landlock"
    seccomp = "seccomp" if isolation.has_seccomp else "no seccomp"
    limits = f"; limits: {', '.join(isolation.limits)}" if isolation.limits else ""
    return f"isolation: tier {isolation.tier}, {landlock}, {seccomp}{limits}"
