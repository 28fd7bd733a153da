"""Check a forward derivative: a function and the Jacobian-vector product written for it."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from gradcheck.checks.cotangents import Several, draw_cotangent, settle, spent, undefined
from gradcheck.checks.gradient import budget_note
from gradcheck.checks.guards import told_of
from gradcheck.checks.jvp_contracts import JvpCalls, JvpContracts, jvp_contracts
from gradcheck.checks.meter import Meter
from gradcheck.checks.options import DEFAULT_OPTIONS, Options, seeded
from gradcheck.differences.counting import CountedFunction
from gradcheck.differences.directions import block_scale
from gradcheck.errors import BudgetExceeded
from gradcheck.results import BlockResult, CheckResult, Component, Diagnosis, Fault, Reason, Status, Verdict
from gradcheck.subjects.inputs import as_inputs
from gradcheck.subjects.protocol import GradientSubject
from gradcheck.subjects.tangents import TangentSubject, along_tangents

Array = npt.NDArray[Any]

TANGENTS: Final = 6
"""Independent random tangents of each input under each cotangent (a count). Their slopes are compared as one gradient of so many
components. The error that could hide from two times six tangents, at probability 1 - 1e-6, is 4.5 times the one that could hide
from the slopes; from two times four 7.3 times, from two times two 32 times. Each costs a call of the jvp per gradient."""

OF_ANY_NUMBERS: Final = ("factor", "sum-not-mean", "mean-twice", "zero")
"""Patterns that mean the same of slopes along tangents as of a gradient's components."""

Told = TypeVar("Told", Fault, Diagnosis)


def check_jvp(
    function: Callable[..., Any],
    jvp: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    options: Options = DEFAULT_OPTIONS,
) -> CheckResult:
    """Tell whether jvp(inputs, tangents) is the Jacobian-vector product of a function at `inputs`.

    (BP2) read from left to right: <u, jvp(inputs, v)> is the slope of <u, function> along v, for random u and v. The slopes along
    random tangents of each input are measured as those of any cost. And whether the jvp keeps its contracts: it is linear in the
    tangents, writes to nothing, and where it returns the output too, that is the function's.

    Parameters
    ----------
    function : callable
        function(*inputs) -> out, one real floating array.
    jvp : callable
        jvp(primals, tangents) -> tangent of out, or the tuple (out, tangent of out). Both arguments are tuples with one entry for
        each input; the tangent of an input that is not differentiated is None.
    inputs : sequence of arrays
        Those of integers are handed on and not differentiated.
    options : Options

    Returns
    -------
    CheckResult
        One block for each input; `gradient_calls` counts calls of the jvp.

    Raises
    ------
    UsageError
        If no input is floating, or the output is no real floating array.
    UserCodeError
        If the user's function or jvp raises.

    Examples
    --------
    >>> import numpy as np
    >>> def jvp(primals, tangents):
    ...     (x, w), (dx, dw) = primals, tangents
    ...     return dx @ w + x @ dw
    >>> x, w = np.ones((2, 3)), np.full((3, 1), 0.5)
    >>> check_jvp(np.matmul, jvp, [x, w]).verdict
    <Verdict.AGREE: 'agree'>
    >>> check_jvp(np.matmul, lambda primals, tangents: tangents[0] @ primals[1], [x, w]).blocks[1].status
    <Status.DISAGREE: 'disagree'>
    """
    options = seeded(options)
    counted = CountedFunction(jvp)
    subject = TangentSubject("jvp", function, counted, as_inputs(inputs, function, of="the function"))
    calls = JvpCalls(subject, Meter(options))
    call = f"gradcheck.check_jvp(function, jvp, inputs, options=gradcheck.Options(seed={options.seed}))"
    blank = CheckResult(
        "jvp", Verdict.INCONCLUSIVE, parameters=calls.layout.size, seed=options.seed or 0, reproduce=call
    )
    try:
        contracts = jvp_contracts(calls, options.generator("contracts"))
    except BudgetExceeded:
        return spent(dataclasses.replace(blank, reason=Reason.BUDGET, notes=(budget_note(options),)), calls.meter)
    settled = settle(blank, calls.layout, contracts.fault) or undefined(blank, contracts.out)
    if settled is not None:
        return spent(settled, calls.meter)
    several = Several(blank, options, calls.meter, lambda generator: _under(subject, contracts, generator))
    with told_of("the function", "the jvp"):
        results = several.judge()
    result = in_terms_of_inputs(several.as_one(results), subject, results)
    return dataclasses.replace(result, gradient_calls=counted.forward_passes)


def _under(subject: TangentSubject, contracts: JvpContracts, generator: np.random.Generator) -> GradientSubject:
    """Return the function under a cotangent, along tangents of its inputs: both random, or all tangents of a small input."""
    cotangent = draw_cotangent(contracts.out, contracts.beside, generator)
    tangents = {name: tangents_of(value, generator) for name, value in subject.arguments.at.items()}
    return along_tangents(subject, cotangent, tangents)


def tangents_of(value: Array, generator: np.random.Generator) -> Array:
    """Return the tangents along which one input is judged, in its own scale and dtype: each component of a small one, else random.

    Examples
    --------
    >>> tangents_of(np.array([3.0, -3.0]), np.random.default_rng(0))
    array([[3., 0.],
           [0., 3.]])
    """
    scale = block_scale(value.astype(np.float64).ravel()) if value.size else 1.0
    if value.size <= TANGENTS:
        chosen = np.eye(value.size).reshape(value.size, *value.shape)
    else:
        chosen = generator.standard_normal((TANGENTS, *value.shape))
    tangents: Array = (scale * chosen).astype(value.dtype)
    return tangents


def in_terms_of_inputs(result: CheckResult, subject: TangentSubject, each: Sequence[CheckResult]) -> CheckResult:
    """Return a result about numbers of tangents as one about the inputs: their shapes, and the error that could hide in each.

    `each` are the results under the cotangents, of which it is made: a block that agrees under several had tangents under each.

    Examples
    --------
    >>> from gradcheck.subjects.inputs import Inputs
    >>> subject = TangentSubject("f", np.sin, np.cos, Inputs((np.ones((4, 3)),), ("x",)))
    >>> block = BlockResult("x", (3,), Status.AGREE, detection_limit=1e-9, miss_probability=1e-6)
    >>> result = CheckResult("jvp", Verdict.AGREE, blocks=(block,))
    >>> block = in_terms_of_inputs(result, subject, [result, result]).blocks[0]
    >>> block.shape, f"{block.detection_limit:.1e}"
    ((4, 3), '4.5e-09')
    """
    at = subject.arguments.at
    small = {name for name, value in at.items() if value.size <= TANGENTS}
    proofs = Counter(block.name for one in each for block in one.blocks if block.status is Status.AGREE)
    blocks = tuple(_block_of(block, at[block.name].shape, proofs[block.name]) for block in result.blocks)
    wrong = tuple(_component_of(one, at[one.block]) for one in result.wrong if one.block in small)
    measured = tuple(_component_of(one, at[one.block]) for one in result.measured if one.block in small)
    nearby = result.nearby and in_terms_of_inputs(result.nearby, subject, [result.nearby])
    return dataclasses.replace(
        result,
        blocks=blocks,
        wrong=wrong,
        measured=measured,
        worst=wrong[0] if wrong else None,
        census=(),
        nearby=nearby,
        faults=tuple(map(_in_words_of_a_jvp, result.faults)),
        diagnosis=tuple(_in_words_of_a_jvp(one) for one in result.diagnosis if one.id in OF_ANY_NUMBERS),
    )


def _block_of(block: BlockResult, shape: tuple[int, ...], proofs: int) -> BlockResult:
    """Return one input's result: what its tangents did not see may be larger than what was seen of their slopes."""
    size = math.prod(shape)
    kept = dataclasses.replace(block, shape=shape, covered=None, resolution=None, finest_resolution=None)
    if size <= TANGENTS:
        return kept
    kept = dataclasses.replace(kept, components_measured=0, components_wrong=0)
    if block.detection_limit is None or block.miss_probability is None:
        return kept
    from scipy.special import fdtri

    # An error's slopes and the block's own are both normal: the ratio of their squares follows F with TANGENTS degrees of freedom
    # each. It has to be small under every cotangent for an error to hide.
    chance = block.miss_probability ** (1.0 / max(proofs, 1))
    hidden = 1.0 / math.sqrt(float(fdtri(TANGENTS, TANGENTS, chance)))
    missed = (chance + block.miss_probability) ** max(proofs, 1)
    return dataclasses.replace(kept, detection_limit=hidden * block.detection_limit, miss_probability=missed)


def _component_of(component: Component, value: Array) -> Component:
    """Return a component of the slopes along the axes of a small input as the component of that input it is."""
    scale = block_scale(value.astype(np.float64).ravel())
    index = tuple(int(i) for i in np.unravel_index(component.index[0], value.shape))
    numbers = ("claimed", "estimated", "bound", "truncation_error", "condition_error", "gradient_noise")
    scaled = {name: getattr(component, name) / scale for name in numbers}
    return Component(component.block, index, **scaled)


def _in_words_of_a_jvp(told: Told) -> Told:
    """Return a fault, or an explanation, told of a jvp and its function."""
    sentence = told.sentence
    for ours, theirs in (
        ("he gradient", "he jvp"),
        ("he whole gradient", "he whole jvp"),
        ("the cost", "the function"),
    ):
        sentence = sentence.replace(ours, theirs)
    return dataclasses.replace(told, sentence=sentence)
