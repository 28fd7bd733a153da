"""Sources of students made from the right program by small edits, graded in this very process: nothing of theirs is to be feared."""

from __future__ import annotations

import dataclasses
import types
from pathlib import Path
from typing import Final

from gradcheck.examples import network_right
from gradcheck.grading.declaring import declared_for
from gradcheck.grading.engine import grade_program
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric_model import Item, Policy
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.results.grades import GradeSheet
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.network_class import NetworkSubject
from tests.grading.classes_for_tests import SECRET, seeds

RIGHT: Final = Path(network_right.__file__).read_text()

BPS: Final = ("bp1", "bp2", "bp3", "bp4")

STEPS: Final = ("mini_batch", "descent_step")


def edited(*edits: tuple[str, str]) -> str:
    """Return the right program with some of its text replaced, all of which must be there."""
    source = RIGHT
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    return source


def graded(source: str, *ids: str, secret: str = SECRET, policy: Policy | None = None) -> GradeSheet:
    """Grade a source by some of the items of the rubric to start from."""
    whole = starting_rubric(SubmissionProtocol.NETWORK)
    chosen = tuple(item for item in whole.items if item.id in ids)
    read = dataclasses.replace(whole, items=chosen, policy=policy or whole.policy)
    module = types.ModuleType("student")
    exec(compile(source, "student.py", "exec"), module.__dict__)
    network = read.network
    assert network is not None

    def program(item: Item) -> NetworkSubject:
        sigma = SigmaSubject("sigmoid_prime", module.sigmoid, module.sigmoid_prime)
        return NetworkSubject("Network", module.Network, declared_for(item, network), sigma)

    return grade_program(program, read, seeds(secret))


def lost(source: str, *ids: str, secret: str = SECRET) -> set[str]:
    """Return the items of which a source loses points."""
    return {item.id for item in graded(source, *ids, secret=secret).items if item.lost}
