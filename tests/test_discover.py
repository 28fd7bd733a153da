"""What a file offers: every shape that is looked for, what is not the file's own, and what is said when there is nothing."""

from __future__ import annotations

import importlib
import sys
import textwrap
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gradcheck import Batch, Options, UsageError, Verdict
from gradcheck.checks.dispatch import check_subject
from gradcheck.checks.examples import example_names
from gradcheck.errors import LoadError
from gradcheck.subjects.discover import Found, declared_in, discover, named
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.layers import LayerSubject
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.protocol import GradientSubject
from gradcheck.subjects.spec import SubjectSpec

LAYERS = ["affine_forward with affine_backward", "relu_forward with relu_backward"]

NETWORK = """
class Network:
    def __init__(self, sizes):
        self.weights = [np.ones((n, k)) for k, n in zip(sizes, sizes[1:])]
        self.biases = [np.ones((n, 1)) for n in sizes[1:]]
    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a
    def backprop(self, x, y):
        return self.biases, self.weights
"""
SIGMA = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))
"""
COST = """
def cost(w):
    return np.sum(w**2)
def gradient(w):
    return 2 * w
w = np.array([1.0, 2.0])
"""
LOSS = """
def hinge_loss(params, X):
    return np.sum(params * X), X
params, X = np.array([1.0]), np.array([2.0])
"""
LAYER = """
def double_forward(x):
    return 2 * x
def double_backward(dout):
    return 2 * dout
x = np.ones(3)
"""


def module_of(*sources: str, name: str = "their_file") -> ModuleType:
    """Return a module made of this source."""
    module = ModuleType(name)
    exec("import numpy as np\n" + "".join(map(textwrap.dedent, sources)), vars(module))
    return module


def found_in(module: ModuleType, **said: Any) -> list[Found]:
    """Return what is found."""
    return list(discover(module, SubjectSpec("their_file.py", **said), np.random.default_rng(0)))


def words(module: ModuleType, **said: Any) -> list[str]:
    """Return what it was taken for."""
    return [found.words for found in found_in(module, **said)]


def by_name(module: ModuleType, *names: str, **said: Any) -> Found:
    """Return what names stand for."""
    target = f"their_file.py:{','.join(names)}"
    return named(module, names, SubjectSpec(target, **said), np.random.default_rng(0))


def verdict(found: Found) -> Verdict:
    """Return the verdict on what was found."""
    return check_subject(found.subject, Options(seed=0)).verdict


@pytest.mark.parametrize("name", example_names())
def test_every_shipped_example_is_taken_for_what_it_is(name: str) -> None:
    expected = {
        "cost": ["cost with gradient"],
        "layer": LAYERS,
        "network": ["the class Network, with backprop"],
        "sigma": ["softplus with its derivative softplus_prime", "swish with its derivative swish_prime"],
        "softmax": ["loss, which returns (loss, gradient)"],
    }
    assert words(importlib.import_module(f"gradcheck.examples.{name}")) == expected[name.split("_")[0]]


def test_a_file_with_several_subjects_gives_all_of_them_classes_first() -> None:
    module = module_of(LOSS, LAYER, SIGMA, NETWORK, COST, name="several")
    # A loss beside cost and gradient may be wrong by itself: it is checked too.
    assert words(module) == [
        "the class Network, with backprop",
        "double_forward with double_backward",
        "cost with gradient",
        "hinge_loss, which returns (loss, gradient)",
    ]
    kinds = [type(found.subject) for found in found_in(module)]
    assert kinds == [NetworkSubject, LayerSubject, GradientSubject, GradientSubject]


def test_sigma_pairs_are_subjects_only_where_no_class_uses_them() -> None:
    assert words(module_of(SIGMA)) == ["sigmoid with its derivative sigmoid_prime"]
    found = found_in(module_of(SIGMA, NETWORK))
    assert [f.words for f in found] == ["the class Network, with backprop"]
    assert isinstance(found[0].subject, NetworkSubject)
    assert isinstance(found[0].subject.sigma, SigmaSubject)
    assert found[0].subject.sigma.name == "sigmoid_prime"


@pytest.mark.parametrize("ending", ["prime", "derivative", "deriv"])
def test_each_way_to_call_a_derivative_is_known(ending: str) -> None:
    module = module_of(f"def f(z):\n    return z**2\ndef f_{ending}(z):\n    return 2 * z\n")
    assert words(module) == [f"f with its derivative f_{ending}"]
    assert verdict(found_in(module)[0]) is Verdict.AGREE


def test_what_is_found_can_be_checked() -> None:
    assert [verdict(found) for found in found_in(module_of(LAYER, COST))] == [Verdict.AGREE, Verdict.AGREE]
    assert [verdict(found) for found in found_in(module_of(LOSS))] == [Verdict.AGREE]
    assert verdict(found_in(module_of(COST.replace("2 * w", "3 * w")))[0]) is Verdict.DISAGREE


@pytest.mark.parametrize("name", ["loss", "svm_loss", "total_cost", "loss_and_gradient", "loss_and_grads"])
def test_functions_called_like_a_loss_are_taken_for_one(name: str) -> None:
    assert words(module_of(LOSS.replace("hinge_loss", name))) == [f"{name}, which returns (loss, gradient)"]


def test_a_loss_without_its_arguments_says_how_to_give_them() -> None:
    module = module_of(LOSS.replace("params, X = ", "unused, unused_too = "))
    with pytest.raises(UsageError, match=r"hinge_loss\(params, X\) needs a value for params: .*--shape params=4x3"):
        discover(module, SubjectSpec("their_file.py"), np.random.default_rng(0))
    said = {"shapes": (("params", (2, 2)), ("X", (2, 2)))}
    assert [verdict(found) for found in found_in(module, **said)] == [Verdict.AGREE]


def test_names_that_were_imported_are_not_the_files_own(monkeypatch: pytest.MonkeyPatch) -> None:
    library = module_of(NETWORK, SIGMA, COST, LOSS, LAYER, name="library_of_others")
    monkeypatch.setitem(sys.modules, "library_of_others", library)
    module = module_of("from library_of_others import *\nfrom library_of_others import Network\nscale = 3.0\n")
    with pytest.raises(UsageError, match=r"has nothing to check: .* it defines nothing"):
        discover(module, SubjectSpec("their_file.py"), np.random.default_rng(0))
    own = module_of("from library_of_others import Network, sigmoid, sigmoid_prime\n", COST)
    assert words(own) == ["cost with gradient"]


def test_private_names_are_left_alone() -> None:
    module = module_of(NETWORK.replace("class Network", "class _Network"), COST)
    assert words(module) == ["cost with gradient"]


def test_nothing_to_check_says_what_was_looked_for_and_what_is_there() -> None:
    module = module_of("def train():\n    pass\nclass Data:\n    pass\n")
    sentence = r"their_file.py has nothing to check: a class with backprop.*NAME_derivative; it defines train, Data"
    with pytest.raises(UsageError, match=sentence):
        discover(module, SubjectSpec("their_file.py"), np.random.default_rng(0))


# --- by name ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Network",), "Network, which makes networks"),
        (("make",), "make, which makes networks"),
        (("net",), "net, a network, at its own weights on one random example"),
        (("sigmoid",), "sigmoid with its derivative sigmoid_prime"),
        (("sigmoid", "sigmoid_prime"), "sigmoid with its derivative sigmoid_prime"),
        (("cost",), "cost with gradient"),
        (("cost", "gradient"), "cost with gradient"),
        (("hinge_loss",), "hinge_loss, which returns (loss, gradient)"),
        (("double_forward",), "double_forward with double_backward"),
        (("double_forward", "double_backward"), "double_forward with double_backward"),
        (("Box.cost", "Box.slope"), "Box.cost with Box.slope"),
    ],
)
def test_each_form_of_a_name_is_taken_for_the_right_thing(names: tuple[str, ...], expected: str) -> None:
    box = "class Box:\n    cost = staticmethod(lambda w: w @ w)\n    slope = staticmethod(lambda w: 2 * w)\n"
    make = "def make(sizes):\n    return Network(sizes)\nnet = Network([2, 3, 1])\n"
    module = module_of(SIGMA, NETWORK, COST, LOSS, LAYER, make, box)
    assert by_name(module, *names).words == expected


def test_a_network_that_exists_is_judged_at_its_own_weights() -> None:
    source = "net = Network([2, 3])\nnet.weights = [np.full((3, 2), 0.25)]\n"
    subject = by_name(module_of(SIGMA, NETWORK, source), "net").subject
    assert isinstance(subject, GradientSubject)
    assert np.array_equal(subject.at["weights"][0], np.full((3, 2), 0.25))
    assert check_subject(subject, Options(seed=0)).verdict is Verdict.DISAGREE  # its backprop returns the parameters


def test_a_name_that_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(LoadError, match=r"their_file has no 'Netwrk'.* its names are cost, gradient, w"):
        by_name(module_of(COST), "Netwrk")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("w",), "w is a ndarray: a class with backprop"),
        (("cost", "w"), "cost and w are a function and a ndarray: two functions are required"),
        (("cost", "gradient", "cost"), "names 3 things: one, or a pair with a comma between them, is required"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_what_it_is(names: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        by_name(module_of(COST), *names)


# --- what is declared ---------------------------------------------------------------------------------------------


def test_every_declaration_reaches_the_network() -> None:
    said = {"activation": ("relu", "softmax"), "cost": "log_likelihood", "l1": 0.25, "l2": 0.5, "batch": "sum"}
    declared = declared_in(SubjectSpec("net.py", **said))  # type: ignore[arg-type]
    assert [activation.name for activation in declared.activations] == ["relu", "softmax"]
    assert declared.cost.name == "log_likelihood"
    assert (declared.weight_decay.l1, declared.weight_decay.l2) == (0.25, 0.5)
    assert declared.batch is Batch.SUM
    subject = found_in(module_of(SIGMA, NETWORK), **said)[0].subject
    assert isinstance(subject, NetworkSubject)
    assert subject.declared == declared


def test_without_a_word_it_is_sigmoids_and_the_quadratic_cost() -> None:
    declared = declared_in(SubjectSpec("net.py"))
    assert [activation.name for activation in declared.activations] == ["sigmoid"]
    assert declared.cost.name == "quadratic"
    assert declared.batch is Batch.UPDATE


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"activation": ("sigmod",)}, "activation is 'sigmod': choose one of sigmoid"),
        ({"cost": "mse"}, "cost is 'mse': choose one of quadratic"),
        ({"batch": "update"}, "batch is 'update': sum or mean is required"),
        ({"l2": float("inf")}, "l2 is inf"),
    ],
)
def test_an_unknown_declaration_is_refused_with_the_value(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        declared_in(SubjectSpec("net.py", **said))


def test_a_class_that_is_not_recognised_is_not_passed_over_for_its_helpers() -> None:
    module = module_of(NETWORK.replace("def backprop", "def backward"), SIGMA)
    with pytest.raises(UsageError, match=r"defines the class Network, which has no backprop\(x, y\)"):
        discover(module, SubjectSpec("their_file.py"), np.random.default_rng(0))


def test_functions_beside_a_class_that_lack_values_are_its_helpers() -> None:
    helper = "def quadratic_cost(a, y):\n    return ((a - y) ** 2).sum() / 2\n"
    assert words(module_of(helper, NETWORK, SIGMA)) == ["the class Network, with backprop"]


def test_a_pair_of_functions_of_two_arguments_is_no_activation() -> None:
    pair = "def cost_fn(a, y):\n    return a - y\ndef cost_fn_derivative(a, y):\n    return a\n"
    (found,) = discover(module_of(pair, SIGMA, NETWORK), SubjectSpec("their_file.py"), np.random.default_rng(0))
    assert isinstance(found.subject, NetworkSubject)
    assert found.subject.sigma is not None
    assert found.subject.sigma.name != "cost_fn_derivative"


def test_a_helper_that_lacks_values_hides_nothing_that_follows_it() -> None:
    helper = "def helper_forward(q):\n    return q\ndef helper_backward(u):\n    return u\n"
    assert words(module_of(NETWORK, helper, COST)) == ["the class Network, with backprop", "cost with gradient"]
