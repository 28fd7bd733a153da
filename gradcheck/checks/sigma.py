"""Check an activation function's derivative."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.options import DEFAULT_OPTIONS, Options, seeded
from gradcheck.results import CheckResult, Diagnosis, Verdict
from gradcheck.subjects.functions import SigmaSubject, Weighted, sigma_gradient
from gradcheck.subjects.protocol import GradientSubject

HINT: Final = "Take two z close together, and divide the difference of sigma by theirs: what does the formula say there, and is it one of z or of sigma(z)?"
"""Of a wrong sigma'."""


def check_sigma(subject: SigmaSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Tell whether sigma' is the derivative of sigma; one written as a function of a = sigma(z) is right too, and said to be.

    The sigma' of (BP1) and (BP2), at nine weighted inputs between -4 and 4.

    Raises
    ------
    UserCodeError
        If one of the two functions raises.

    Examples
    --------
    >>> import numpy as np
    >>> check_sigma(SigmaSubject("tanh_prime", np.tanh, lambda z: 1 - np.tanh(z) ** 2)).verdict
    <Verdict.AGREE: 'agree'>
    >>> check_sigma(SigmaSubject("tanh_prime", np.tanh, lambda a: 1 - a**2)).notes[0]
    'tanh_prime takes a = sigma(z), not z: call it with activations'
    >>> check_sigma(SigmaSubject("tanh_prime", np.tanh, lambda z: 1 + np.tanh(z) ** 2)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    options = seeded(options)
    weighted = _weighted(subject, options)
    of_z = check_gradient(weighted, options)
    if of_z.verdict is not Verdict.DISAGREE or of_z.faults:
        return of_z
    left = options.left(of_z.forward_passes)
    if left is None:
        return of_z
    of_a = check_gradient(_weighted(subject.of_activations(), left), left)
    passes, calls = of_z.forward_passes + of_a.forward_passes, of_z.gradient_calls + of_a.gradient_calls
    if of_a.verdict is Verdict.AGREE:
        note = f"{subject.name} takes a = sigma(z), not z: call it with activations"
        return dataclasses.replace(of_a, notes=(note,), forward_passes=passes, gradient_calls=calls)
    return dataclasses.replace(
        of_z, diagnosis=_explain(subject, weighted, of_z), forward_passes=passes, gradient_calls=calls
    )


def _weighted(subject: SigmaSubject, options: Options) -> GradientSubject:
    """Return sigma and sigma' as a cost and its gradient, at points and with weights of their own."""
    weighted: GradientSubject = call_user(subject.name, sigma_gradient, subject, options.generator("sigma"))
    return weighted


def _explain(subject: SigmaSubject, weighted: GradientSubject, result: CheckResult) -> tuple[Diagnosis, ...]:
    """Say where sigma' is wrong, in numbers of sigma' itself: the cost's gradient is c sigma'(z)."""
    if result.worst is None or not isinstance(weighted.gradient, Weighted):
        return ()
    place = result.worst.index
    z, c = weighted.at[place], weighted.gradient.c[place]
    sentence = (
        f"{subject.name} is not the derivative of {getattr(subject.sigma, '__name__', 'sigma')}: at z = {z:.4f} "
        f"it says {result.worst.claimed / c:.6g}, differences give {result.worst.estimated / c:.6g}"
    )
    return (Diagnosis("sigma-prime", "(BP1), (BP2)", sentence, hint=HINT),)
