"""check_network: right programs agree, each wrong one is told by its smallest network, and what is spent is counted exactly."""

from __future__ import annotations

import ast
import dataclasses
import functools
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck import (
    Batch,
    CheckResult,
    Declared,
    FaultKind,
    Options,
    Reason,
    Status,
    UsageError,
    UserCodeError,
    Verdict,
    check_network,
)
from gradcheck.network import ACTIVATIONS, COSTS, WeightDecay, custom
from gradcheck.results import EquationStatus
from gradcheck.subjects.network_class import NetworkSubject
from tests import student_networks_for_tests as students
from tests.results_for_tests import same
from tests.student_networks_for_tests import Array, Student

A, C = ACTIVATIONS, COSTS
SEED: Final = 1

DECAY = Declared(weight_decay=WeightDecay(l1=0.2, l2=0.3))
RELU_SOFTMAX = Declared((A["relu"], A["softmax"]), C["log_likelihood"])
SUM, MEAN = Declared(batch=Batch.SUM), Declared(batch=Batch.MEAN)


@functools.cache
def checked(make: type[Any], declared: Declared = Declared(), seed: int = SEED) -> CheckResult:  # noqa: B008 - frozen
    """Return the result for a program, checked once for all tests."""
    return check_network(make, declared=declared, options=Options(seed=seed))


def verdict_of(result: CheckResult, words: str) -> Verdict:
    """Return the verdict on the one part whose title ends so."""
    (part,) = (part for part in result.parts if part.title.endswith(words))
    return part.verdict


def names(result: CheckResult) -> list[str]:
    """Return the names of the parts, in their order."""
    return [part.part for part in result.parts]


BEFORE: Final = ["feedforward", "cost_derivative", "backprop", "BP1", "BP2", "BP3", "BP4"]


def last_line(result: CheckResult) -> str:
    """Return the first line of the counterexample: the sizes."""
    assert result.counterexample is not None
    return result.counterexample.splitlines()[0]


# --- right programs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "declared", "more"),
    [
        (Student, Declared(), ["update_mini_batch"]),
        (students.Flat, Declared(), ["update_mini_batch"]),
        (students.Tanh, Declared((A["tanh"],)), ["update_mini_batch"]),
        (students.ReluThenSoftmax, RELU_SOFTMAX, ["update_mini_batch"]),
        (students.ReluThenLinear, Declared((A["relu"], A["linear"])), ["update_mini_batch"]),
        (students.CrossEntropy, Declared(cost=C["cross_entropy"]), ["update_mini_batch"]),
        (students.Decay, DECAY, ["update_mini_batch"]),
        (students.WithDefaults, Declared(), ["update_mini_batch"]),
        (Student, SUM, ["backprop_of_columns", "update_mini_batch"]),
        (students.Mean, MEAN, ["backprop_of_columns", "update_mini_batch"]),
    ],
)
def test_right_programs_agree_in_every_part(make: type[Any], declared: Declared, more: list[str]) -> None:
    result = checked(make, declared)
    assert result.verdict is Verdict.AGREE, str(result)
    assert names(result) == [*BEFORE, *more]
    assert {part.verdict for part in result.parts} == {Verdict.AGREE}
    assert {one.status for one in result.equations} == {EquationStatus.HOLDS}
    assert (result.title, result.notes, result.counterexample, result.diagnosis) == (make.__name__, (), None, ())
    assert result.seed == SEED


@pytest.mark.parametrize(("make", "declared"), [(Student, MEAN), (students.Mean, SUM)])
def test_the_wrong_declaration_of_a_batch_disagrees_in_that_part(make: type[Any], declared: Declared) -> None:
    result = checked(make, declared)
    assert [part.verdict for part in result.parts[:8]] == [Verdict.AGREE] * 7 + [Verdict.DISAGREE]
    assert f"declared to return the {declared.batch.value}" in result.title
    assert result.counterexample is not None
    assert "x, y = np.array([[1.0, 1.0]])" in result.counterexample


@pytest.mark.parametrize(
    ("make", "declared"),
    [(students.Decay, Declared()), (Student, DECAY), (Student, Declared(cost=C["cross_entropy"]))],
)
def test_a_cost_declared_otherwise_than_the_gradient_disagrees(make: type[Any], declared: Declared) -> None:
    result = checked(make, declared)
    assert (verdict_of(result, "neurons (25)"), verdict_of(result, ": backprop")) == (Verdict.AGREE, Verdict.DISAGREE)


def test_a_factory_function_is_as_good_as_a_class() -> None:
    def make(sizes: list[int]) -> Student:
        return Student(sizes)

    result = check_network(make, options=Options(seed=SEED))
    assert (result.verdict, result.title) == (Verdict.AGREE, "make")


def test_a_class_without_feedforward_and_update_is_judged_on_backprop_with_notes() -> None:
    result = checked(students.WithoutExtras)
    assert result.verdict is Verdict.AGREE
    assert names(result) == BEFORE[2:]
    assert "there is no feedforward" in result.notes[0]
    assert "there is no update_mini_batch" in result.notes[1]


def test_a_wrong_class_without_feedforward_disagrees() -> None:
    class Wrong(students.WithoutExtras):
        def backprop(self, x: Array, y: Array) -> Any:
            nabla_b, nabla_w = super().backprop(x, y)
            return nabla_b, [-nw for nw in nabla_w]

    result = checked(Wrong)
    assert result.verdict is Verdict.DISAGREE
    assert result.worst is not None
    assert result.worst.block == "weights[0]"


def test_a_subject_brings_its_own_declaration() -> None:
    subject = NetworkSubject("mine", students.Tanh, Declared((A["tanh"],)))
    assert check_network(subject, options=Options(seed=SEED)).title == "mine"


# --- wrong programs -----------------------------------------------------------------------------------------------

WRONG: Final[list[tuple[type[Any], Declared, list[int], str]]] = [
    # program, declaration, smallest sizes on which it can fail, the block it fails in
    (students.NoSigmaPrimeAtTheOutput, Declared(), [1, 1], "biases[0]"),
    (students.NoSigmaPrimeInHiddenLayers, Declared(), [1, 1, 1], "biases[0]"),
    (students.SigmaPrimeFormula, Declared(), [1, 1], "biases[0]"),
    (students.CostDerivativeTwice, Declared(), [1, 1], "biases[0]"),
    (students.WeightedInputForActivation, Declared(), [1, 1, 1], "weights[1]"),
    (students.MeanOverTheNextLayer, Declared(), [1, 1, 2], "biases[0]"),
    (students.BiasSummedOverNeurons, Declared(), [1, 2], "biases[0]"),
    (students.BiasTimesActivation, Declared(), [1, 1], "biases[0]"),
    (students.LeftoverFactor, Declared(), [1, 1, 1], "weights[1]"),
    (students.ErrorOverwritesActivation, Declared(), [1, 1], "biases[0]"),
    (students.DecayOfBiases, DECAY, [1, 1], "biases[0]"),
    (students.TanhPrimeOfItsSquare, Declared((A["tanh"],)), [1, 1], "biases[0]"),
    (students.SoftmaxDiagonalOnly, RELU_SOFTMAX, [1, 1, 2], "weights[1]"),
]


@pytest.mark.parametrize(("make", "declared", "sizes", "block"), WRONG, ids=[wrong[0].__name__ for wrong in WRONG])
def test_wrong_numbers_disagree_on_the_smallest_network_that_shows_them(
    make: type[Any], declared: Declared, sizes: list[int], block: str
) -> None:
    result = checked(make, declared)
    assert result.verdict is Verdict.DISAGREE
    assert (verdict_of(result, "neurons (25)"), verdict_of(result, ": backprop")) == (Verdict.AGREE, Verdict.DISAGREE)
    assert last_line(result) == f"net = {make.__name__}({sizes})"
    assert result.faults == ()
    assert result.worst is not None
    assert result.worst.block == block
    assert abs(result.worst.claimed - result.worst.estimated) > 1e-3
    assert result.worst in result.wrong
    assert result.parameters == sum(n * (k + 1) for k, n in pairwise(sizes))


def test_a_weight_matrix_that_is_not_transposed_shows_only_where_it_is_square() -> None:
    result = checked(students.WeightsNotTransposed)
    assert result.verdict is Verdict.DISAGREE
    sizes = ast.literal_eval(last_line(result).partition("(")[2].rstrip(")"))
    assert any(a == b > 1 for a, b in pairwise(sizes[1:]))


FAULTY: Final[list[tuple[type[Any], FaultKind, list[int]]]] = [
    (students.SwappedOrder, FaultKind.SHAPE, [2, 1]),
    (students.Transposed, FaultKind.SHAPE, [2, 1]),
    (students.Integers, FaultKind.DTYPE, [1, 1]),
    (students.ReturnsNothing, FaultKind.STRUCTURE, [1, 1]),
    (students.NotANumber, FaultKind.NAN, [1, 1]),
    (students.Accumulates, FaultKind.ACCUMULATION, [1, 1]),
    (students.Stale, FaultKind.STALE, [1, 1]),
    (students.UpdatesWhileGoingBack, FaultKind.MUTATION, [1, 1, 1]),
    (students.ByChance, FaultKind.NONDETERMINISTIC, [1, 1]),
]


@pytest.mark.parametrize(("make", "kind", "sizes"), FAULTY, ids=[faulty[0].__name__ for faulty in FAULTY])
def test_a_broken_contract_disagrees_and_is_named(make: type[Any], kind: FaultKind, sizes: list[int]) -> None:
    result = checked(make)
    assert result.verdict is Verdict.DISAGREE
    assert result.faults[0].kind is kind
    assert last_line(result) == f"net = {make.__name__}({sizes})"


def test_mini_batches_are_not_judged_when_backprop_is_wrong() -> None:
    class WrongTwice(students.NoSigmaPrimeAtTheOutput):
        def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
            raise AssertionError("must not be called")

    result = checked(WrongTwice)
    assert result.title == "WrongTwice: backprop"
    assert any(note.startswith("mini-batches were not judged") for note in result.notes)


def test_mini_batches_are_judged_when_backprop_is_right() -> None:
    result = checked(students.UpdateWithoutMean)
    assert [part.verdict for part in result.parts] == [Verdict.AGREE] * 7 + [Verdict.DISAGREE]
    assert result.title == "UpdateWithoutMean: update_mini_batch"
    assert result.worst is not None
    assert result.worst.claimed == pytest.approx(2.0 * result.worst.estimated)  # the sum of two examples
    assert result.counterexample is not None
    assert "net.update_mini_batch([(np.array([[1.0]])" in result.counterexample


def test_one_examples_bias_shows_only_in_a_declared_batch() -> None:
    result = checked(students.OneExamplesBias, SUM)
    verdicts = [part.verdict for part in result.parts]  # the update goes through the examples one by one
    assert verdicts == [*[Verdict.AGREE] * 7, Verdict.DISAGREE, Verdict.AGREE]
    assert result.worst is not None
    assert result.worst.block == "biases[0]"


# --- the forward pass ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "fitting"),
    [(students.Tanh, "tanh"), (students.ReluThenLinear, "relu,linear"), (students.ReluThenSoftmax, "relu,softmax")],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_other_neurons_than_declared_are_named_first_with_what_fits(make: type[Any], fitting: str, seed: int) -> None:
    result = checked(make, Declared(), seed)
    assert result.verdict is Verdict.DISAGREE
    assert result.title.endswith("feedforward as that of sigmoid neurons (25)")
    assert f"; {fitting} fits it: if that is what you mean, say --activation {fitting}" in result.notes[0]
    assert result.counterexample is not None
    assert result.counterexample.splitlines()[-1].startswith("a = net.feedforward(")


def test_what_was_named_as_fitting_agrees_when_it_is_declared() -> None:
    assert checked(students.Tanh, Declared((A["tanh"],))).verdict is Verdict.AGREE
    assert checked(students.ReluThenLinear, Declared((A["relu"], A["linear"]))).verdict is Verdict.AGREE


def test_a_forward_pass_that_nothing_fits_says_so() -> None:
    class NoBias(Student):
        def feedforward(self, a: Array) -> Array:
            for w in self.weights:
                a = students.sigmoid(w @ a)
            return a

    result = checked(NoBias)
    assert result.parts[0].verdict is Verdict.DISAGREE
    assert result.worst is not None
    assert result.worst.block == "a^L"
    assert "no activation known here fits it" in result.notes[0]


# --- nothing to see -----------------------------------------------------------------------------------------------


def test_a_network_whose_output_never_moves_is_inconclusive_and_not_agreed() -> None:
    constant = custom("constant", lambda z: np.full(z.shape, 0.5), lambda z: np.zeros(z.shape))
    result = check_network(students.Constant, declared=Declared((constant,)), options=Options(seed=SEED))
    assert (verdict_of(result, "neurons (25)"), verdict_of(result, ": backprop")) == (
        Verdict.AGREE,
        Verdict.INCONCLUSIVE,
    )
    assert verdict_of(result, "(BP2) the error of a layer from that of the next") is Verdict.INCONCLUSIVE
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.VACUOUS)


def test_a_constant_forward_pass_under_sigmoids_is_no_agreement_either() -> None:
    result = checked(students.Constant)
    assert result.verdict is Verdict.DISAGREE
    assert result.parts[1].reason is Reason.VACUOUS


# --- errors -------------------------------------------------------------------------------------------------------


def test_code_that_raises_on_some_sizes_is_told_with_the_smallest_of_them() -> None:
    with pytest.raises(UserCodeError, match=r"IndexError: list index out of range .*sizes \[1, 1, 1, 1\]") as raised:
        checked(students.RaisesWhenDeep)
    assert isinstance(raised.value.__cause__, IndexError)


def test_a_feedforward_that_raises_on_some_sizes_is_told_with_the_smallest_of_them() -> None:
    with pytest.raises(UserCodeError, match=r"feedforward raised ZeroDivisionError.*sizes \[1, 1, 1\]") as raised:
        checked(students.RaisesInFeedforward)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_rows_against_columns_raise_at_the_first_layer_of_two() -> None:
    with pytest.raises(UserCodeError, match=r"sizes \[1, 2\]") as raised:
        checked(students.RowAgainstColumn)
    assert isinstance(raised.value.__cause__, ValueError)


# --- what it costs ------------------------------------------------------------------------------------------------


class Counter:
    """Counts the evaluations of a program's forward pass, independently of ours."""

    def __init__(self) -> None:
        self.calls = 0

    def of(self, make: type[Any]) -> Any:
        """Return a subclass that counts."""

        def feedforward(net: Any, a: Array) -> Array:
            self.calls += 1
            return np.asarray(make.feedforward(net, a))

        return type(make.__name__, (make,), {"feedforward": feedforward})


@pytest.mark.parametrize(
    ("make", "declared"),
    [
        (Student, Declared()),
        (students.NoSigmaPrimeAtTheOutput, Declared()),
        (students.NoSigmaPrimeInHiddenLayers, Declared()),
        (students.UpdateWithoutMean, Declared()),
        (students.OneExamplesBias, SUM),
        (students.ReluThenLinear, Declared()),
    ],
)
def test_every_forward_pass_is_counted_once(make: type[Any], declared: Declared) -> None:
    counter = Counter()
    shown: list[int] = []
    result = check_network(counter.of(make), declared=declared, options=Options(seed=SEED, progress=shown.append))
    # feedforward is called example by example, so that it counts passes times examples.
    assert result.example_passes == counter.calls
    assert result.forward_passes == len(shown) == sum(part.forward_passes for part in result.parts)
    assert shown == list(range(1, len(shown) + 1))


@pytest.mark.parametrize("budget", [1, 25, 60])
@pytest.mark.parametrize("make", [Student, students.NoSigmaPrimeInHiddenLayers, students.Tanh])
def test_a_budget_is_never_exceeded_and_never_agreed_upon(make: type[Any], budget: int) -> None:
    counter = Counter()
    result = check_network(counter.of(make), options=Options(seed=SEED, max_forward_passes=budget))
    assert result.forward_passes <= budget
    assert counter.calls == result.example_passes  # one example a pass up to here
    assert result.verdict is Verdict.DISAGREE or result.reason is Reason.BUDGET


def test_a_budget_that_is_enough_changes_nothing() -> None:
    free = checked(students.NoSigmaPrimeInHiddenLayers)
    options = Options(seed=SEED, max_forward_passes=free.forward_passes)
    enough = check_network(students.NoSigmaPrimeInHiddenLayers, options=options)
    assert dataclasses.replace(enough, parts=()) == dataclasses.replace(free, parts=())


def test_a_budget_that_ends_after_the_smallest_network_was_found_still_shows_it() -> None:
    make = students.NoSigmaPrimeInHiddenLayers
    free = checked(make)
    budget = free.forward_passes // 2  # the search takes less than a third, what is told beside it more than a third
    result = check_network(make, options=Options(seed=SEED, max_forward_passes=budget))
    assert "forward passes ran out before all was known about it" in result.notes[0]
    assert result.verdict is Verdict.DISAGREE
    assert result.counterexample == free.counterexample
    assert result.forward_passes == budget


# --- reproducible, and leaves nothing behind ----------------------------------------------------------------------


@pytest.mark.parametrize("make", [Student, students.MeanOverTheNextLayer])
def test_the_same_seed_gives_the_same_result(make: type[Any]) -> None:
    assert same(check_network(make, options=Options(seed=SEED)), checked(make))


def test_another_seed_draws_other_networks() -> None:
    assert checked(Student, seed=2).forward_passes != checked(Student).forward_passes


def test_without_a_seed_a_new_one_is_drawn_and_shown() -> None:
    result = check_network(students.SwappedOrder)
    assert f"Options(seed={result.seed})" in result.reproduce
    again = check_network(students.SwappedOrder, options=Options(seed=result.seed))
    assert same(again, result)


def test_numpys_global_random_state_is_left_as_it_was() -> None:
    before = np.random.get_state()  # noqa: NPY002 - it is what is tested
    check_network(students.SwappedOrder, options=Options(seed=SEED))
    after = np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    assert np.array_equal(before[1], after[1])
    assert before[2:] == after[2:]


@settings(deadline=None, max_examples=3)
@given(st.integers(0, 2**31))
def test_it_works_inside_a_property_based_test(seed: int) -> None:
    assert check_network(students.SwappedOrder, options=Options(seed=seed)).verdict is Verdict.DISAGREE


def test_nothing_is_left_in_the_current_folder_and_nothing_is_printed(tmp_path: Path) -> None:
    program = (
        "import warnings; warnings.simplefilter('error')\n"
        "from gradcheck import Options, check_network\n"
        "from gradcheck.examples import network_bp2_no_sigma_prime_wrong, network_right\n"
        "assert check_network(network_right.Network, options=Options(seed=0)).verdict.name == 'AGREE'\n"
        "wrong = check_network(network_bp2_no_sigma_prime_wrong.Network, options=Options(seed=0))\n"
        "assert wrong.verdict.name == 'DISAGREE'\n"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1", "HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_result_survives_a_round_trip_and_its_blocks_are_those_of_the_smallest_network() -> None:
    result = checked(students.LeftoverFactor)
    assert CheckResult.from_dict(result.as_dict()) == result
    statuses = {block.name: block.status for block in result.blocks}
    assert statuses["weights[1]"] is Status.DISAGREE
    assert statuses["weights[0]"] is Status.AGREE


def test_a_class_that_cannot_be_used_is_refused_before_anything_is_measured() -> None:
    class NoWeights:
        def __init__(self, sizes: list[int]) -> None:
            self.biases: list[Array] = []

    with pytest.raises(UsageError, match="NoWeights has no weights and no backprop"):
        check_network(NoWeights)


# --- programs that keep to the chapter but not quite -----------------------------------------------------------------


class UpdateWithDecay(Student):
    """The signature of a later chapter's program."""

    def update_mini_batch(self, mini_batch: Any, eta: float, lmbda: float, n: int) -> None:
        raise NotImplementedError


class RowOutput(Student):
    """A forward pass that returns a row for a column."""

    def feedforward(self, a: Array) -> Array:
        return super().feedforward(a).T


def test_an_update_with_other_arguments_is_not_called_and_said_not_to_be() -> None:
    result = checked(UpdateWithDecay)
    assert result.verdict is Verdict.AGREE
    assert names(result) == BEFORE
    assert any("update_mini_batch was not judged" in note for note in result.notes)


def test_an_output_of_another_shape_is_the_forward_passs_fault_and_said_with_both_shapes() -> None:
    result = checked(RowOutput)
    assert result.verdict is Verdict.DISAGREE
    assert "feedforward" in result.title
    assert len(result.parts) == 1
    assert result.faults[0].sentence == "feedforward returned shape (1, 2) for one example: (2, 1) is required"
    assert "backprop was not judged" in " ".join(result.notes)


def test_a_batch_of_columns_cannot_be_declared_of_flat_vectors() -> None:
    with pytest.raises(UsageError, match=r"biases of shape \(n,\): columns need"):
        check_network(students.Flat, declared=SUM)


# --- programs that a wrong check would let through -------------------------------------------------------------------


class ForgetsEta(Student):
    """A step that leaves out the learning rate."""

    def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
        super().update_mini_batch(mini_batch, 1.0)


class WrongFromFiveLayersOn(Student):
    """A loop that ends at the fourth layer."""

    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b, nabla_w = super().backprop(x, y)
        for layer in range(len(nabla_w) - 3):
            nabla_w[layer] = 0.0 * nabla_w[layer]
        return nabla_b, nabla_w


class SinglePrecision(Student):
    """A right gradient, handed back in float32."""

    def backprop(self, x: Array, y: Array) -> Any:
        return tuple([np.asarray(leaf, dtype=np.float32) for leaf in layers] for layers in super().backprop(x, y))


class NoReturn(Student):
    """A forward pass that forgets to return."""

    def feedforward(self, a: Array) -> Any:
        super().feedforward(a)


class Fixed(Student):
    """Weights that can be set once."""

    @property
    def weights(self) -> Any:
        return self.kept

    @weights.setter
    def weights(self, values: Any) -> None:
        if hasattr(self, "kept"):
            raise AttributeError("no setter")
        self.kept = values


class Dropout(Student):
    """A forward pass that answers by chance."""

    generator = np.random.default_rng(0)

    def feedforward(self, a: Array) -> Array:
        return super().feedforward(a) * self.generator.uniform(0.5, 1.0)


def test_a_step_without_eta_disagrees() -> None:
    result = checked(ForgetsEta)
    assert result.verdict is Verdict.DISAGREE
    assert "update_mini_batch" in result.title


def test_a_mistake_that_starts_at_five_layers_is_found() -> None:
    assert checked(WrongFromFiveLayersOn).verdict is Verdict.DISAGREE


def test_a_right_gradient_in_single_precision_agrees_in_its_step_too() -> None:
    result = checked(SinglePrecision)
    assert result.verdict is Verdict.AGREE
    assert names(result) == [*BEFORE, "update_mini_batch"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (NoReturn, "feedforward returned None: an array of real numbers"),
        (Fixed, "does not let its weights and biases be set"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(make: type[Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        check_network(make, options=Options(seed=SEED))


def test_a_forward_pass_by_chance_is_nondeterministic_and_not_a_wrong_gradient() -> None:
    result = check_network(Dropout, options=Options(seed=SEED))
    assert result.parts[0].reason is Reason.NONDETERMINISTIC
    assert result.verdict is Verdict.INCONCLUSIVE


class RaisesOnce(Student):
    """A right backprop that raised once, by chance: in the second call, the first one at the point itself."""

    calls = 0

    def backprop(self, x: Array, y: Array) -> Any:
        RaisesOnce.calls += 1
        if RaisesOnce.calls == 2:
            raise RuntimeError("by chance")
        return super().backprop(x, y)


def test_an_exception_by_chance_is_no_wrong_gradient() -> None:
    result = check_network(RaisesOnce, options=Options(seed=SEED))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.NONDETERMINISTIC)
