"""Claims at a kink that would be accepted: tried along chosen directions, beside the slopes there and the program's own answers close by."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.findings import Finding, at_kink
from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.checks.options import Options
from gradcheck.checks.second_look import look
from gradcheck.checks.single_components import axis
from gradcheck.differences.directions import block_scale
from gradcheck.parameters import Leaf
from gradcheck.results import Reason

Vector = npt.NDArray[Any]

PAIRS: Final = 3
"""Pairs of components at kinks that are moved against each other (a count): with all moved alike, 24 forward passes, those of the
random directions that are spared before."""

SAMPLE: Final = 24
"""Components of a leaf looked at one by one at a kink, all of them or so many at random (a count): 150 forward passes."""

ANSWERS: Final = 16
"""Gradient calls just beside a kink (a count): of four kinks that is each side of every one, as a rule."""


def accepted_at_kinks(setting: Setting, findings: list[Finding], options: Options) -> tuple[list[Finding], bool]:
    """Return findings with the claims that were refuted at a kink, and whether there are kinks and none of the claims was.

    Along a direction the intervals of many kinks add up, and hide a claim outside one of them; a component has its own. With all
    components moved alike, and two of them against each other, max at a tie has one slope or the widest gap. Where several kinks
    meet, relu(a) - relu(b), a right claim may lie outside the slopes of both sides, but not outside those and the gradients close by.

    Examples
    --------
    >>> from gradcheck import Subgradients
    >>> from gradcheck.checks.gradient import check
    >>> accept = Options(seed=1, subgradients=Subgradients.ACCEPT)
    >>> check(lambda w: np.sum(np.abs(w)), np.sign, np.array([0.0, 1.0]), options=accept).verdict
    <Verdict.AGREE: 'agree'>
    """
    kinked = [finding for finding in findings if finding.block.reason is Reason.KINK]
    if not kinked:
        return findings, False
    generator = options.generator("subgradients")
    beside = _answers_beside(setting, generator)
    refuted = {id(one): seen for one in kinked if (seen := _refuting(setting, one, beside, generator)) is not None}
    told = [_refuted(one, refuted[id(one)]) if id(one) in refuted else one for one in findings]
    return told, not refuted


def _answers_beside(setting: Setting, generator: np.random.Generator) -> Vector:
    """Return the gradients the program gives at points just beside, of shape (count, P)."""
    found = [setting.claimed]
    for _ in range(0 if setting.problem.subject.gives_value_only else ANSWERS):
        claim = setting.problem.claim_elsewhere(setting.moved_a_little(generator))
        if claim is not None and claim.vector is not None and not claim.faults:
            found.append(claim.vector)
    return np.array(found[1:] or np.zeros((0, setting.claimed.size)))


def _refuting(setting: Setting, finding: Finding, beside: Vector, generator: np.random.Generator) -> Measurement | None:
    """Return the first direction along which a claim is no subgradient, None where there is none."""
    evidence = finding.evidence
    if evidence is None:
        return None
    directions = itertools.chain(evidence.measurements, _chosen(setting, evidence.leaf, generator))
    return next((seen for seen in directions if not _is_convention(seen, beside)), None)


def _is_convention(seen: Measurement, beside: Vector) -> bool:
    """Tell whether a claim lies among the slopes of both sides and those that the program claims close by."""
    if seen.is_subgradient or not seen.is_measured:
        return seen.is_measured
    slopes = [*(beside @ seen.direction), *seen.slopes]
    return bool(min(slopes) - seen.allowed_at_kink <= seen.claimed <= max(slopes) + seen.allowed_at_kink)


def _refuted(finding: Finding, seen: Measurement) -> Finding:
    """Return a finding told by the direction that refutes its claim."""
    outside = at_kink(finding.block, [seen]) if seen.is_measured else finding.block
    return dataclasses.replace(finding, block=dataclasses.replace(outside, between_slopes=False))


def _chosen(setting: Setting, leaf: Leaf, generator: np.random.Generator) -> Iterator[Measurement]:
    """Yield what is measured along single axes, with all components moved alike, and with kinked ones against each other."""
    kinked = []
    for number in generator.permutation(leaf.size)[:SAMPLE].tolist():
        seen = look(setting, axis(setting, leaf, number))
        kinked += [number] if seen.estimate.is_kinked else []
        yield seen
    if leaf.size > 1:
        alike = np.zeros(setting.problem.w.size)
        alike[leaf.place] = block_scale(setting.problem.w[leaf.place])
        yield look(setting, alike)
    for one, other in itertools.islice(itertools.pairwise(kinked), PAIRS):
        yield look(setting, axis(setting, leaf, one) - axis(setting, leaf, other))
