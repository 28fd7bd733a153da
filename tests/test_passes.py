"""Users count their own passes: the count is exact, the function behaves as before, and everything is put back."""

from __future__ import annotations

import copy
import functools
import inspect
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck import UsageError, count_passes
from gradcheck.examples import network_cross_entropy_right, network_right

SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=5)


def doubled(x: float, *, times: int = 1) -> float:
    """Return x doubled."""
    return doubled(2 * x, times=times - 1) if times > 1 else 2 * x


class Layer:
    """Every kind of attribute that can be called, and some that cannot."""

    scale = staticmethod(doubled)
    exp = np.exp
    half = functools.partialmethod(lambda self, by: by / 2, 3.0)
    width = 3

    def __init__(self) -> None:
        self.sigma = np.tanh

    def forward(self, x: float) -> float:
        return x + 1

    def backward(self, x: float) -> float:
        return self.forward(x) - 1

    @classmethod
    def make(cls) -> type:
        return cls

    @property
    def broken(self) -> float:
        raise RuntimeError("not now")

    def __call__(self, x: float) -> float:
        return self.forward(x)


class Sub(Layer):
    """Inherits everything, and calls what it overrides."""

    def forward(self, x: float) -> float:
        return super().forward(x) + 10


# --- one function -------------------------------------------------------------------------------------------------


def test_a_counted_function_is_called_as_before_and_counts() -> None:
    counted = count_passes(doubled)
    assert counted.passes == 0
    assert (counted(2.0), counted(2.0, times=3)) == (4.0, 16.0)
    assert counted.passes == 2
    assert (counted.__name__, counted.__doc__) == ("doubled", "Return x doubled.")  # type: ignore[attr-defined]
    assert inspect.signature(counted) == inspect.signature(doubled)


def test_a_call_that_raises_is_counted_and_raises_the_same() -> None:
    def failing(x: float) -> float:
        return 1 / x

    counted = count_passes(failing)
    with pytest.raises(ZeroDivisionError):
        counted(0)
    assert counted.passes == 1


def test_counting_a_counted_function_starts_at_zero() -> None:
    inner = count_passes(doubled)
    inner(1.0)
    outer = count_passes(inner)
    outer(1.0)
    assert (inner.passes, outer.passes) == (2, 1)


def test_it_decorates_methods_and_counts_over_all_objects() -> None:
    class Net:
        @count_passes
        def forward(self, x: float) -> float:
            return x

        @staticmethod
        @count_passes
        def sigma(z: float) -> float:
            return -z

    one, other = Net(), Net()
    assert (one.forward(1.0), other.forward(x=2.0), one.sigma(3.0)) == (1.0, 2.0, -3.0)
    assert (Net.forward.passes, Net.sigma.passes) == (2, 1)


@pytest.mark.parametrize("function", [np.tanh, functools.partial(doubled, times=2), Layer(), Layer().forward])
def test_anything_that_can_be_called_is_counted(function: Any) -> None:
    counted = count_passes(function)
    assert counted(0.5) == function(0.5)
    assert counted.passes == 1


def test_a_generator_is_counted_when_it_is_made_and_left_alone() -> None:
    def batches(count: int) -> Iterator[int]:
        yield from range(count)

    counted = count_passes(batches)
    assert list(counted(3)) == [0, 1, 2]
    assert counted.passes == 1


class Sine:
    """A layer that is called, keeps what its backward needs, and may be told something."""

    is_training = True

    def __call__(self, z: float) -> float:
        self.z = z
        return float(np.sin(z))

    def backward(self, cotangent: float) -> float:
        return cotangent * float(np.cos(self.z))


def test_a_counted_object_keeps_what_its_backward_needs() -> None:
    sine = Sine()
    sine(3.0)
    counted = count_passes(sine)
    counted(0.0)
    counted.is_training = False  # type: ignore[attr-defined]
    assert (counted.z, counted.backward(2.0)) == (0.0, 2.0)  # type: ignore[attr-defined]
    assert (sine.is_training, counted.passes, hasattr(sine, "passes")) == (False, 1, False)


def test_an_object_that_is_counted_within_a_block_keeps_what_its_backward_needs() -> None:
    net = SimpleNamespace(layer=Sine())
    net.layer(3.0)
    with count_passes(net, "layer") as passes:
        net.layer(0.0)
        assert net.layer.backward(2.0) == 2.0
    assert passes == {"layer": 1}


def test_a_counted_ufunc_has_its_methods() -> None:
    counted = count_passes(np.add)
    assert (counted.reduce([1, 2]), counted(1, 2), counted.passes, counted.__name__) == (3, 3, 1, "add")  # type: ignore[attr-defined]


def test_what_holds_a_counted_object_can_be_copied() -> None:
    counted = count_passes(Sine())
    assert copy.deepcopy(counted)(0.0) == 0.0
    assert counted.passes == 1
    assert not hasattr(counted, "z")


def test_what_holds_a_counted_function_can_be_copied() -> None:
    held = {"forward": count_passes(doubled)}
    copy.deepcopy(held)["forward"](1.0)
    assert held["forward"].passes == 1


@pytest.mark.parametrize(
    ("what", "words"), [(3.0, "a float"), (None, "None"), (Layer, "the class Layer"), (network_right, "a module")]
)
def test_what_is_no_function_is_refused(what: Any, words: str) -> None:
    with pytest.raises(UsageError, match=rf"given {words}: a function is required, or a module, class or object"):
        count_passes(what)


def test_no_call_is_lost_between_threads() -> None:
    counted = count_passes(doubled)
    with count_passes(Layer, "forward") as passes:
        layer = Layer()

        def work() -> None:
            for _ in range(500):
                counted(1.0)
                layer.forward(1.0)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (counted.passes, passes["forward"]) == (4000, 4000)


def test_a_thread_is_not_inside_what_another_one_calls() -> None:
    class Net:
        def backprop(self) -> None:
            thread = threading.Thread(target=self.forward)
            thread.start()
            thread.join()
            self.forward()

        def forward(self) -> None:
            pass

    with count_passes(Net, "backprop", "forward") as passes:
        Net().backprop()
    assert passes == {"backprop": 1, "forward": 1}


# --- functions by name, for a time --------------------------------------------------------------------------------


@pytest.mark.equation("BP1", "BP2", "BP3", "BP4", "25")
@settings(deadline=None)
@given(sizes=SIZES)
def test_backprop_makes_one_forward_and_one_backward_pass_at_any_size(sizes: list[int]) -> None:
    net = network_right.Network(sizes)
    x, y = np.ones((sizes[0], 1)), np.zeros((sizes[-1], 1))
    right = net.backprop(x, y)
    with count_passes(network_right, "sigmoid", "sigmoid_prime") as passes:
        counted = net.backprop(x, y)
    layers = len(sizes) - 1
    assert passes == {"sigmoid": layers, "sigmoid_prime": layers}
    assert all(
        np.array_equal(a, b) for one, other in zip(right, counted, strict=True) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.equation("46")
@settings(deadline=None)
@given(sizes=SIZES)
def test_a_gradient_by_differences_makes_p_plus_1_forward_passes(sizes: list[int]) -> None:
    net = network_right.Network(sizes)
    x = np.ones((sizes[0], 1))

    def by_differences() -> list[float]:
        cost = float(np.sum(net.feedforward(x) ** 2))
        slopes = []
        for leaf in (*net.biases, *net.weights):
            for index in np.ndindex(leaf.shape):
                leaf[index] += 1e-6
                slopes.append((float(np.sum(net.feedforward(x) ** 2)) - cost) / 1e-6)
                leaf[index] -= 1e-6
        return slopes

    with count_passes(net, "feedforward") as passes:
        by_differences()
    assert passes["feedforward"] == sum((k + 1) * n for k, n in pairwise(sizes)) + 1


def test_counts_are_of_the_block_and_stay_after_it() -> None:
    with count_passes(network_right, "sigmoid") as first:
        network_right.sigmoid(0.0)
    with count_passes(network_right, "sigmoid") as second:
        assert second["sigmoid"] == 0
    network_right.sigmoid(0.0)
    assert (first["sigmoid"], second["sigmoid"]) == (1, 0)


def test_a_call_from_inside_a_counted_function_is_left_to_it() -> None:
    with count_passes(network_right, "sigmoid", "sigmoid_prime") as both:
        network_right.sigmoid_prime(0.0)
        network_right.sigmoid(0.0)
    with count_passes(network_right, "sigmoid") as alone:
        network_right.sigmoid_prime(0.0)
    assert both == {"sigmoid": 1, "sigmoid_prime": 1}
    assert alone == {"sigmoid": 1}


def test_after_a_call_that_raised_calls_are_counted_again() -> None:
    with count_passes(network_right, "sigmoid", "sigmoid_prime") as passes:
        for _ in range(2):
            with pytest.raises(TypeError):
                network_right.sigmoid_prime("z")
    assert passes == {"sigmoid": 0, "sigmoid_prime": 2}


@pytest.mark.parametrize("owner", [Layer, Sub, Layer(), Sub()])
@pytest.mark.parametrize("name", ["scale", "exp", "half", "forward", "backward", "make"])
def test_every_kind_of_attribute_answers_as_before_and_is_put_back(owner: Any, name: str) -> None:
    thing = owner() if isinstance(owner, type) else owner
    arguments = () if name in ("half", "make") else (0.5,)
    before, answer = dict(vars(owner)), getattr(thing, name)(*arguments)
    with count_passes(owner, name) as passes:
        assert getattr(thing, name)(*arguments) == answer
    assert passes == {name: 1}
    assert list(vars(owner).items()) == list(before.items())
    assert getattr(thing, name)(*arguments) == answer


def test_a_call_of_the_class_counts_the_methods_of_its_subclasses_once() -> None:
    with count_passes(Layer, "forward") as of_base, count_passes(Sub, "forward") as of_sub:
        assert Sub().forward(1.0) == 12.0
        assert Layer.forward(Layer(), 1.0) == 2.0
    assert (of_base["forward"], of_sub["forward"]) == (2, 1)


def test_what_an_object_holds_itself_is_put_back() -> None:
    layer = Layer()
    with count_passes(layer, "sigma") as passes:
        layer.sigma(0.5)
    assert passes == {"sigma": 1} and vars(layer) == {"sigma": np.tanh}


def test_a_slot_is_put_back() -> None:
    class Slotted:
        __slots__ = ("sigma",)

        def forward(self) -> float:
            return 1.0

    thing = Slotted()
    thing.sigma = np.tanh
    with count_passes(thing, "sigma") as passes:
        thing.sigma(0.5)
    assert passes == {"sigma": 1} and thing.sigma is np.tanh
    with (
        pytest.raises(UsageError, match=r"a Slotted does not let 'forward' be replaced .*count on its class, Slotted"),
        count_passes(thing, "sigma", "forward"),
    ):
        pass
    assert thing.sigma is np.tanh


def test_everything_is_put_back_after_an_exception() -> None:
    before = dict(vars(network_right))
    with pytest.raises(RuntimeError, match="stop"), count_passes(network_right, "sigmoid", "sigmoid_prime"):
        raise RuntimeError("stop")
    assert vars(network_right) == before


def test_a_name_that_a_module_makes_when_asked_is_taken_away_again() -> None:
    module = ModuleType("lazy")
    module.__getattr__ = lambda name: doubled  # type: ignore[method-assign]
    with count_passes(module, "forward") as passes:
        module.forward(1.0)
    assert passes == {"forward": 1} and "forward" not in vars(module)


def test_special_methods_are_counted_on_the_class() -> None:
    layer = Layer()
    with count_passes(Layer, "__call__") as passes:
        assert layer(1.0) == 2.0
    assert passes == {"__call__": 1}
    with pytest.raises(UsageError, match=r"count_passes\(Layer, '__call__'\) counts it"):
        count_passes(layer, "__call__")


@pytest.mark.parametrize(
    ("owner", "name", "words"),
    [
        (network_right, "sigmod", "the module .*network_right has no 'sigmod' to count: did you mean sigmoid"),
        (Layer, "frward", "the class Layer has no 'frward' to count: did you mean forward"),
        (Layer(), "zzz", "a Layer has no 'zzz' to count: it has backward, exp, forward"),
        (Layer, "width", "width of the class Layer is a int, which cannot be called"),
        (3.0, 4.0, "given a float as a name: the names of functions are required"),
    ],
)
def test_what_is_not_there_or_no_function_is_refused_before_the_block(owner: Any, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        count_passes(owner, name)


def test_a_built_in_type_is_refused() -> None:
    with (
        pytest.raises(UsageError, match="the class ndarray does not let 'dot' be replaced"),
        count_passes(np.ndarray, "dot"),
    ):
        pass


def test_a_name_that_is_not_counted_is_a_key_error_with_those_that_are() -> None:
    with (
        count_passes(network_cross_entropy_right, "sigmoid", "sigmoid_prime") as passes,
        pytest.raises(KeyError, match="'tanh' is not counted here, but sigmoid, sigmoid_prime"),
    ):
        passes["tanh"]
    assert passes.get("tanh") is None and "tanh" not in passes
    assert (list(passes), len(passes)) == (["sigmoid", "sigmoid_prime"], 2)


def test_it_needs_no_numpy() -> None:
    code = "import sys, gradcheck; gradcheck.count_passes; sys.exit('numpy' in sys.modules or 'inspect' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
