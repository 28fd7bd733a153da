"""A submission in its sandbox as a subject of the same checks as everybody's: its functions and objects are remote calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gradcheck.errors import UserCodeError
from gradcheck.grading.protocol import Keep
from gradcheck.grading.remote_calls import RemoteClass, RemoteFunction
from gradcheck.grading.session import Session
from gradcheck.subjects.functions import SigmaSubject, cost_and_gradient, loss_and_gradient
from gradcheck.subjects.layers import LayerSubject
from gradcheck.subjects.network_class import DEFAULT_DECLARED, Declared, NetworkSubject
from gradcheck.subjects.protocol import GradientSubject

Judged = TypeVar("Judged")


def judge(session: Session, check: Callable[[], Judged]) -> Judged:
    """Return what a check of a remote subject comes to, unless the submission ended meanwhile: then no verdict stands.

    Raises
    ------
    SubmissionError
        If the session failed for good, whatever the check made of it.
    UserCodeError, UsageError
        What the check raises.

    Examples
    --------
    >>> from pathlib import Path
    >>> from gradcheck.checks.gradient import check_gradient
    >>> from gradcheck.examples import cost_gradient_wrong
    >>> from gradcheck.grading.sandbox import Zygote
    >>> with Zygote() as zygote, zygote.submission(Path(cost_gradient_wrong.__file__)) as session:
    ...     subject = remote_functions(session, ("cost", "gradient"), cost_gradient_wrong.w)
    ...     judge(session, lambda: check_gradient(subject)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    try:
        verdict = check()
    except UserCodeError as error:
        if session.failure is not None and error is not session.failure:
            raise session.failure from error
        raise
    if session.failure is not None:
        raise session.failure
    return verdict


def remote_network(
    session: Session, name: str, *, declared: Declared = DEFAULT_DECLARED, sigma: tuple[str, str] | None = None
) -> NetworkSubject:
    """Return a submission's class in the shape of the chapter's Network, equations (25) and (BP1) to (BP4), as a subject.

    Parameters
    ----------
    session : Session
    name : str
        Of the class, or of a function of the sizes.
    declared : Declared
    sigma : tuple of str, optional
        The names of an activation and its derivative.

    Examples
    --------
    >>> remote_network(None, "Network").name
    'Network'
    """
    pair = None if sigma is None else remote_sigma(session, *sigma)
    return NetworkSubject(name, RemoteClass(session, name), declared, pair)


def remote_layer(
    session: Session, names: tuple[str, str], inputs: tuple[Any, ...], input_names: tuple[str, ...]
) -> LayerSubject:
    """Return a submission's forward and backward pass as a subject; the cache stays in its process.

    Examples
    --------
    >>> import numpy as np
    >>> remote_layer(None, ("relu_forward", "relu_backward"), (np.ones(3),), ("x",)).name
    'relu'
    """
    forward, backward = RemoteFunction(session, names[0], keep=Keep.SECOND), RemoteFunction(session, names[1])
    return LayerSubject(names[0].removesuffix("_forward"), forward, backward, inputs, input_names)


def remote_functions(
    session: Session, names: tuple[str, ...], at: Any, *, data: tuple[Any, ...] = ()
) -> GradientSubject:
    """Return a submission's cost and gradient, or its one function that returns both, as a subject.

    Examples
    --------
    >>> remote_functions(None, ("loss",), 1.0).passes_per_gradient
    1
    """
    functions = [RemoteFunction(session, name) for name in names]
    if len(functions) == 1:
        return loss_and_gradient(names[0], functions[0], at, data=data)
    return cost_and_gradient(names[1], functions[0], functions[1], at, data=data)


def remote_sigma(session: Session, sigma: str, sigma_prime: str) -> SigmaSubject:
    """Return a submission's activation and its derivative, the sigma and sigma' of (BP1), as a subject.

    Examples
    --------
    >>> remote_sigma(None, "tanh", "tanh_prime").name
    'tanh_prime'
    """
    return SigmaSubject(sigma_prime, RemoteFunction(session, sigma), RemoteFunction(session, sigma_prime))
