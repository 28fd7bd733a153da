"""Random cotangents at a function's outputs, and one result out of the checks under each of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.gradient import budget_note, check_gradient
from gradcheck.checks.judging import aggregate
from gradcheck.checks.meter import Meter
from gradcheck.checks.options import Options
from gradcheck.errors import UsageError
from gradcheck.parameters import Layout
from gradcheck.results import BlockResult, CheckResult, Fault, Reason, Status, Verdict
from gradcheck.subjects.layers import Cotangent
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]

COTANGENTS: Final = 2
"""Independent random cotangents a function is judged under (a count): a mistake that one of them hides has probability 0."""

FAR_APART: Final = 1e4
"""Outputs whose sizes differ by more than this are weighted by their sizes (dimensionless). Where they differ by less, the least of
them keeps at least 12 of float64's 16 digits in the sum, and one that is small by chance would be given too much weight."""


def draw_cotangent(out: Array, elsewhere: Array | None, generator: np.random.Generator) -> Cotangent:
    """Return a Gaussian u for an output; where outputs differ in size by many orders, each divided by its size.

    The delta of (BP2), at random. An output's size is the larger of its value and of its change on the way to `elsewhere`, so
    that one which is 0 at the point alone is not taken for a small one.

    Examples
    --------
    >>> u = draw_cotangent(np.array([1e8, 1e-8]), None, np.random.default_rng(0))
    >>> bool(abs(u.values[0]) < 1e-6 * abs(u.values[1]))
    True
    """
    values = generator.standard_normal(out.shape) / _weights(out, elsewhere)
    values = np.asarray(values, dtype=out.dtype)
    terms = values.astype(np.float64) * out
    largest = float(np.max(np.abs(terms), initial=0.0))
    level = largest * float(np.linalg.norm(terms / largest)) if largest > 0.0 else 0.0
    return Cotangent(values, out, level)


def _weights(out: Array, elsewhere: Array | None) -> Array:
    """Return what each output's cotangent is divided by: 1, or its size in units of the middle of all sizes."""
    size = np.abs(out.astype(np.float64))
    if elsewhere is not None and elsewhere.shape == out.shape:
        size = np.maximum(size, np.abs(elsewhere.astype(np.float64) - out))
    known = size[(size > 0.0) & np.isfinite(size)]
    if known.size == 0 or np.max(known) <= FAR_APART * np.min(known):
        return np.ones_like(size)
    middle = math.sqrt(float(np.max(known))) * math.sqrt(float(np.min(known)))
    return np.where((size > 0.0) & np.isfinite(size), size / middle, 1.0)


@dataclasses.dataclass(frozen=True)
class Several:
    """A check that is made under several cotangents.

    Attributes
    ----------
    blank : CheckResult
        With what is the same under all: title, parameters, seed, and what reproduces it.
    options : Options
        With a seed, and the budget of all of them together.
    meter : Meter
        What was spent so far.
    subject_under : callable
        The gradient to judge, its cotangent and whatever else is random drawn from a generator.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Several)]
    ['blank', 'options', 'meter', 'subject_under']
    """

    blank: CheckResult
    options: Options
    meter: Meter
    subject_under: Callable[[np.random.Generator], GradientSubject]

    def judge(self) -> list[CheckResult]:
        """Return the result under each, up to the first DISAGREE, or to the first without any block."""
        passes = self.meter.forward_passes
        results: list[CheckResult] = []
        for k in range(COTANGENTS):
            left = self.options.left(passes)
            if left is None:
                results.append(dataclasses.replace(self.blank, reason=Reason.BUDGET))
                break
            subject = self.subject_under(self.options.generator("cotangent", str(k)))
            result = check_gradient(subject, left.derived("under cotangent", str(k)))
            passes += result.forward_passes
            if subject.gives_value_only:  # and was asked for it once, when it was made
                result = dataclasses.replace(result, gradient_calls=1)
            results.append(result)
            if result.verdict is Verdict.DISAGREE or (result.verdict is Verdict.INCONCLUSIVE and not result.blocks):
                break
        return results

    def as_one(self, results: list[CheckResult]) -> CheckResult:
        """Return the results as one: DISAGREE if there is one, and else of each block the one worth less; with what all of them cost."""
        together = results[-1] if results[-1].verdict is Verdict.DISAGREE else all_of(results)
        blank = self.blank
        nearby = together.nearby and named_as(together.nearby, blank)
        notes = (budget_note(self.options),) if together.reason is Reason.BUDGET else together.notes
        if together.verdict is Verdict.AGREE:
            notes = (
                *notes,
                f"it agrees under {len(results)} independent random cotangents; the figures are those of the one that proves less",
            )
        told = dataclasses.replace(
            together,
            parameters=blank.parameters,
            nearby=nearby,
            notes=notes,
            forward_passes=self.meter.forward_passes + sum(r.forward_passes for r in results),
            gradient_calls=self.meter.gradient_calls + sum(r.gradient_calls for r in results),
        )
        return named_as(told, blank)


def named_as(result: CheckResult, blank: CheckResult) -> CheckResult:
    """Return a result under the name, the seed and the call that the user knows.

    Examples
    --------
    >>> named_as(CheckResult("inner", Verdict.AGREE), CheckResult("layer", Verdict.AGREE)).title
    'layer'
    """
    return dataclasses.replace(result, title=blank.title, seed=blank.seed, reproduce=blank.reproduce)


def all_of(results: list[CheckResult]) -> CheckResult:
    """Return results of one check under several cotangents, none of them DISAGREE, as one: each block as the one worth less.

    Examples
    --------
    >>> blocks = [(BlockResult("w", (), status, digits=3.0),) for status in (Status.VACUOUS, Status.AGREE)]
    >>> vacuous = CheckResult("a", Verdict.INCONCLUSIVE, Reason.VACUOUS, blocks=blocks[0])
    >>> all_of([vacuous, CheckResult("a", Verdict.AGREE, blocks=blocks[1])]).verdict
    <Verdict.AGREE: 'agree'>
    """
    unsettled = [r for r in results if r.verdict is not Verdict.AGREE and r.reason is not Reason.VACUOUS]
    told = unsettled[0] if unsettled else results[0]
    by_name: dict[str, list[BlockResult]] = {}
    for result in results:
        for block in result.blocks:
            by_name.setdefault(block.name, []).append(block)
    blocks = tuple(worth_less(found) for found in by_name.values())
    verdict, reason = told.verdict, told.reason
    if not unsettled and any(r.verdict is Verdict.INCONCLUSIVE for r in results):
        verdict, reason = aggregate([block.status for block in blocks], [block.reason for block in blocks])
    notes = tuple(dict.fromkeys(note for r in results for note in r.notes))
    nearby = next((r.nearby for r in [told, *results] if r.nearby is not None), None)
    return dataclasses.replace(told, verdict=verdict, reason=reason, blocks=blocks, nearby=nearby, notes=notes)


def worth_less(found: list[BlockResult]) -> BlockResult:
    """Return of one block's results under several cotangents the one that is worth less, with the directions of all.

    What is open under one is open; what is vacuous under one and not under another is not vacuous.

    Examples
    --------
    >>> worth_less([BlockResult("w", (), Status.AGREE, digits=d, directions=1) for d in (9.0, 3.0)]).digits
    3.0
    """
    order = [Status.DISAGREE, Status.INCONCLUSIVE, Status.AGREE, Status.VACUOUS]
    status = min((block.status for block in found), key=order.index)
    alike = [block for block in found if block.status is status]
    worst = max(
        alike, key=lambda block: (block.between_slopes is False, block.detection_limit or 0.0, -(block.digits or 0.0))
    )
    return dataclasses.replace(worst, directions=sum(block.directions for block in found))


def spent(result: CheckResult, meter: Meter) -> CheckResult:
    """Return a result with what it cost.

    Examples
    --------
    >>> spent(CheckResult("a", Verdict.AGREE), Meter(Options())).forward_passes
    0
    """
    return dataclasses.replace(result, forward_passes=meter.forward_passes, gradient_calls=meter.gradient_calls)


def settle(blank: CheckResult, layout: Layout, fault: Fault | None) -> CheckResult | None:
    """Return DISAGREE for a contract that is not kept; None where there is no fault.

    Examples
    --------
    >>> from gradcheck.parameters import lay_out
    >>> settle(CheckResult("a", Verdict.INCONCLUSIVE), lay_out(1.0), None) is None
    True
    """
    if fault is None:
        return None
    blocks = tuple(
        BlockResult(leaf.name, leaf.shape, Status.DISAGREE) for leaf in layout.leaves if leaf.name == fault.where
    )
    return dataclasses.replace(blank, verdict=Verdict.DISAGREE, faults=(fault,), blocks=blocks)


def undefined(blank: CheckResult, out: Array) -> CheckResult | None:
    """Return why nothing can be judged where an output is not finite, None where it is.

    Raises
    ------
    UsageError
        If it is not real and floating.

    Examples
    --------
    >>> undefined(CheckResult("a", Verdict.INCONCLUSIVE), np.array([1.0, np.nan])).notes
    ('the output is nan at [1]: a finite output is required',)
    """
    if out.dtype.kind != "f":
        raise UsageError(f"{blank.title} returned dtype {out.dtype}: a real floating array is required")
    bad = np.argwhere(~np.isfinite(out))
    if len(bad) == 0:
        return None
    index = tuple(int(i) for i in bad[0])
    where = f" at {list(index)}" if index else ""
    note = f"the output is {out[index]}{where}: a finite output is required"
    return dataclasses.replace(blank, reason=Reason.DOMAIN, notes=(note,))
