"""The pictures one by one: what is drawn is what the result holds, and the words beside it say the same."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import gradcheck
from gradcheck.reporting.plots.compared import compared_picture
from gradcheck.reporting.plots.equations import equations_picture
from gradcheck.reporting.plots.matrices import matrix_pictures
from gradcheck.reporting.plots.remainder import remainder_picture
from gradcheck.reporting.plots.steps import steps_picture
from gradcheck.reporting.plots.stillness import stillness_picture
from gradcheck.results import (
    BlockResult,
    CheckResult,
    EquationStatus,
    Matrix,
    Status,
    StepErrors,
    StepStudy,
    Verdict,
    WeightGradient,
)
from tests.golden.pieces import MANY_WRONG
from tests.html.pages_for_tests import agreeing_result, components, equation, study, wrong_network

WRONG = wrong_network()


def texts(figure: Any) -> list[str]:
    """Return all words of a figure."""
    found = [text.get_text() for text in figure.texts]
    for axes in figure.get_axes():
        found += [text.get_text() for text in axes.texts]
    return found


def test_each_equation_is_drawn_in_its_layer_with_its_status_in_words_and_in_a_pattern() -> None:
    figure = gradcheck.plot_equations(WRONG)
    (axes,) = figure.get_axes()
    at = {(round(text.get_position()[0], 1), round(text.get_position()[1], 1)): text.get_text() for text in axes.texts}
    words = list(at.values())
    assert words.count("ok") == 3 and words.count("WRONG") == 1 and words.count("carried") == 2
    hatches = [patch.get_hatch() for patch in axes.patches if patch.get_hatch()]
    assert sorted(hatches) == ["///", "///", "xxx"]
    by_row = sorted({text.get_position()[1] for text in axes.texts if text.get_text() in ("BP1", "BP2")})
    assert len(by_row) == 2  # the output layer is above
    (first,) = (text.get_position()[1] for text in axes.texts if text.get_text() == "BP1")
    assert first == by_row[1]
    circles = [patch for patch in axes.patches if type(patch).__name__ == "Circle"]
    assert len(circles) == 2 + 3 + 1


def test_of_a_wide_layer_some_neurons_are_drawn_and_all_are_counted() -> None:
    wide = dataclasses.replace(equation("BP1", 2, EquationStatus.HOLDS), sizes=(784, 10))
    figure = gradcheck.plot_equations(CheckResult("Network", Verdict.AGREE, equations=(wide,)))
    assert "1 (input), 784 neurons" in texts(figure)
    circles = [patch for patch in figure.get_axes()[0].patches if type(patch).__name__ == "Circle"]
    assert len(circles) == 14


def test_equations_that_are_all_carried_are_not_called_right() -> None:
    carried = equation("BP1", 3, EquationStatus.CARRIED)
    picture = equations_picture(CheckResult("Network", Verdict.DISAGREE, equations=(carried,)))
    assert picture is not None and "wrong already" in picture.verdict


def test_a_wrong_matrix_is_drawn_beside_the_right_one_and_their_difference() -> None:
    figure = gradcheck.plot_matrices(WRONG)
    assert [text.get_text() for text in figure.texts] == ["claimed", "right", "claimed - right"]
    claimed, _, difference = figure.get_axes()
    signs = [text.get_text() for text in claimed.texts]
    assert signs == ["+", "+", "-", "+", "+"]  # 2, 1, -1, 0, 3, 0.5
    assert len(difference.patches) == 6
    (picture,) = matrix_pictures(WRONG)
    assert picture.verdict == "They differ most at [2, 0]: claimed 3.00000, right 0."
    assert picture.table is not None
    assert picture.table.rows[2].cells == ("row [2]", "3", "0.5")


def test_of_a_matrix_of_another_shape_no_difference_is_drawn_and_both_shapes_are_told() -> None:
    one = WeightGradient(Matrix(1, 2, (1.0, 2.0)), Matrix(2, 1, (1.0, 2.0)))
    broken = equation("BP4", 3, EquationStatus.BROKEN, weights=one)
    (picture,) = matrix_pictures(CheckResult("Network", Verdict.DISAGREE, equations=(broken,)))
    assert "a matrix of 1 by 2" in picture.words and "one of 2 by 1" in picture.words
    assert [text.get_text() for text in picture.figure().texts] == ["claimed", "right"]


def test_a_matrix_with_a_nan_in_it_is_drawn_and_named() -> None:
    one = WeightGradient(Matrix(1, 2, (1.0, math.nan)), Matrix(1, 2, (1.0, 2.0)))
    broken = equation("BP4", 3, EquationStatus.BROKEN, weights=one)
    (picture,) = matrix_pictures(CheckResult("Network", Verdict.DISAGREE, equations=(broken,)))
    assert "[1]: claimed nan" in picture.verdict
    assert "xxx" in [patch.get_hatch() for patch in picture.figure().get_axes()[0].patches]


def test_without_equations_the_matrix_is_that_of_a_block_whose_components_were_all_measured() -> None:
    result = dataclasses.replace(WRONG, equations=())
    (picture,) = matrix_pictures(result)
    assert picture.heading.startswith("w, ")
    assert not matrix_pictures(dataclasses.replace(result, measured=result.measured[:2]))


def test_a_wrong_component_is_a_cross_with_its_name_and_a_right_one_a_circle() -> None:
    figure = gradcheck.plot_claimed_against_estimated(WRONG)
    (axes,) = figure.get_axes()
    assert [text.get_text() for text in axes.texts] == ["w[2]", "w[0]"]
    right, wrong = (container[0] for container in axes.containers)
    assert (right.get_marker(), wrong.get_marker()) == ("o", "X")
    assert wrong.get_xydata().tolist() == [[0.7312345, 1.5], [0.4187654, 2.0]]
    assert right.get_xydata().tolist() == [[-0.2298765, -0.2298765]]
    (bars,) = axes.containers[1][2]
    assert bars.get_segments()[0][:, 0] == pytest.approx([0.7312345 - 1e-9, 0.7312345 + 1e-9])
    picture = compared_picture(WRONG)
    assert picture is not None and picture.verdict.startswith("2 of 3 lie off the line")


def test_where_no_component_was_measured_blocks_are_compared() -> None:
    picture = compared_picture(agreeing_result())
    assert picture is not None and picture.table is not None
    assert [row.cells[0] for row in picture.table.rows] == ["w1"]
    assert picture.verdict == ""


def test_many_wrong_components_are_counted_where_they_are_not_named() -> None:
    result = CheckResult("gradient", Verdict.DISAGREE, wrong=MANY_WRONG)
    assert texts(gradcheck.plot_claimed_against_estimated(result))[-1] == "and 2 more"


def test_what_is_nan_is_no_point() -> None:
    (one, *_) = components((math.nan, 1.0, 1.0))
    assert compared_picture(CheckResult("gradient", Verdict.DISAGREE, wrong=(one,))) is None


def test_the_price_stands_beside_p_plus_1_and_2p() -> None:
    figure = gradcheck.plot_price(agreeing_result())
    (axes,) = figure.get_axes()
    assert axes.get_xscale() == "log"
    assert [bar.get_width() for bar in axes.patches] == [81, 23_521, 47_040]
    assert texts(figure) == ["81", "23,521", "47,040"]


def test_the_steps_are_drawn_with_noise_truncation_the_step_chosen_and_what_the_claim_is_off_by() -> None:
    figure = gradcheck.plot_steps(WRONG)
    (axes,) = figure.get_axes()
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert {"(46)", "central", "extrapolated", "noise / step", "truncation", "chosen"} <= set(lines)
    assert lines["chosen"].get_xydata().tolist() == [[1e-3, 1e-13]]
    assert lines["your gradient is off by"].get_ydata()[0] == 0.5
    steps, truncation = lines["truncation"].get_data()
    assert truncation[-1] / steps[-1] == pytest.approx(0.5, rel=1e-3)  # C'' / 2
    noise = lines["noise / step"].get_ydata()
    assert noise[0] * steps[0] == pytest.approx(1e-16)
    picture = steps_picture(WRONG)
    assert picture is not None and "Your gradient is off by 5.0e-01" in picture.verdict
    right = steps_picture(agreeing_result())
    assert right is not None and right.verdict == ""


@pytest.mark.parametrize(
    ("claimed", "verdict", "words"),
    [
        (1.0, Verdict.AGREE, "slope 2.0: right."),
        (1.5, Verdict.DISAGREE, "slope 1.0: the gradient is wrong along this direction."),
        (1.0, Verdict.DISAGREE, "slope 2.0: right along this direction."),
        (1.5, Verdict.INCONCLUSIVE, "slope 1.0: the gradient is wrong along this direction, or the cost has a kink"),
        (1.5, Verdict.AGREE, "slope 1.0: this picture alone does not tell"),
    ],
)
def test_the_slope_of_the_remainder_is_told_in_words(claimed: float, verdict: Verdict, words: str) -> None:
    picture = remainder_picture(CheckResult("gradient", verdict, steps=study(claimed)))
    assert picture is not None and picture.verdict.startswith(words)


def test_a_straight_cost_has_no_remainder_to_draw() -> None:
    steps = tuple(StepErrors(3.0**-n, plain=1e-16, remainder=1e-17) for n in range(28))
    result = CheckResult("gradient", Verdict.AGREE, steps=StepStudy("w", steps, 1.0, 1.0, noise=1e-16))
    assert remainder_picture(result) is None
    with pytest.raises(ValueError, match="there is nothing to draw"):
        gradcheck.plot_remainder(result)


def test_what_learns_nothing_is_hatched_and_named() -> None:
    figure = gradcheck.plot_stillness(WRONG)
    (axes,) = figure.get_axes()
    assert [patch.get_hatch() for patch in axes.patches] == ["////", None, "////", None]
    shades = [patch.get_facecolor()[3] for patch in axes.patches]
    assert shades[1] > shades[3] > 0.0  # 1e5 and 20 times what could be seen
    picture = stillness_picture(WRONG)
    assert picture is not None and picture.verdict == "b: 2 of 4 components, [0] and [2]."
    sizes = Matrix(2, 2, (0.0, 5.0, math.nan, 7.0))
    both = CheckResult("g", Verdict.AGREE, blocks=(BlockResult("w", (2, 2), Status.AGREE, sizes=sizes),))
    picture = stillness_picture(both)
    assert picture is not None and picture.verdict == "w: 2 of 4 components, all of column [0]."


@pytest.mark.parametrize(
    "plot",
    [
        gradcheck.plot_equations,
        gradcheck.plot_matrices,
        gradcheck.plot_claimed_against_estimated,
        gradcheck.plot_price,
        gradcheck.plot_steps,
        gradcheck.plot_remainder,
        gradcheck.plot_stillness,
    ],
)
def test_a_result_without_the_numbers_says_what_it_lacks(plot: Callable[[CheckResult], Any]) -> None:
    with pytest.raises(ValueError, match="there is nothing to draw: "):
        plot(CheckResult("gradient", Verdict.AGREE))


def test_a_name_with_dollars_in_it_is_no_formula() -> None:
    named = dataclasses.replace(WRONG.wrong[0], block=r"$\frac{$")
    figure = gradcheck.plot_claimed_against_estimated(dataclasses.replace(WRONG, wrong=(named,), measured=(named,)))
    figure.canvas.draw()
    assert r"$\frac{$[0]" in texts(figure)


def test_pyplot_is_never_imported_nor_anything_of_matplotlib_before_a_picture_is_drawn() -> None:
    code = (
        "import sys, gradcheck, gradcheck.reporting.plots, gradcheck.reporting.html.pages;"
        "before = {name.split('.')[0] for name in sys.modules};"
        "from gradcheck.results import CheckResult, Verdict;"
        "gradcheck.plot_price(CheckResult('g', Verdict.AGREE, parameters=2, forward_passes=2));"
        "print(sorted(before & {'matplotlib', 'jinja2'}), 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"
