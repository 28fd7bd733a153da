"""Single components that decide: one that stands out of a block that does not, and those of a claim at a kink."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.findings import Finding
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Setting
from gradcheck.checks.options import Options
from gradcheck.checks.second_look import look
from gradcheck.checks.slightness import share_of_slight
from gradcheck.differences.directions import component_scales
from gradcheck.parameters import Leaf
from gradcheck.results import Component, Reason

Vector = npt.NDArray[Any]

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


def is_subgradient(setting: Setting, findings: list[Finding], options: Options) -> bool:
    """Tell whether the claim lies between the slopes of both sides wherever there is a kink: along all directions and single axes.

    Along a direction the intervals of many kinks add up, and hide a claim outside one of them; a component has its own.
    """
    kinked = [f for f in findings if f.block.reason is Reason.KINK and f.evidence]
    generator = options.generator("subgradients")
    return bool(kinked) and all(_is_between(setting, finding, generator) for finding in kinked)


def _is_between(setting: Setting, finding: Finding, generator: np.random.Generator) -> bool:
    evidence = finding.evidence
    if evidence is None or not all(m.is_subgradient for m in evidence.measurements):
        return False
    leaf = evidence.leaf
    numbers = generator.permutation(leaf.size)[:SAMPLE]
    looked = (look(setting, _axis(setting, leaf, int(number))) for number in numbers)
    return all(m.is_subgradient if m.estimate.is_kinked else m.is_measured and not m.stands_out for m in looked)


def _axis(setting: Setting, leaf: Leaf, number: int) -> Vector:
    """Return the axis of one component of a leaf, of its scale."""
    direction = np.zeros(setting.problem.w.size)
    direction[leaf.start + number] = component_scales(setting.problem.w[leaf.place])[number]
    return direction
