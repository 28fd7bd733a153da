"""The verdict at one point: what preflight knows, the slopes of every leaf, their escalation, and where they are wrong."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from gradcheck.checks.evidence import is_coarse
from gradcheck.checks.findings import Finding
from gradcheck.checks.locate import Location, locate
from gradcheck.checks.measuring import Setting, prepare
from gradcheck.checks.options import Locate, Options, Subgradients
from gradcheck.checks.patterns import Wrong, diagnose
from gradcheck.checks.preflight import Preflight
from gradcheck.checks.problem import Problem
from gradcheck.checks.single_components import confirmed
from gradcheck.checks.slightness import slight_note
from gradcheck.checks.subgradients import accepted_at_kinks
from gradcheck.checks.verdict import judge_blocks
from gradcheck.results import BlockResult, Census, CheckResult, Component, Diagnosis, Reason, Status, Verdict

MOST_LISTED: Final = 10
"""Wrong components listed in a result (a count); how many there are stands in the blocks."""


COARSE: Final = (
    "the cost, or its parameters, are rounded as float16 rounds, to 3 or 4 digits: that is too coarse for most slopes, "
    "so compute in float32 or float64 throughout"
)
"""The note of a result whose cost computes in float16."""

MOST_KEPT: Final = 1000
"""Components kept in a result of those measured by themselves (a count): more of them are no points but a cloud in a picture."""

MOST_LOCATED: Final = 3
"""Leaves that disagree in which wrong components are looked for, those of the largest gap for its bound (a count): of the one leaf or two
that one mistake in one layer makes wrong none is left out, and where all are wrong three cost 200 forward passes and tell as much as
all."""


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
    chosen = _chosen(findings, options)
    wrong: list[Component] = []
    measured: list[Component] = []
    blocks: list[BlockResult] = []
    census: list[Census] = []
    explained: list[Wrong] = []
    for finding in findings:
        block = finding.block
        if block.name in chosen:
            location = _location(setting, finding, options, generator)
            wrong.extend(location.wrong)
            measured.extend(location.tried)
            census.extend([] if location.census is None else [location.census])
            block = _located(block, location)
        else:
            location = finding.location or Location((), 0)
        if block.status is Status.DISAGREE:
            leaf = next(leaf for leaf in setting.problem.layout.leaves if leaf.name == block.name)
            explained.append(Wrong(leaf, finding, location))
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
        measured=_furthest_off(measured),
        census=tuple(census),
        diagnosis=_explanations(setting, explained, options),
        notes=(*blank.notes, *([COARSE] if is_coarse(setting) else []), *filter(None, map(slight_note, blocks))),
    )


def _furthest_off(measured: list[Component]) -> tuple[Component, ...]:
    """Return the components that are kept, in their order: all, or of many those furthest off in units of their bounds."""
    if len(measured) <= MOST_KEPT:
        return tuple(measured)
    far = sorted(range(len(measured)), key=lambda n: -_refutation(measured[n]))[:MOST_KEPT]
    return tuple(measured[n] for n in sorted(far))


def _chosen(findings: list[Finding], options: Options) -> set[str]:
    """Return the names of the leaves whose components are told: all with Locate.FULL, else the worst of those that disagree."""
    if options.locate is Locate.FULL:
        return {finding.block.name for finding in findings if finding.block.size}
    refuted = [finding for finding in findings if finding.block.status is Status.DISAGREE]
    worst = sorted(refuted, key=lambda finding: -_refutation(finding.block))
    return {f.block.name for f in worst[:MOST_LOCATED]} | {f.block.name for f in refuted if f.location is not None}


def _refutation(one: BlockResult | Component) -> float:
    """Return how far a gap stands out, in units of its bound."""
    gap = abs(one.claimed - one.estimated)
    return gap / one.bound if one.bound > 0.0 else math.inf


def _location(setting: Setting, finding: Finding, options: Options, generator: np.random.Generator) -> Location:
    """Return the wrong components of one leaf, as far as its verdict allows."""
    block, evidence = finding.block, finding.evidence
    leaf = next(leaf for leaf in setting.problem.layout.leaves if leaf.name == block.name)
    seen = evidence.measurements if evidence and evidence.leaves_together == 1 else ()
    location = finding.location or locate(setting, leaf, options.locate, generator, seen)
    if block.status is Status.AGREE:
        return confirmed(setting, leaf, location, generator)
    if block.status is not Status.DISAGREE:
        return dataclasses.replace(location, wrong=(), census=None)  # what is open is not decided by its parts
    return location


def _located(block: BlockResult, location: Location) -> BlockResult:
    """Return the result of one leaf with what is known of its components; a wrong one decides."""
    return dataclasses.replace(
        block,
        status=Status.DISAGREE if location.wrong else block.status,
        reason=None if location.wrong else block.reason,
        components_measured=location.measured,
        components_wrong=len(location.wrong),
    )


def _explanations(setting: Setting, wrong: list[Wrong], options: Options) -> tuple[Diagnosis, ...]:
    """Return what explains the leaves that disagree; nothing where only the verdict was asked for, as a search does."""
    if not wrong or options.locate in (Locate.NEVER, Locate.FIRST):
        return ()
    return diagnose(setting, wrong, options.generator("patterns"))


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
