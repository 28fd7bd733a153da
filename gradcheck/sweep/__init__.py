"""Every one of (46)'s costs of a known network, fast: the million-and-one check."""

from gradcheck.sweep.counts import SweepCounts
from gradcheck.sweep.every_cost import Sweep, sweep
from gradcheck.sweep.full_passes import Subject
from gradcheck.sweep.settings import Difference, Form, SweepSettings
from gradcheck.sweep.spot_check import SpotCheckFailed

__all__ = ["Difference", "Form", "SpotCheckFailed", "Subject", "Sweep", "SweepCounts", "SweepSettings", "sweep"]
