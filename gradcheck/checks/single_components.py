"""Single components that decide: one that stands out of a block that does not, and those of a claim at a kink."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Setting
from gradcheck.checks.second_look import look
from gradcheck.checks.slightness import share_of_slight
from gradcheck.differences.directions import component_scales
from gradcheck.parameters import Leaf
from gradcheck.results import Component

Vector = npt.NDArray[Any]


def confirmed(setting: Setting, leaf: Leaf, location: Location, generator: np.random.Generator) -> Location:
    """Return those wrong components of a block that did not disagree which stand out again, here and just beside, and clearly.

    What a direction of the block does not show is believed of a component only where all that is asked of a direction holds.

    Examples
    --------
    >>> from gradcheck import Locate, Options
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
    looked = (look(place, axis(place, leaf, number)) for place in places)
    return clear and all(m.stands_out and not m.estimate.is_kinked for m in looked)


def axis(setting: Setting, leaf: Leaf, number: int) -> Vector:
    """Return the axis of one component of a leaf, of its scale."""
    direction = np.zeros(setting.problem.w.size)
    direction[leaf.start + number] = component_scales(setting.problem.w[leaf.place])[number]
    return direction
