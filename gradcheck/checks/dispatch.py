"""One door for subjects of every shape."""

from __future__ import annotations

from gradcheck.checks.equations import check_network
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.options import DEFAULT_OPTIONS, Options
from gradcheck.checks.sigma import check_sigma
from gradcheck.checks.vjp import check_layer
from gradcheck.results import CheckResult
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.layers import LayerSubject
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.protocol import GradientSubject

Subject = GradientSubject | LayerSubject | NetworkSubject | SigmaSubject


def check_subject(subject: Subject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Check a subject by what it is: a cost with a gradient, a layer, a network class, or a sigma with its derivative.

    Measured by the differences of equation (46), each in its own way.

    Examples
    --------
    >>> check_subject(GradientSubject("square", lambda w: w * w, lambda w: 2 * w, at=3.0)).verdict
    <Verdict.AGREE: 'agree'>
    """
    if isinstance(subject, NetworkSubject):
        return check_network(subject, options=options)
    if isinstance(subject, LayerSubject):
        return check_layer(subject, options)
    if isinstance(subject, SigmaSubject):
        return check_sigma(subject, options)
    return check_gradient(subject, options)
