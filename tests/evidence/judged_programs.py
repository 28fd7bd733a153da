"""Whole programs, judged as their authors would have them judged: outside the catalogue, right ones, and the shipped examples."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from typing import Final

import numpy as np

from gradcheck.checks.equations import check_network
from gradcheck.checks.examples import check_example, example_names
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.mistakes.program import Asked
from gradcheck.results import Diagnosis, Explains, Verdict
from gradcheck.subjects.network_class import Batch, NetworkSubject
from tests.programs_outside_catalogue_for_tests import OUTSIDE
from tests.right_programs_for_tests import RIGHT

SEEDS: Final = (0,)


@dataclasses.dataclass(frozen=True)
class Program:
    """One program, and what became of it under one seed."""

    name: str
    seed: int
    is_right: bool
    verdict: Verdict
    names: tuple[str, ...]

    @property
    def is_as_wanted(self) -> bool:
        """Whether it was judged rightly and given no name."""
        return self.verdict is (Verdict.AGREE if self.is_right else Verdict.DISAGREE) and not self.names


def program_names() -> list[tuple[str, int]]:
    """Return the names of all programs, each with every seed."""
    return [(name, seed) for name in (*OUTSIDE, *RIGHT) for seed in SEEDS]


def judge_program(which: tuple[str, int]) -> Program:
    """Judge one program, and listen to it whatever the verdict."""
    name, seed = which
    subject = OUTSIDE[name] if name in OUTSIDE else RIGHT[name]
    with np.errstate(all="ignore"):
        result = check_network(subject, options=Options(seed=seed))
        names = [*mistakes(result.diagnosis), *heard_names(subject, seed)]
    return Program(name, seed, name in RIGHT, result.verdict, tuple(dict.fromkeys(names)))


def heard_names(subject: NetworkSubject, seed: int) -> list[str]:
    """Return the names of what the class answers to every kind of question."""
    listening = Listening(NetworkRun(subject, Options(seed=seed)))
    declared = subject.declared.batch
    several = [] if declared is Batch.UPDATE else [Asked(declared.value)]
    step = [Asked.STEP] if listening.run.user.has("update_mini_batch") else []
    return [name for asked in (Asked.ONE, *several, *step) for name in mistakes(listening.diagnosis(asked))]


def mistakes(diagnosis: tuple[Diagnosis, ...]) -> list[str]:
    """Return the names of mistakes among what explains a disagreement."""
    return [one.id for one in diagnosis if one.kind is Explains.MISTAKE]


# --- the shipped examples ---------------------------------------------------------------------------------------------

WRONG: Final = [name for name in example_names() if name.endswith("_wrong")]


@dataclasses.dataclass(frozen=True)
class Shipped:
    """A shipped wrong example, its verdict, and what explains it."""

    name: str
    verdict: Verdict | None
    mistakes: tuple[tuple[str, float | None], ...]
    others: tuple[str, ...]


def shipped(number: int) -> Shipped:
    """Judge one of the shipped wrong examples."""
    outcome = check_example(WRONG[number], Options(seed=0))
    found = [one for result in outcome.report.results for one in result.diagnosis]
    named = tuple((one.id, one.digits) for one in found if one.kind is Explains.MISTAKE)
    return Shipped(
        WRONG[number], outcome.found, named, tuple(one.id for one in found if one.kind is not Explains.MISTAKE)
    )


def times_of_shipped(rounds: int) -> list[list[float]]:
    """Return, for each wrong example, how much longer its check takes than importing numpy, each beside the other, every round anew."""
    numpy_alone = ["-c", "import numpy"]
    ratios: list[list[float]] = [[] for _ in WRONG]
    for _ in range(rounds):
        for name, found in zip(WRONG, ratios, strict=True):
            beside = _seconds(numpy_alone)
            found.append(_seconds(["-m", "gradcheck", "check", f"gradcheck.examples.{name}", "--seed", "0"]) / beside)
    return ratios


def _seconds(arguments: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return time.perf_counter() - begun
