"""`gradcheck sweep`: right programs agree, a single wrong weight is named, and a forward pass that is another's stops it."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from gradcheck.checks.every_weight import check_every_weight
from gradcheck.checks.swept_case import drawn_case
from gradcheck.cli import main
from gradcheck.errors import UsageError
from gradcheck.examples.network_right import Network as Right
from gradcheck.network.activations import RELU, SOFTMAX
from gradcheck.network.costs import LOG_LIKELIHOOD
from gradcheck.results import Status, Verdict
from gradcheck.subjects.network_class import Declared, NetworkSubject
from gradcheck.sweep import Difference, Form, SweepSettings

SIZES = (7, 5, 4, 3)
EXAMPLES = "gradcheck.examples"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["sweep", *words])


class OneWrong(Right):
    """The gradient of one weight or bias is a millionth too large."""

    place: tuple[int, int, tuple[int, int]] = (1, 1, (2, 3))

    def backprop(self, x, y):  # type: ignore[no-untyped-def]
        gradient = [list(layers) for layers in super().backprop(x, y)]
        kind, layer, index = self.place
        gradient[kind][layer] = np.array(gradient[kind][layer])
        gradient[kind][layer][index] *= 1 + 1e-6
        return tuple(gradient)


@pytest.mark.parametrize("form", Form)
def test_a_right_backprop_agrees_in_every_component(form: Form) -> None:
    settings = SweepSettings(form=form)
    result = check_every_weight(NetworkSubject("Network", Right), drawn_case(Declared(), SIZES, 3, seed=1), settings)
    assert result.verdict is Verdict.AGREE
    assert [block.components_measured for block in result.blocks] == [5, 4, 3, 35, 20, 12]
    assert (result.forward_passes, result.example_passes, result.gradient_calls) == (
        10,
        28,
        4,
    )  # one of one example; a second call


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((1, 0, (4, 6)), "weights[0][4, 6]"),
        ((1, 1, (2, 3)), "weights[1][2, 3]"),
        ((1, 2, (0, 0)), "weights[2][0, 0]"),
        ((0, 0, (3, 0)), "biases[0][3, 0]"),
    ],
)
def test_the_one_wrong_component_is_named_and_no_other(place: tuple[int, int, tuple[int, int]], name: str) -> None:
    program = type("Network", (OneWrong,), {"place": place})
    result = check_every_weight(
        NetworkSubject("Network", program), drawn_case(Declared(), SIZES, 1, seed=0), SweepSettings()
    )
    assert result.verdict is Verdict.DISAGREE
    assert [component.name for component in result.wrong] == [name]


def test_a_claim_that_is_no_gradient_is_a_fault() -> None:
    program = type("Network", (Right,), {"backprop": lambda self, x, y: None})
    result = check_every_weight(
        NetworkSubject("Network", program), drawn_case(Declared(), SIZES, 1, seed=0), SweepSettings()
    )
    assert result.verdict is Verdict.DISAGREE
    assert "None" in result.faults[0].sentence


def test_noise_that_hides_a_gradient_is_inconclusive() -> None:
    settings = SweepSettings(form=Form.Z, difference=Difference.FORWARD, step=1e-14)
    result = check_every_weight(NetworkSubject("Network", Right), drawn_case(Declared(), SIZES, 1, seed=0), settings)
    assert result.verdict is Verdict.INCONCLUSIVE


def test_dead_units_are_vacuous() -> None:
    declared = Declared((RELU, SOFTMAX), LOG_LIKELIHOOD)
    case = drawn_case(declared, (3, 2, 2), 1, seed=0)
    dead = case.network.with_parameters(case.network.weights, [np.full((2, 1), -9.0), case.network.biases[1]])
    zeros = [np.zeros_like(w) for w in dead.weights], [np.zeros_like(b) for b in dead.biases]

    class Dead:
        def __init__(self, sizes: list[int]) -> None:
            self.weights = [np.zeros((n, k)) for k, n in pairwise(sizes)]
            self.biases = [np.zeros((n, 1)) for n in sizes[1:]]

        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            z = self.biases[1]
            delta = np.exp(z) / np.exp(z).sum() - y
            return [zeros[1][0], delta], [zeros[0][0], delta @ np.zeros((1, 2))]

    changed = type(case)(dead, case.x, case.y)
    result = check_every_weight(NetworkSubject("Dead", Dead, declared), changed, SweepSettings())
    assert [block.status for block in result.blocks] == [Status.VACUOUS, Status.AGREE, Status.VACUOUS, Status.VACUOUS]
    assert result.verdict is Verdict.AGREE


def test_activations_that_do_not_fit_the_sizes_are_misuse() -> None:
    with pytest.raises(UsageError, match="2 activations"):
        drawn_case(Declared((RELU, SOFTMAX), LOG_LIKELIHOOD), SIZES, 1, seed=0)


def test_the_command_agrees_and_says_what_it_did() -> None:
    done = run(f"{EXAMPLES}.network_right", "--sizes", "7,5,3", "--seed", "2")
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"AGREE  {EXAMPLES}.network_right: Network: every weight and bias of [7, 5, 3]")
    assert "116 costs were asked for" in " ".join(done.output.split())
    assert "--sizes 7,5,3 --form delta --examples 1 --seed 2" in done.output
    assert "every component was measured" in " ".join(done.output.split())


@pytest.mark.parametrize("form", ["z", "delta"])
def test_the_command_names_what_is_wrong(form: str) -> None:
    done = run(f"{EXAMPLES}.network_bp2_no_sigma_prime_wrong", "--sizes", "7,5,3", "--form", form)
    assert done.exit_code == 1, done.output
    assert "Wrong components, worst first:" in done.output
    assert "weights[0][" in done.output
    assert "biases[1]   (3, 1)  AGREE" in done.output


def test_a_forward_pass_that_is_not_the_declared_one_is_misuse() -> None:
    done = run(f"{EXAMPLES}.network_tanh_right", "--sizes", "7,5,3", "--activation", "sigmoid")
    assert done.exit_code == 2
    assert "not that of the network that was declared" in done.output


def test_what_is_no_network_is_misuse() -> None:
    done = run(f"{EXAMPLES}.sigma_pair_right", "--sizes", "7,5,3")
    assert done.exit_code == 2
    assert "a class with weights, biases and backprop is required" in done.output


@pytest.mark.parametrize("sizes", ["7", "7,0", "7,x", ""])
def test_sizes_that_are_no_network_are_misuse(sizes: str) -> None:
    done = run("--sizes", sizes)
    assert done.exit_code == 2
    assert "is no network" in done.output


def test_code_that_raises_is_told_as_the_users(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        textwrap.dedent(
            """
            from gradcheck.examples.network_right import Network as Right

            class Network(Right):
                def backprop(self, x, y):
                    raise ZeroDivisionError("by me")
            """
        )
    )
    done = run(str(file), "--sizes", "7,5,3")
    assert done.exit_code == 4
    assert "by me" in done.output


def test_without_a_target_the_reference_network_is_swept() -> None:
    done = run("--sizes", "7,5,3", "--activation", "gelu,sigmoid", "--examples", "2")
    assert done.exit_code == 0, done.output
    assert "the reference network [7, 5, 3]: 116 costs asked for, 2 examples each" in done.output
    assert "layer 2: gelu" in done.output


def test_ctrl_c_ends_it_with_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gradcheck.sweep.every_cost.assembled", interrupted)
    done = run("--sizes", "7,5,3")
    assert done.exit_code == 130
    assert "nothing is reported" in done.output


@pytest.mark.parametrize("bias", [20.0, 30.0, 36.0])
def test_a_right_program_is_not_called_wrong_for_a_times_one_minus_a_near_one(bias: float) -> None:
    case = drawn_case(Declared(), SIZES, 1, seed=0)
    biases = [np.full_like(b, bias) if i == 1 else b for i, b in enumerate(case.network.biases)]
    saturated = type(case)(case.network.with_parameters(case.network.weights, biases), case.x, case.y)
    result = check_every_weight(NetworkSubject("Network", Right), saturated, SweepSettings())
    assert result.verdict is not Verdict.DISAGREE


def test_a_right_program_of_single_precision_is_not_called_wrong() -> None:
    class Single(Right):
        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            kept = self.weights, self.biases
            self.weights = [w.astype(np.float32) for w in self.weights]
            self.biases = [b.astype(np.float32) for b in self.biases]
            found = super().backprop(x.astype(np.float32), y.astype(np.float32))
            self.weights, self.biases = kept
            return tuple([leaf.astype(np.float32) for leaf in layers] for layers in found)

    case = drawn_case(Declared(), (30, 20, 5), 1, seed=0)
    rounded = type(case)(
        case.network.with_parameters(
            [w.astype(np.float32).astype(float) for w in case.network.weights],
            [b.astype(np.float32).astype(float) for b in case.network.biases],
        ),
        case.x.astype(np.float32).astype(float),
        case.y,
    )
    result = check_every_weight(NetworkSubject("Network", Single), rounded, SweepSettings())
    assert result.verdict is Verdict.AGREE
    assert max(block.digits or 0.0 for block in result.blocks) < 7
