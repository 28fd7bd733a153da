"""Of a gradient that is wrong somewhere: the share of its arrays, or of its layers, that is right."""

from __future__ import annotations

from fractions import Fraction

from gradcheck.checks.exposing import M, exposing
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.options import Options
from gradcheck.grading.rubric_model import Partial
from gradcheck.results import CheckResult, Status
from gradcheck.subjects.network_class import NetworkSubject, gradient_subject, update_subject


def shares_of_gradient(subject: NetworkSubject, options: Options, partial: Partial) -> Fraction:
    """Return the share of backprop of one example that is right, on a network on which mistakes show.

    Examples
    --------
    >>> from gradcheck.examples.network_first_layer_zero_wrong import Network
    >>> subject = NetworkSubject("Network", Network)
    >>> shares_of_gradient(subject, Options(seed=0), Partial.LAYERS)
    Fraction(2, 3)
    """
    exposed = exposing(subject.declared, options.generator("shares"))
    x, y = exposed.x[:, :1], exposed.y[:, :1]
    return share_of(check_gradient(gradient_subject(subject, exposed.network, x, y), options), partial)


def shares_of_columns(subject: NetworkSubject, options: Options, partial: Partial) -> Fraction:
    """Return the share of backprop of a mini-batch of columns that is right.

    Examples
    --------
    >>> from gradcheck.examples.network_matrix_bias_not_summed_wrong import Network
    >>> from gradcheck.subjects.network_class import Batch, Declared
    >>> subject = NetworkSubject("Network", Network, Declared(batch=Batch.SUM))
    >>> shares_of_columns(subject, Options(seed=0), Partial.BLOCKS)
    Fraction(0, 1)
    """
    exposed = exposing(subject.declared, options.generator("shares"))
    judged = gradient_subject(subject, exposed.network, exposed.x[:, :M], exposed.y[:, :M])
    return share_of(check_gradient(judged, options), partial)


def shares_of_step(subject: NetworkSubject, options: Options, partial: Partial) -> Fraction:
    """Return the share of the step of a mini-batch that is right.

    Examples
    --------
    >>> from gradcheck.examples.network_first_layer_zero_wrong import Network
    >>> subject = NetworkSubject("Network", Network)
    >>> shares_of_step(subject, Options(seed=0), Partial.LAYERS)
    Fraction(2, 3)
    """
    exposed = exposing(subject.declared, options.generator("shares"))
    judged = update_subject(subject, exposed.network, exposed.x[:, :M], exposed.y[:, :M])
    return share_of(check_gradient(judged, options), partial)


def share_of(result: CheckResult, partial: Partial) -> Fraction:
    """Return the share of the arrays, or of the layers, that agree; nothing where the gradient has faults.

    Examples
    --------
    >>> import dataclasses
    >>> from gradcheck.results import BlockResult, Verdict
    >>> right, wrong = (BlockResult("biases[0]", (2, 1), status) for status in (Status.AGREE, Status.DISAGREE))
    >>> blocks = (right, dataclasses.replace(wrong, name="weights[0]"))
    >>> share_of(CheckResult("backprop", Verdict.DISAGREE, blocks=blocks), Partial.BLOCKS)
    Fraction(1, 2)
    >>> share_of(CheckResult("backprop", Verdict.DISAGREE, blocks=blocks), Partial.LAYERS)
    Fraction(0, 1)
    """
    if result.faults or not result.blocks:
        return Fraction(0)
    groups: dict[str, list[bool]] = {}
    for block in result.blocks:
        group = block.name.partition("[")[2] if partial is Partial.LAYERS else block.name
        groups.setdefault(group, []).append(block.status is Status.AGREE)
    return Fraction(sum(map(all, groups.values())), len(groups))
