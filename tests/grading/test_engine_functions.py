"""Pairs, layers and (loss, grads) graded by the rubrics to start from: right ones in full, each wrong one loses exactly its items."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradcheck import examples
from gradcheck.grading.engine import grade
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import load_rubric
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.results.grades import GradeSheet
from tests.grading.asking_for_tests import needs_sandbox, written
from tests.grading.classes_for_tests import seeds

pytestmark = needs_sandbox

EXAMPLES = Path(examples.__file__).parent


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One zygote for all."""
    with Zygote() as started:
        yield started


def graded(zygote: Zygote, path: Path, protocol: str) -> GradeSheet:
    rubric = starting_rubric(SubmissionProtocol(protocol))
    (one,) = submissions_in(path, rubric)
    return grade(one, rubric, zygote, seeds())


def lost(sheet: GradeSheet) -> dict[str, float]:
    return {item.id: item.lost for item in sheet.items if item.lost > 0.0}


@pytest.mark.parametrize(
    ("name", "protocol", "loses"),
    [
        ("sigma_pair_right", "pair", {}),
        ("sigma_pair_wrong", "pair", {"swish_prime": 2.0}),
        ("layer_affine_relu_right", "layers", {}),
        ("layer_affine_relu_wrong", "layers", {"affine_backward": 1.0}),
        ("layer_affine_relu_mask_wrong", "layers", {"relu_backward": 2.0}),
        ("softmax_classifier_right", "loss", {}),
        ("softmax_classifier_wrong", "loss", {"grads": 1.0}),
    ],
)
def test_it_loses_exactly_its_items(zygote: Zygote, name: str, protocol: str, loses: dict[str, float]) -> None:
    assert lost(graded(zygote, EXAMPLES / f"{name}.py", protocol)) == loses


LAYERS = (EXAMPLES / "layer_affine_relu_right.py").read_text()
LOSS = (EXAMPLES / "softmax_classifier_right.py").read_text()


@pytest.mark.parametrize(
    ("source", "protocol", "loses"),
    [
        # A forward pass that is wrong costs its own points; what goes back through it is right.
        (LAYERS.replace("x @ w + b", "x @ w + 2.0 * b"), "layers", {"affine_forward"}),
        (LOSS.replace("return data_loss + decay", "return data_loss"), "loss", {"loss"}),
        (LAYERS.replace("def relu_forward", "def relu_ahead"), "layers", {"relu_forward", "relu_backward"}),
        (LAYERS.replace("def affine_backward", "def affine_back"), "layers", {"affine_backward"}),
        # Who makes the function easy gets no derivative right by it.
        (
            LOSS.replace("return data_loss + decay, grads", "return 0.0, {k: 0.0 * v for k, v in grads.items()}"),
            "loss",
            {"loss", "grads"},
        ),
        (LOSS.replace("return data_loss + decay, grads", "return data_loss + decay"), "loss", {"loss", "grads"}),
    ],
)
def test_a_mistake_costs_once_and_no_function_is_chosen_for_its_derivative(
    zygote: Zygote, tmp_path: Path, source: str, protocol: str, loses: set[str]
) -> None:
    assert source not in (LAYERS, LOSS)
    assert set(lost(graded(zygote, written(tmp_path, source, "ada.py"), protocol))) == loses


COST = """
[assignment]
title = "A cost"
protocol = "pair"
reference = "right.py"
[functions.cost]
derivative = "gradient"
parameters = { w = [4], b = [1] }
data = { X = [6, 4], y = { shape = [6], draw = "labels", classes = 2 } }
[[item]]
id = "cost"
title = "The cost"
part = "function"
points = 1
[[item]]
id = "gradient"
title = "Its gradient"
part = "derivative"
partial = "blocks"
points = 2
"""

RIGHT_COST = """
import numpy as np


def cost(w, b, X, y):
    return 0.5 * np.mean((X @ w + b[0] - y) ** 2)


def gradient(w, b, X, y):
    error = (X @ w + b[0] - y) / len(y)
    return X.T @ error, np.array([error.sum()])
"""


@pytest.mark.parametrize(
    ("source", "loses"),
    [
        (RIGHT_COST, {}),
        (RIGHT_COST.replace("error.sum()", "error.mean()"), {"gradient": 1.0}),
        (RIGHT_COST.replace("np.mean(", "np.sum("), {"cost": 1.0}),
        (RIGHT_COST.replace("return X.T @ error, ", "return [X.T @ error], "), {"gradient": 2.0}),
    ],
)
def test_a_cost_of_several_arguments_and_its_gradient(
    zygote: Zygote, tmp_path: Path, source: str, loses: dict[str, float]
) -> None:
    written(tmp_path, RIGHT_COST, "right.py")
    rubric = load_rubric(written(tmp_path, COST, "rubric.toml"))
    (one,) = submissions_in(written(tmp_path, source, "ada.py"), rubric)
    assert lost(grade(one, rubric, zygote, seeds())) == loses


def test_who_grades_functions_waits_for_no_hypothesis() -> None:
    code = "import sys, gradcheck.grading.class_run, gradcheck.grading.engine; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
