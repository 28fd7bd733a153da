"""The same specimens put before our checker and before its peers."""

from __future__ import annotations

import dataclasses
import os
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import numpy as np

from gradcheck.checks.options import Options
from tests.zoo.judging import ERROR, LATE, Judged, LateError, counting, judge, time_limit
from tests.zoo.peers import PEERS, Peer, Scale
from tests.zoo.specimen import FAMILIES, MissingLibrary, Specimen

OURS: Final = "gradcheck"
LARGEST: Final = 100_000
"""P above which a peer that evaluates the cost for every component is not asked at all (a count): 1e5 evaluations of a millisecond
are ten times the time limit."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What one checker said of one specimen, in how many forward passes and seconds."""

    checker: str
    name: str
    outcome: str
    passes: int
    seconds: float
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Contest:
    """How the contest is held: the families, the seed, the seconds for one answer, and the peers by name."""

    families: Sequence[str]
    seed: int
    limit: float
    peers: Sequence[str]


def hold(contest: Contest, workers: int) -> tuple[list[Judged], list[Answer], list[str]]:
    """Put every specimen before everybody; return our judgements, everybody's answers, and the libraries that are missing."""
    tasks = [(name, number) for name in contest.families for number in range(FAMILIES[name].draws)]
    with ProcessPoolExecutor(workers, initializer=_warm_up, initargs=(contest,)) as pool:
        found = list(pool.map(_one, [contest] * len(tasks), tasks))
    judged = [one for some, _, _ in found for one in some]
    answers = [one for _, some, _ in found for one in some]
    return judged, answers, sorted({missing for _, _, missing in found if missing})


def _asked(contest: Contest) -> list[Peer]:
    return [peer for peer in PEERS if peer.name in contest.peers]


def _warm_up(contest: Contest) -> None:
    """Import every peer and let it check a first gradient: neither is part of what a check costs."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    for peer in _asked(contest):
        _answer(peer, Specimen(np.sum, np.ones_like, np.ones(2)), 60.0)


def _one(contest: Contest, task: tuple[str, int]) -> tuple[list[Judged], list[Answer], str]:
    """Judge both sides of one draw; each checker gets one drawn anew."""
    name, number = task
    judged: list[Judged] = []
    answers: list[Answer] = []
    for side in ("right", "wrong"):
        try:
            own = getattr(FAMILIES[name].draw(contest.seed, number), side)
        except MissingLibrary as missing:
            return [], [], str(missing)
        judged.append(judge(own, Options(seed=contest.seed + number), limit=contest.limit))
        answers.append(Answer(OURS, own.name, judged[-1].outcome, judged[-1].passes, judged[-1].seconds))
        for peer in _asked(contest):
            answers.append(_answer(peer, getattr(FAMILIES[name].draw(contest.seed, number), side), contest.limit))
    return judged, answers, ""


def _answer(peer: Peer, specimen: Specimen, limit: float) -> Answer:
    if peer.scale is Scale.EACH_COMPONENT and specimen.size > LARGEST:
        return Answer(peer.name, specimen.name, LATE, 0, 0.0, f"not asked: P = {specimen.size}")
    specimen, counter = counting(specimen)
    start = time.perf_counter()
    note = ""
    try:
        with time_limit(limit), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            outcome = peer.judge(specimen)
    except LateError:
        outcome = LATE
    except Exception as error:
        outcome, note = ERROR, f"{type(error).__name__}: {error}"[:160]
    return Answer(peer.name, specimen.name, outcome, counter.calls, time.perf_counter() - start, note)
