"""Every one of (46)'s costs of a known network, fast: the million-and-one check."""

from gradcheck.sweep.counts import SweepCounts
from gradcheck.sweep.settings import Difference, Form, SweepSettings
from gradcheck.sweep.spot_check import SpotCheckFailed
from gradcheck.sweep.sweep import Sweep, sweep

__all__ = ["Difference", "Form", "SpotCheckFailed", "Sweep", "SweepCounts", "SweepSettings", "sweep"]
