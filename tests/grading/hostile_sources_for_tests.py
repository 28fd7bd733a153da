"""Hostile submissions to the network's rubric, each named after its attack; none deserves a point."""

from __future__ import annotations

from typing import Final

from tests.grading.hostile_liars_for_tests import LIARS
from tests.grading.hostile_readers_for_tests import READERS
from tests.grading.hostile_wasters_for_tests import WASTERS

KINDS: Final = {
    "points for nothing": LIARS,
    "what is not theirs": READERS,
    "time, memory, other processes": WASTERS,
}

HOSTILE: Final = {name: source for some in KINDS.values() for name, source in some.items()}
