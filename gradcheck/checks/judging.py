"""The verdict at one point: what preflight knows, the slopes of every leaf, their escalation, and where they are wrong."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from gradcheck.checks.findings import Finding
from gradcheck.checks.locate import locate
from gradcheck.checks.measuring import Setting, prepare
from gradcheck.checks.options import Locate, Options, Subgradients
from gradcheck.checks.preflight import Preflight
from gradcheck.checks.problem import Problem
from gradcheck.checks.single_components import confirmed
from gradcheck.checks.slightness import slight_note
from gradcheck.checks.subgradients import accepted_at_kinks
from gradcheck.checks.verdict import judge_blocks
from gradcheck.results import BlockResult, Census, CheckResult, Component, Reason, Status, Verdict

MOST_LISTED: Final = 10
"""Wrong components listed in a result (a count); how many there are stands in the blocks."""


@dataclasses.dataclass(frozen=True)
class Judgement:
    """The result at one point, and whether its claim lies between the slopes of both sides wherever there is a kink.

    Examples
    --------
    >>> Judgement(CheckResult("square", Verdict.AGREE)).is_subgradient
    False
    """

    result: CheckResult
    is_subgradient: bool = False


def judge_point(problem: Problem, first: Preflight, blank: CheckResult, options: Options) -> Judgement:
    """Judge every leaf at the problem's point; `first` is what preflight found there, `blank` a result to be filled in.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(np.sin, np.cos, 1.0).verdict
    <Verdict.AGREE: 'agree'>
    """
    with np.errstate(all="ignore"):
        setting = prepare(problem, first, options.generator("noise"))
        findings = judge_blocks(setting, options)
        accepted = False
        if options.subgradients is Subgradients.ACCEPT:
            findings, accepted = accepted_at_kinks(setting, findings, options)
        result = _with_locations(setting, findings, blank, options)
    return Judgement(result, accepted)


def _with_locations(setting: Setting, findings: list[Finding], blank: CheckResult, options: Options) -> CheckResult:
    """Return the result of the findings, with the wrong components of the leaves that disagree."""
    generator = options.generator("locate")
    wrong: list[Component] = []
    blocks: list[BlockResult] = []
    census: list[Census] = []
    for finding in findings:
        block = finding.block
        if block.status is Status.DISAGREE or (options.locate is Locate.FULL and block.size):
            leaf = next(leaf for leaf in setting.problem.layout.leaves if leaf.name == block.name)
            seen = finding.evidence.measurements if finding.evidence and finding.evidence.leaves_together == 1 else ()
            location = finding.location or locate(setting, leaf, options.locate, generator, seen)
            if block.status is Status.AGREE:
                location = confirmed(setting, leaf, location, generator)
            elif block.status is not Status.DISAGREE:
                location = dataclasses.replace(
                    location, wrong=(), census=None
                )  # what is open is not decided by its parts
            wrong.extend(location.wrong)
            census.extend([] if location.census is None else [location.census])
            status = Status.DISAGREE if location.wrong else block.status
            block = dataclasses.replace(
                block,
                status=status,
                reason=None if location.wrong else block.reason,
                components_measured=location.measured,
                components_wrong=len(location.wrong),
            )
        blocks.append(block)
    wrong.sort(key=lambda component: -abs(component.claimed - component.estimated))
    verdict, reason = aggregate([block.status for block in blocks], [block.reason for block in blocks])
    return dataclasses.replace(
        blank,
        verdict=verdict,
        reason=reason,
        blocks=tuple(blocks),
        wrong=tuple(wrong[:MOST_LISTED]),
        worst=wrong[0] if wrong else None,
        census=tuple(census),
        notes=(*blank.notes, *filter(None, map(slight_note, blocks))),
    )


def aggregate(statuses: list[Status], reasons: list[Reason | None]) -> tuple[Verdict, Reason | None]:
    """Return the verdict over blocks: one DISAGREE decides, all must be judged for AGREE, and vacuous ones prove nothing.

    Examples
    --------
    >>> aggregate([Status.AGREE, Status.VACUOUS], [None, None])
    (<Verdict.AGREE: 'agree'>, None)
    >>> aggregate([Status.VACUOUS], [None])
    (<Verdict.INCONCLUSIVE: 'inconclusive'>, <Reason.VACUOUS: 'vacuous'>)
    """
    if Status.DISAGREE in statuses:
        return Verdict.DISAGREE, None
    if Status.INCONCLUSIVE in statuses:
        return Verdict.INCONCLUSIVE, next(reason for reason in reasons if reason is not None)
    if Status.AGREE in statuses:
        return Verdict.AGREE, None
    return Verdict.INCONCLUSIVE, Reason.VACUOUS
