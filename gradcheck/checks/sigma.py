"""Check an activation function's derivative."""

from __future__ import annotations

import dataclasses

import numpy as np

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.options import DEFAULT_OPTIONS, Options
from gradcheck.results import CheckResult, Diagnosis, Verdict
from gradcheck.subjects.functions import SigmaSubject, sigma_gradient


def check_sigma(subject: SigmaSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Tell whether sigma' is the derivative of sigma; one written as a function of a = sigma(z) is right too, and said to be.

    The sigma' of (BP1) and (BP2), at nine weighted inputs between -4 and 4.

    Raises
    ------
    UserCodeError
        If one of the two functions raises.

    Examples
    --------
    >>> check_sigma(SigmaSubject("tanh_prime", np.tanh, lambda z: 1 - np.tanh(z) ** 2)).verdict
    <Verdict.AGREE: 'agree'>
    >>> check_sigma(SigmaSubject("tanh_prime", np.tanh, lambda a: 1 - a**2)).notes[0]
    'tanh_prime takes a = sigma(z), not z: call it with activations'
    >>> check_sigma(SigmaSubject("tanh_prime", np.tanh, lambda z: 1 + np.tanh(z) ** 2)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    options = options.seeded()
    of_z = _check(subject, options)
    if of_z.verdict is not Verdict.DISAGREE or of_z.faults:
        return of_z
    left = options.left(of_z.forward_passes)
    if left is None:
        return of_z
    of_a = _check(subject.of_activations(), left)
    passes, calls = of_z.forward_passes + of_a.forward_passes, of_z.gradient_calls + of_a.gradient_calls
    if of_a.verdict is Verdict.AGREE:
        note = f"{subject.name} takes a = sigma(z), not z: call it with activations"
        return dataclasses.replace(of_a, notes=(note,), forward_passes=passes, gradient_calls=calls)
    return dataclasses.replace(
        of_z, diagnosis=_explain(subject, of_z, options), forward_passes=passes, gradient_calls=calls
    )


def _check(subject: SigmaSubject, options: Options) -> CheckResult:
    """Check sigma' as a function of z."""
    gradient = call_user(subject.name, sigma_gradient, subject, np.random.default_rng(options.seed))
    return check_gradient(gradient, options)


def _explain(subject: SigmaSubject, result: CheckResult, options: Options) -> tuple[Diagnosis, ...]:
    """Say where sigma' is wrong, in numbers of sigma' itself."""
    if result.worst is None:
        return ()
    generator = np.random.default_rng(options.seed)
    z = sigma_gradient(subject, generator).at
    # The same generator state gives the same weights c: the cost's gradient is c sigma'(z).
    c = _weights(options)[result.worst.index]
    sentence = (
        f"{subject.name} is not the derivative of {getattr(subject.sigma, '__name__', 'sigma')}: at z = {z[result.worst.index]:.4f} "
        f"it says {result.worst.claimed / c:.6g}, differences give {result.worst.estimated / c:.6g}"
    )
    return (Diagnosis("sigma-prime", "(BP1), (BP2)", sentence),)


def _weights(options: Options) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the weights c that `sigma_gradient` drew."""
    ones = SigmaSubject("one", np.ones_like, np.ones_like)
    gradient = sigma_gradient(ones, np.random.default_rng(options.seed))
    weights = gradient.gradient(gradient.at)
    return np.asarray(weights)
