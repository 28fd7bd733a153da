"""Values of a function beside the right one's: two ways to compute the same agree, whatever else does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.grading.same_values import compare
from gradcheck.results import FaultKind, Verdict

Z = np.random.default_rng(0).standard_normal((4, 3))


def softmax_shifted(z: Any) -> Any:
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


@pytest.mark.parametrize(
    ("right", "other"),
    [
        (lambda z: np.logaddexp(0.0, z), lambda z: np.log(1.0 + np.exp(z))),
        (lambda z: (1.0 + np.tanh(z / 2.0)) / 2.0, lambda z: 1.0 / (1.0 + np.exp(-z))),
        (softmax_shifted, lambda z: np.exp(z) / np.exp(z).sum(axis=0)),
        (lambda z: np.sum(z**2), lambda z: sum(float(v) * float(v) for v in z.ravel())),
        (
            lambda z: z @ z.T,
            lambda z: np.array([[sum(a * b for a, b in zip(r, s, strict=True)) for s in z] for r in z]),
        ),
        (np.exp, lambda z: np.exp(z.astype(np.float32))),
    ],
)
def test_another_way_to_compute_the_same_agrees(right: Callable[..., Any], other: Callable[..., Any]) -> None:
    assert compare("f", other(Z), right, [Z]).verdict is Verdict.AGREE


@pytest.mark.parametrize("change", [1e-9, -1e-10, 0.5])
def test_another_value_does_not(change: float) -> None:
    result = compare("f", np.exp(Z) + change, np.exp, [Z])
    assert result.verdict is Verdict.DISAGREE
    assert result.worst is not None and result.worst.claimed != result.worst.estimated


@pytest.mark.parametrize(
    ("claimed", "kind"),
    [
        (np.exp(Z).T, FaultKind.SHAPE),
        (np.where(Z > 0.0, np.nan, np.exp(Z)), FaultKind.NAN),
        ("exp", FaultKind.DTYPE),
        (None, FaultKind.DTYPE),
        ([[1.0], [1.0, 2.0]], FaultKind.DTYPE),
        (np.exp(Z) + 0j, FaultKind.DTYPE),
    ],
)
def test_what_is_no_value_of_its_shape_is_a_fault(claimed: Any, kind: FaultKind) -> None:
    result = compare("f", claimed, np.exp, [Z])
    assert result.verdict is Verdict.DISAGREE
    assert [fault.kind for fault in result.faults] == [kind]


def test_labels_are_not_moved_and_structures_are() -> None:
    def right(params: dict[str, Any], y: Any) -> Any:
        assert y.dtype.kind == "i"
        return params["w"][y].sum()

    arguments = [{"w": Z}, np.array([0, 1, 1])]
    assert compare("f", right({"w": Z}, np.array([0, 1, 1])), right, arguments).verdict is Verdict.AGREE
