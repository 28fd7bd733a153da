"""Results are frozen, go to plain data and back, and refuse data that is not theirs."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import given, settings

from gradcheck.results import (
    BlockResult,
    CheckResult,
    Component,
    Diagnosis,
    ErrorSource,
    Estimate,
    Fault,
    FaultKind,
    Status,
    Verdict,
)
from tests.golden.cases import CASES
from tests.results_for_tests import RESULTS, same

QUICK = settings(max_examples=50, deadline=None, database=None)
RESULT = CASES["disagree_parts"]
COMPONENT = Component("w", (2, 0), 1.0, 2.0, 1e-9)


@QUICK
@given(RESULTS)
def test_round_trip_keeps_every_field(result: CheckResult) -> None:
    assert same(CheckResult.from_dict(result.as_dict()), result)


def test_same_sees_a_difference() -> None:
    assert not same(COMPONENT, dataclasses.replace(COMPONENT, bound=math.nan))
    assert not same(RESULT, dataclasses.replace(RESULT, parts=RESULT.parts[:1]))
    assert not same(RESULT, dataclasses.replace(RESULT, seed=1))
    assert not same(2, 2.0)
    assert not same(0.0, -0.0)


def test_numbers_json_lacks_become_strings() -> None:
    encoded = CheckResult("w", Verdict.DISAGREE, worst=Component("w", (), math.inf, -math.inf, 0.0)).as_dict()["worst"]
    assert (encoded["claimed"], encoded["estimated"], encoded["gradient_noise"]) == ("inf", "-inf", "nan")


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_another_schema_version_is_refused(version: Any) -> None:
    with pytest.raises(ValueError, match=r"schema_version is .*: this gradcheck reads version 1"):
        CheckResult.from_dict({**RESULT.as_dict(), "schema_version": version})


def test_an_unknown_field_is_refused_at_any_depth() -> None:
    with pytest.raises(ValueError, match=r"unknown fields \['confidence'\] of CheckResult"):
        CheckResult.from_dict({**RESULT.as_dict(), "confidence": 1.0})
    inner = RESULT.as_dict()
    inner["worst"]["sigma"] = 1.0
    with pytest.raises(ValueError, match=r"unknown fields \['sigma'\] of Component"):
        CheckResult.from_dict(inner)


def test_a_missing_field_is_refused_at_any_depth() -> None:
    outer = RESULT.as_dict()
    del outer["verdict"]
    with pytest.raises(ValueError, match=r"missing fields \['verdict'\] of CheckResult"):
        CheckResult.from_dict(outer)
    inner = RESULT.as_dict()
    del inner["parts"][0]["title"]
    with pytest.raises(ValueError, match=r"missing fields \['title'\] of CheckResult"):
        CheckResult.from_dict(inner)


@pytest.mark.parametrize(
    ("field", "value", "required"),
    [
        ("seed", 1.5, "int"),
        ("seed", True, "int"),
        ("title", None, "str"),
        ("notes", "one note", "list"),
        ("parts", [3], "CheckResult"),
        ("worst", [], "Component"),
        ("verdict", "perhaps", "Verdict"),
    ],
)
def test_a_value_of_another_type_is_refused(field: str, value: Any, required: str) -> None:
    with pytest.raises(ValueError, match=required):
        CheckResult.from_dict({**RESULT.as_dict(), field: value})


@pytest.mark.parametrize(
    "value",
    [
        RESULT,
        COMPONENT,
        BlockResult("w", (2,), Status.AGREE),
        Fault(FaultKind.NAN, "w", "the gradient of w is nan"),
        Diagnosis("sign", "(BP4)", "the sign is wrong"),
        Estimate(1.0, 1e-9, 1e-9, 1e-6, 2, ErrorSource.MEASURED),
    ],
    ids=lambda value: type(value).__name__,
)
def test_results_are_frozen(value: Any) -> None:
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, "another")


def test_a_component_is_named_by_block_and_index() -> None:
    assert COMPONENT.name == "w[2, 0]"
    assert dataclasses.replace(COMPONENT, index=()).name == "w"


def test_a_result_prints_its_report() -> None:
    assert str(RESULT).startswith(
        "DISAGREE  Network: backprop - biases[0][0, 0]: claimed 0.251256, estimated 0.125628\n"
    )
