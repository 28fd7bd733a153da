"""Whatever a user hands over or their code returns is answered in words that say what was seen and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.arrays import as_array, kind_of, masked, shown
from gradcheck.checks.gradient import check
from gradcheck.checks.jvp import check_jvp
from gradcheck.checks.options import Options
from gradcheck.checks.vjp import check_vjp
from gradcheck.errors import GradcheckError, UsageError, UserCodeError
from gradcheck.results import FaultKind, Verdict

AT = np.array([0.3, 0.9])


class Tensor:
    """What torch does with a tensor that requires a gradient."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


class Silent:
    """An object that can neither be read, nor printed, nor asked for its dtype."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise KeyError("no array")

    def __repr__(self) -> str:
        raise KeyError("no words")

    @property
    def dtype(self) -> Any:
        raise KeyError("no dtype")


def cost(w: Any) -> Any:
    return np.sum(np.sin(w))


def loop() -> list[Any]:
    """Return a list that contains itself."""
    found: list[Any] = [1.0]
    found.append(found)
    return found


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "cost tensor": (lambda: check(lambda _: Tensor(), np.cos, AT), r"give \.detach\(\)\.numpy\(\)"),
    "gradient tensor": (lambda: check(cost, lambda _: Tensor(), AT), r"gradient of parameters is a Tensor.*detach"),
    "at tensor": (lambda: check(cost, np.cos, Tensor()), r"give \.detach\(\)\.numpy\(\)"),
    "forward tensor": (lambda: check_vjp(lambda _: Tensor(), np.cos, [AT]), "the output of layer is a Tensor"),
    "backward tensor": (lambda: check_vjp(np.sin, lambda _: Tensor(), [AT]), r"give \.detach\(\)\.numpy\(\)"),
    "jvp tensor": (lambda: check_jvp(np.sin, lambda *_: Tensor(), [AT]), r"that the jvp returned is a Tensor.*detach"),
    "function tensor": (lambda: check_jvp(lambda _: Tensor(), np.cos, [AT]), "the output of the function is a Tensor"),
    "input tensor": (lambda: check_vjp(np.sin, np.cos, [Tensor()]), "the input (x|input_0) is a Tensor"),
    "cost silent": (lambda: check(lambda _: Silent(), np.cos, AT), "is a Silent that numpy cannot read"),
    "gradient silent": (lambda: check(cost, lambda _: Silent(), AT), "is a Silent that numpy cannot read"),
    "at silent": (lambda: check(cost, np.cos, Silent()), "give a numpy array"),
    "too large": (lambda: check(cost, np.cos, 10**400), "too large for float64"),
    "a loop": (lambda: check(cost, np.cos, loop()), "the parameters contain themselves"),
    "gradient a loop": (lambda: check(lambda p: cost(p["a"]), lambda _: loop(), {"a": AT}), "contains itself"),
    "options None": (lambda: check(cost, np.cos, AT, options=None), "options is None"),  # type: ignore[arg-type]
    "options dict": (lambda: check_vjp(np.sin, np.cos, [AT], options={}), "options is {}"),  # type: ignore[arg-type]
    "progress": (lambda: Options(progress=3), "progress is 3"),  # type: ignore[arg-type]
    "inputs None": (lambda: check_vjp(np.sin, np.cos, None), r"inputs is None.*inputs=\[x\]"),  # type: ignore[arg-type]
    "inputs float": (lambda: check_jvp(np.sin, np.cos, 3.0), r"inputs is 3.0.*inputs=\[x\]"),  # type: ignore[arg-type]
    "inputs generator": (lambda: check_vjp(np.sin, np.cos, (x for x in [AT])), r"inputs=\[x\]"),  # type: ignore[arg-type]
    "inputs array": (lambda: check_vjp(np.sin, np.cos, AT), r"an array of shape \(2,\).*inputs=\[x\]"),  # type: ignore[arg-type]
    "inputs of integers": (
        lambda: check_vjp(np.sin, np.cos, [np.arange(3)]),
        "no input is floating .(x|input_0) is of dtype",
    ),
    "inputs of text": (lambda: check_jvp(np.sin, np.cos, ["x"]), "no input is floating .(x|input_0) is 'x'"),
    "no inputs": (lambda: check_jvp(np.sin, np.cos, []), "no input is floating .there is none"),
    "forward None": (
        lambda: check_vjp(lambda _: None, np.cos, [AT]),
        "the output of layer is None: is a return missing",
    ),
    "function None": (lambda: check_jvp(lambda _: None, np.cos, [AT]), "the output of the function is None"),
    "cost masked": (lambda: check(lambda _: np.ma.masked, np.cos, AT), "the cost returned a masked value"),
    "output masked": (
        lambda: check_vjp(lambda x: np.ma.array(x, mask=[0, 1]), np.cos, [AT]),
        "is masked in 1 of 2 components",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_words(name: str) -> None:
    call, words = BAD[name]
    with pytest.raises((UsageError, UserCodeError), match=words):
        call()


def test_a_masked_gradient_never_agrees() -> None:
    result = check(cost, lambda w: np.ma.array(np.cos(w), mask=[0, 1]), AT)
    assert result.verdict is Verdict.DISAGREE and [fault.kind for fault in result.faults] == [FaultKind.NAN]
    assert check(cost, lambda w: np.ma.array(np.cos(w)), AT).verdict is Verdict.AGREE


def test_a_result_whose_dtype_raises_is_still_a_cost() -> None:
    class Odd(float):
        @property
        def dtype(self) -> Any:
            raise KeyError("no dtype")

    assert check(lambda w: Odd(cost(w)), np.cos, AT).verdict is Verdict.AGREE


@pytest.mark.parametrize("where", ["at the point", "beside it"])
def test_what_the_users_code_raises_of_our_kind_is_its_own_error(where: str) -> None:
    def raising(w: Any) -> Any:
        if where == "at the point" or w[0] > AT[0]:
            raise GradcheckError("mine")
        return cost(w)

    with pytest.raises(UserCodeError, match="the cost raised GradcheckError: mine"):
        check(raising, np.cos, AT, options=Options(seed=0))


def test_a_layer_that_raises_while_it_is_measured_is_called_by_its_name() -> None:
    def forward(x: Any) -> Any:
        if x[0] > AT[0]:
            raise KeyError("beside")
        return np.sin(x)

    with pytest.raises(UserCodeError, match="the forward pass raised KeyError"):
        check_vjp(forward, lambda u: u * np.cos(AT), [AT], options=Options(seed=0))
    with pytest.raises(UserCodeError, match="the function raised KeyError"):
        check_jvp(forward, lambda x, v: v[0] * np.cos(x[0]), [AT], options=Options(seed=0))


def test_what_cannot_be_printed_is_told_by_its_kind() -> None:
    assert (shown(Silent()), kind_of(1), masked([1.0])) == ("a Silent", "an int", 0)
    with pytest.raises(ValueError, match="inhomogeneous"):
        as_array([[1.0], [1.0, 2.0]], "the gradient")
