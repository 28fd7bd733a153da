"""Results drawn at random, every field of them, and their comparison with NaN equal to NaN."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from gradcheck.results import (
    Arbiter,
    BlockResult,
    Census,
    CheckResult,
    Component,
    CountedStep,
    Diagnosis,
    EquationResult,
    EquationStatus,
    Explains,
    Fault,
    FaultKind,
    Matrix,
    PassCount,
    Reason,
    Status,
    StepErrors,
    StepStudy,
    Verdict,
    WeightGradient,
)

TEXTS = st.text(st.characters(), max_size=20)
"""Control characters, lone surrogates and all else that a name or a sentence of a user's code may hold."""

FLOATS = st.floats()
COUNTS = st.integers(0, 10**9)
INDICES = st.lists(st.integers(0, 99), max_size=3).map(tuple)

COMPONENTS = st.builds(
    Component,
    TEXTS,
    INDICES,
    FLOATS,
    FLOATS,
    FLOATS,
    truncation_error=FLOATS,
    condition_error=FLOATS,
    gradient_noise=FLOATS,
)
MATRICES = st.tuples(st.integers(1, 2), st.integers(1, 3)).flatmap(
    lambda shape: st.lists(FLOATS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda values: Matrix(*shape, tuple(values))
    )
)
BLOCKS = st.builds(
    BlockResult,
    TEXTS,
    INDICES,
    st.sampled_from(Status),
    st.none() | st.sampled_from(Reason),
    claimed=FLOATS,
    estimated=FLOATS,
    truncation_error=FLOATS,
    condition_error=FLOATS,
    gradient_noise=FLOATS,
    bound=FLOATS,
    step=FLOATS,
    directions=COUNTS,
    digits=st.none() | FLOATS,
    detection_limit=st.none() | FLOATS,
    miss_probability=st.none() | FLOATS,
    components_measured=COUNTS,
    components_wrong=COUNTS,
    covered=st.none() | COUNTS,
    resolution=st.none() | FLOATS,
    leaves_together=COUNTS,
    arbiter=st.sampled_from(Arbiter),
    sizes=st.none() | MATRICES,
)
CENSUSES = st.builds(
    Census, TEXTS, INDICES, COUNTS, COUNTS, rows=COUNTS, columns=COUNTS, wrong_rows=INDICES, wrong_columns=INDICES
)
FAULTS = st.builds(Fault, st.sampled_from(FaultKind), TEXTS, TEXTS)
DIAGNOSES = st.builds(
    Diagnosis,
    TEXTS,
    TEXTS,
    TEXTS,
    kind=st.sampled_from(Explains),
    where=TEXTS,
    hint=TEXTS,
    digits=st.none() | FLOATS,
)
EQUATIONS = st.builds(
    EquationResult,
    st.sampled_from(["BP1", "BP2", "BP3", "BP4"]),
    st.integers(2, 9),
    st.sampled_from(EquationStatus),
    residual=FLOATS,
    bound=FLOATS,
    examples=COUNTS,
    weights=st.none() | st.builds(WeightGradient, MATRICES, MATRICES),
)
STEPS = st.builds(StepErrors, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS)
STUDIES = st.builds(
    StepStudy, TEXTS, st.lists(STEPS, max_size=2).map(tuple), FLOATS, FLOATS, FLOATS, FLOATS, FLOATS, COUNTS, COUNTS
)
PASS_COUNTS = st.builds(
    PassCount, TEXTS, st.sampled_from(CountedStep), st.lists(st.integers(1, 9), min_size=2).map(tuple), COUNTS
)


def few(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return a strategy for tuples of none to two."""
    return st.lists(elements, max_size=2).map(tuple)


def results_with(
    parts: st.SearchStrategy[tuple[CheckResult, ...]], nearby: st.SearchStrategy[CheckResult | None]
) -> st.SearchStrategy[CheckResult]:
    """Return a strategy for results with these parts and points nearby."""
    return st.builds(
        CheckResult,
        TEXTS,
        st.sampled_from(Verdict),
        st.none() | st.sampled_from(Reason),
        faults=few(FAULTS),
        blocks=few(BLOCKS),
        worst=st.none() | COMPONENTS,
        wrong=few(COMPONENTS),
        measured=few(COMPONENTS),
        census=few(CENSUSES),
        nearby=nearby,
        diagnosis=few(DIAGNOSES),
        equations=few(EQUATIONS),
        own_passes=few(PASS_COUNTS),
        notes=few(TEXTS),
        parts=parts,
        counterexample=st.none() | TEXTS,
        parameters=COUNTS,
        forward_passes=COUNTS,
        gradient_calls=COUNTS,
        example_passes=COUNTS,
        seed=st.integers(0, 2**64),
        reproduce=TEXTS,
        steps=st.none() | STUDIES,
    )


SINGLE = results_with(st.just(()), st.none())
RESULTS = results_with(few(results_with(st.just(()), st.none() | SINGLE)), st.none() | SINGLE)
"""Results with parts and points nearby, nested one level, as checks make them."""


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are of one type and equal in every bit that counts, NaN equal to NaN."""
    if type(one) is not type(other):
        return False
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)
