"""Our verdicts on the zoo, and which of them are mistakes."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.checks.vjp import check_vjp
from gradcheck.errors import UsageError
from gradcheck.results import CheckResult, Verdict
from tests.zoo.specimen import FAMILIES, MAY_STAY_OPEN, Family, Layer, MissingLibrary, Specimen, shares

REFUSED, ERROR, LATE = "refused", "error", "late"
TIME_LIMIT: Final = 60
"""How long one answer may take before it counts as none [s]."""


class LateError(Exception):
    """No answer in time."""


@dataclasses.dataclass(frozen=True)
class Judged:
    """What one checker said of one specimen.

    `outcome` is a verdict's value, "refused", "error" or "late"; `fault` says what is wrong with that, if anything: "false alarm",
    "miss", "missed below the stated limit", "inconclusive" or "error".
    """

    name: str
    family: str
    kind: str
    is_right: bool
    outcome: str
    passes: int
    seconds: float
    size: int
    share: float
    mistake: str
    library: str = ""
    reason: str = ""
    note: str = ""
    fault: str = ""


class Counter:
    """Counts the calls of functions, whoever makes them."""

    def __init__(self) -> None:
        self.calls = 0

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, its calls counted here."""

        def called(*arguments: Any) -> Any:
            self.calls += 1
            return function(*arguments)

        return called


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise LateError in this thread after so many seconds."""

    def ring(*_: Any) -> None:
        raise LateError(f"no answer in {seconds:g} s")

    kept = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, kept)


def ours(specimen: Specimen, options: Options) -> CheckResult:
    """Return our own result."""
    if specimen.layer is not None:
        return check_vjp(specimen.layer.forward, specimen.layer.backward, list(specimen.layer.inputs), options=options)
    return check(specimen.cost, specimen.gradient, specimen.at, options=options)


def counting(specimen: Specimen) -> tuple[Specimen, Counter]:
    """Return the specimen with its cost, and its layer's forward pass, counted."""
    counter = Counter()
    specimen = dataclasses.replace(specimen, cost=counter.counted(specimen.cost))
    if specimen.layer is not None:
        layer = specimen.layer
        counted = Layer(counter.counted(layer.forward), layer.backward, layer.inputs)
        specimen = dataclasses.replace(specimen, layer=counted)
    return specimen, counter


def judge(specimen: Specimen, options: Options, *, limit: float = TIME_LIMIT) -> Judged:
    """Judge one specimen by our checker, within `limit` seconds."""
    specimen, counted = counting(specimen)
    start = time.perf_counter()
    outcome, reason, note, result = ERROR, "", "", None
    try:
        with time_limit(limit), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = ours(specimen, options)
        outcome, reason, note = result.verdict.value, _reason(result), " ".join(result.notes)[:200]
    except LateError as error:
        outcome, note = LATE, str(error)
    except UsageError as error:
        outcome, note = REFUSED, str(error)[:200]
    except Exception as error:
        note = f"{type(error).__name__}: {error}; {traceback.extract_tb(error.__traceback__)[-1]}"[:300]
    judged = _judged(specimen, outcome, counted.calls, time.perf_counter() - start)
    return dataclasses.replace(judged, reason=reason, note=note, fault=fault_of(specimen, outcome, result))


def _judged(specimen: Specimen, outcome: str, passes: int, seconds: float) -> Judged:
    return Judged(
        name=specimen.name,
        family=specimen.family,
        kind=specimen.kind.value,
        is_right=specimen.is_right,
        outcome=outcome,
        passes=passes,
        seconds=seconds,
        size=specimen.size,
        share=specimen.share,
        mistake=specimen.mistake,
        library=specimen.library,
    )


def _reason(result: CheckResult) -> str:
    """Return the reason, or the faults, or the leaves that disagree with the size of the gap."""
    if result.reason is not None:
        some = [f"{b.name}: {b.reason.value}" for b in result.blocks if b.reason is not None]
        return f"{result.reason.value} [{', '.join(some[:4])}]"
    if result.faults:
        return ", ".join(f"fault {fault.kind.value}" for fault in result.faults)
    wrong = [
        f"{b.name} claimed {b.claimed:.6g} estimated {b.estimated:.6g} bound {b.bound:.1g}"
        for b in result.blocks
        if b.status.value == "disagree"
    ]
    return "; ".join(wrong[:3])


def fault_of(specimen: Specimen, outcome: str, result: CheckResult | None) -> str:
    """Return what is wrong with an outcome, or nothing."""
    expected = FAMILIES[specimen.family].expected
    if outcome in (ERROR, LATE) or (outcome == REFUSED and not expected.refusal):
        return "error"
    if outcome == REFUSED:
        return ""
    verdict = Verdict(outcome)
    if specimen.is_right and verdict is Verdict.DISAGREE:
        return "false alarm"
    if not specimen.is_right and verdict is Verdict.AGREE:
        return _miss(specimen, result)
    if verdict in (expected.right if specimen.is_right else expected.wrong) or specimen.below_resolution:
        return ""
    return "vacuous agreement" if verdict is Verdict.AGREE else "inconclusive"


def _miss(specimen: Specimen, result: CheckResult | None) -> str:
    """Return whether the error passed is larger than what the result says it would have seen."""
    if specimen.below_resolution:
        return ""
    if result is None or specimen.layer is not None or specimen.truth is None or specimen.share != specimen.share:
        return "miss"
    found = shares(specimen.truth, specimen.gradient(specimen.at))
    limits = [block.detection_limit for block in result.blocks]
    if len(limits) == len(found) and all(
        not share or (limit is not None and share <= limit) for share, limit in zip(found, limits, strict=True)
    ):
        return "missed below the stated limit"
    return "miss"


def judge_family(name: str, seed: int) -> tuple[list[Judged], str]:
    """Judge both sides of every draw of one family; where its library is missing, return its name instead."""
    family: Family = FAMILIES[name]
    found = []
    for number in range(family.draws):
        for side in ("right", "wrong"):  # drawn anew for each: some remember what they were asked
            try:
                specimen = getattr(family.draw(seed, number), side)
            except MissingLibrary as missing:
                return [], str(missing)
            found.append(judge(specimen, Options(seed=seed + number)))
    return found, ""


def judge_zoo(names: Sequence[str], seed: int, workers: int) -> tuple[list[Judged], list[str]]:
    """Judge families side by side; return what was found, and the libraries that are missing."""
    with ProcessPoolExecutor(workers) as pool:
        answers = list(pool.map(judge_family, names, [seed] * len(names)))
    return [one for found, _ in answers for one in found], sorted({missing for _, missing in answers if missing})


def undecided_elsewhere(judged: Sequence[Judged]) -> tuple[int, int]:
    """Return how many right ones stayed inconclusive where the kind of problem does not make it so, of how many."""
    open_kinds = {kind.value for kind in MAY_STAY_OPEN}
    some = [one for one in judged if one.is_right and one.kind not in open_kinds]
    return sum(one.outcome == Verdict.INCONCLUSIVE.value for one in some), len(some)
