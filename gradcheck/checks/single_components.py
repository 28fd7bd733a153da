"""Single components that decide: one that stands out of a block that does not, and those of a claim at a kink."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.findings import Finding, at_kink
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.checks.options import Options
from gradcheck.checks.second_look import look
from gradcheck.checks.slightness import share_of_slight
from gradcheck.differences.directions import block_scale, component_scales
from gradcheck.parameters import Leaf
from gradcheck.results import Component

Vector = npt.NDArray[Any]

PAIRS: Final = 3
"""Pairs of components at kinks that are moved against each other (a count): with all moved alike, 24 forward passes, those of the
seven random directions that are spared before."""

SAMPLE: Final = 24
"""Components of a leaf looked at one by one at a kink, all of them or so many at random (a count): 150 forward passes."""


def confirmed(setting: Setting, leaf: Leaf, location: Location, generator: np.random.Generator) -> Location:
    """Return those wrong components of a block that did not disagree which stand out again, here and just beside, and clearly.

    What a direction of the block does not show is believed of a component only where all that is asked of a direction holds.

    Examples
    --------
    >>> from gradcheck import Locate
    >>> from gradcheck.checks.gradient import check
    >>> single = lambda w: np.cos(w.astype(np.float32)).astype(float)
    >>> check(lambda w: np.sum(np.sin(w)), single, np.ones(2), options=Options(locate=Locate.FULL)).verdict
    <Verdict.AGREE: 'agree'>
    """
    beside = setting.just_beside(generator) if location.wrong else None
    wrong = tuple(one for one in location.wrong if _stands_out_again(setting, beside, leaf, one))
    return dataclasses.replace(location, wrong=wrong, census=location.census if wrong else None)


def _stands_out_again(setting: Setting, beside: Setting | None, leaf: Leaf, wrong: Component) -> bool:
    """Tell whether one component stands out along its axis here, and just beside the point where there is one."""
    number = int(np.ravel_multi_index(wrong.index, leaf.shape)) if wrong.index else 0
    share = share_of_slight(setting)
    clear = abs(wrong.claimed - wrong.estimated) > share * max(abs(wrong.claimed), abs(wrong.estimated))
    places = [setting] if beside is None else [setting, beside]
    looked = (look(place, _axis(place, leaf, number)) for place in places)
    return clear and all(m.stands_out and not m.estimate.is_kinked for m in looked)


def tried_at_kinks(setting: Setting, findings: list[Finding], options: Options) -> list[Finding]:
    """Return findings of which the claims at a kink were tried along chosen directions too, where no random one refuted them.

    Along a direction the intervals of many kinks add up, and hide a claim outside one of them; a component has its own. With all
    components moved alike, and two of them against each other, max at a tie has one slope or the widest gap.
    """
    generator = options.generator("subgradients")
    return [_tried(setting, f, generator) if f.block.between_slopes else f for f in findings]


def _tried(setting: Setting, finding: Finding, generator: np.random.Generator) -> Finding:
    evidence = finding.evidence
    if evidence is None:
        return finding
    for seen in _chosen(setting, evidence.leaf, generator):
        if not seen.is_subgradient:
            outside = at_kink(finding.block, [seen]) if seen.is_measured else finding.block
            return dataclasses.replace(finding, block=dataclasses.replace(outside, between_slopes=False))
    return finding


def _chosen(setting: Setting, leaf: Leaf, generator: np.random.Generator) -> Iterator[Measurement]:
    """Yield what is measured along single axes, with all components moved alike, and with kinked ones against each other."""
    kinked = []
    for number in generator.permutation(leaf.size)[:SAMPLE].tolist():
        seen = look(setting, _axis(setting, leaf, number))
        kinked += [number] if seen.estimate.is_kinked else []
        yield seen
    if leaf.size > 1:
        alike = np.zeros(setting.problem.w.size)
        alike[leaf.place] = block_scale(setting.problem.w[leaf.place])
        yield look(setting, alike)
    for one, other in itertools.islice(itertools.pairwise(kinked), PAIRS):
        yield look(setting, _axis(setting, leaf, one) - _axis(setting, leaf, other))


def _axis(setting: Setting, leaf: Leaf, number: int) -> Vector:
    """Return the axis of one component of a leaf, of its scale."""
    direction = np.zeros(setting.problem.w.size)
    direction[leaf.start + number] = component_scales(setting.problem.w[leaf.place])[number]
    return direction
