"""A submission in its sandbox is judged by the same checks, and gets the same report to the letter, as one in this process."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gradcheck import Options, check_network, check_vjp
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.sigma import check_sigma
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.examples import (
    cost_gradient_right,
    cost_gradient_wrong,
    layer_affine_relu_right,
    layer_affine_relu_wrong,
    network_accumulates_wrong,
    network_integer_gradient_wrong,
    network_right,
    network_updates_while_going_back_wrong,
    sigma_pair_right,
    sigma_pair_wrong,
    softmax_classifier_right,
    softmax_classifier_wrong,
)
from gradcheck.grading.failures import Failure, SubmissionError
from gradcheck.grading.isolation import Tier
from gradcheck.grading.remote import judge, remote_functions, remote_layer, remote_network, remote_sigma
from gradcheck.grading.remote_calls import RemoteClass, RemoteFunction
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.session import Session
from gradcheck.results import CheckResult
from gradcheck.subjects.functions import SigmaSubject, cost_and_gradient, loss_and_gradient
from gradcheck.subjects.network_class import NetworkSubject
from tests.grading.asking_for_tests import SMALL, needs_sandbox, settings_of, written

pytestmark = needs_sandbox

OPTIONS = Options(seed=3)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(settings_of(Tier.T2)) as started:
        yield started


def reports(
    zygote: Zygote, module: object, here: Callable[[], CheckResult], there: Callable[[Session], CheckResult]
) -> tuple[str, str]:
    """Return the report on a program in this process, and on the same in its sandbox."""
    with zygote.submission(Path(str(inspect.getfile(module)))) as session:  # type: ignore[arg-type]
        return str(here()), str(judge(session, lambda: there(session)))


@pytest.mark.parametrize(
    "module",
    [
        network_right,
        network_accumulates_wrong,
        network_integer_gradient_wrong,
        network_updates_while_going_back_wrong,
    ],
    ids=lambda module: module.__name__.rpartition(".")[2],
)
def test_a_network_gets_the_same_report(zygote: Zygote, module: object) -> None:
    theirs = module.Network  # type: ignore[attr-defined]
    here, there = reports(
        zygote,
        module,
        lambda: without_own_passes(check_network(NetworkSubject("Network", theirs), options=OPTIONS)),
        lambda session: check_network(remote_network(session, "Network"), options=OPTIONS),
    )
    assert there == here


def without_own_passes(result: CheckResult) -> CheckResult:
    """Return a result as if the calls of the program's own functions, which nobody sees from outside, had not been counted."""
    assert result.own_passes
    return dataclasses.replace(result, own_passes=(), gradient_calls=result.gradient_calls - 2)


@pytest.mark.parametrize("module", [layer_affine_relu_right, layer_affine_relu_wrong], ids=["right", "wrong"])
@pytest.mark.parametrize("stem", ["affine", "relu"])
def test_a_layer_gets_the_same_report_its_cache_never_leaving_the_sandbox(
    zygote: Zygote, module: object, stem: str
) -> None:
    names = ("x", "w", "b") if stem == "affine" else ("x",)
    inputs = tuple(getattr(layer_affine_relu_right, name) for name in names)
    forward, backward = (getattr(module, f"{stem}_{way}") for way in ("forward", "backward"))

    def remote(session: Session) -> CheckResult:
        layer = remote_layer(session, (f"{stem}_forward", f"{stem}_backward"), inputs, names)
        return check_vjp(layer.forward, layer.backward, inputs, options=OPTIONS)

    here, there = reports(zygote, module, lambda: check_vjp(forward, backward, inputs, options=OPTIONS), remote)
    assert there.replace("(x, w, b)", "") == here.replace("(x, w, b)", "")


@pytest.mark.parametrize("module", [cost_gradient_right, cost_gradient_wrong], ids=["right", "wrong"])
def test_a_cost_and_its_gradient_get_the_same_report(zygote: Zygote, module: object) -> None:
    at = cost_gradient_right.w
    cost, gradient = module.cost, module.gradient  # type: ignore[attr-defined]
    here, there = reports(
        zygote,
        module,
        lambda: check_gradient(cost_and_gradient("gradient", cost, gradient, at), OPTIONS),
        lambda session: check_gradient(remote_functions(session, ("cost", "gradient"), at), OPTIONS),
    )
    assert there == here


@pytest.mark.parametrize("module", [sigma_pair_right, sigma_pair_wrong], ids=["right", "wrong"])
def test_a_sigma_and_its_derivative_get_the_same_report(zygote: Zygote, module: object) -> None:
    pair = SigmaSubject("swish_prime", module.swish, module.swish_prime)  # type: ignore[attr-defined]
    here, there = reports(
        zygote,
        module,
        lambda: check_sigma(pair, OPTIONS),
        lambda session: check_sigma(remote_sigma(session, "swish", "swish_prime"), OPTIONS),
    )
    assert there == here


def test_what_it_raises_is_raised_here_by_name_and_kind(zygote: Zygote, tmp_path: Path) -> None:
    source = "class Odd(ZeroDivisionError):\n    pass\ndef f(x):\n    raise Odd('of all numbers')\ndef g(x):\n    raise SystemExit(0)\ndef h(x):\n    raise StopIteration\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        with pytest.raises(ZeroDivisionError, match="of all numbers") as caught:
            RemoteFunction(session, "f")(1.0)
        assert type(caught.value).__name__ == "Odd"
        for name, kind in (("g", "SystemExit"), ("h", "StopIteration")):
            with pytest.raises(Exception, match=r"^0?$") as other:
                RemoteFunction(session, name)(1.0)
            assert type(other.value).__name__ == kind
            assert not isinstance(other.value, StopIteration | SystemExit)


def test_what_it_raises_under_a_check_is_an_error_of_its_code(zygote: Zygote, tmp_path: Path) -> None:
    source = inspect.getsource(network_right).replace(
        "def backprop(self, x, y):", "def backprop(self, x, y):\n        raise KeyError('x')\n"
    )
    with (
        zygote.submission(written(tmp_path, source), SMALL) as session,
        pytest.raises(UserCodeError, match="the gradient raised KeyError: 'x'"),
    ):
        judge(session, lambda: check_network(remote_network(session, "Network"), options=OPTIONS))


def test_arrays_that_it_writes_to_are_written_to_here(zygote: Zygote, tmp_path: Path) -> None:
    source = "def f(x, y):\n    y[0] += 1.0\n    return y\n"
    x, y = np.zeros(2), np.zeros((2, 2), np.float32)
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        returned = RemoteFunction(session, "f")(x, y)
    assert (x == 0.0).all()
    assert (y == [[1, 1], [0, 0]]).all()
    assert returned.dtype == np.float32


def test_it_cannot_write_to_what_it_was_not_given(zygote: Zygote, tmp_path: Path) -> None:
    forged = [
        "[1.0, [[1, np.zeros(2)]], {}]",
        "[1.0, [[-1, np.zeros(2)]], {}]",
        "[1.0, [[0, np.zeros(3)]], {}]",
        "[1.0, [[0, 1.0]], {}]",
        "[1.0, [[0, np.zeros(2, np.float32)]], {}]",
    ]
    for value in forged:
        source = f"import os, sys\nimport numpy as np\np = sys.modules['protocol']\ndef f(x):\n    os.write(3, p.encode(p.Frame(20, 2, {value})))\n"
        kept = np.ones(2)
        with (
            zygote.submission(written(tmp_path, source), SMALL) as session,
            pytest.raises(SubmissionError, match="that it was not given") as caught,
        ):
            RemoteFunction(session, "f")(kept)
        assert caught.value.failure is Failure.MALFORMED
        assert (kept == 1.0).all()


def test_how_its_functions_are_called_is_known_here(zygote: Zygote, tmp_path: Path) -> None:
    source = "def f(x, y, scale=1.0, *more, key=None):\n    pass\nclass Network:\n    def __init__(self, sizes):\n        pass\n    def backprop(self, x):\n        pass\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        signature = inspect.signature(RemoteFunction(session, "f"))
        network = RemoteClass(session, "Network")([2, 3])
        assert list(inspect.signature(network.backprop).parameters) == ["x"]
        assert not hasattr(network, "feedforward")
        assert not hasattr(network, "weights")
    assert list(signature.parameters) == ["x", "y", "optional0", "others"]
    signature.bind(1, 2, 3, 4, 5)
    with pytest.raises(TypeError):
        signature.bind(1)


@pytest.mark.parametrize("module", [softmax_classifier_right, softmax_classifier_wrong], ids=["right", "wrong"])
def test_a_loss_with_its_gradients_gets_the_same_verdict(zygote: Zygote, module: object) -> None:
    example = softmax_classifier_right
    theirs, data = module.loss, (example.X, example.y)  # type: ignore[attr-defined]
    here, there = reports(
        zygote,
        module,
        lambda: check_gradient(loss_and_gradient("loss", theirs, example.params, data=data), OPTIONS),
        lambda session: check_gradient(remote_functions(session, ("loss",), example.params, data=data), OPTIONS),
    )
    assert there == here


@pytest.mark.parametrize(
    "told",
    [
        "1.0",
        "['callable', ['class'], 0, 0]",
        "['callable', ['x', 'x'], 0, 0]",
        "['callable', [1.0], 0, 0]",
        "['callable', [], -1, 9]",
        "{}",
        "None",
    ],
)
def test_what_it_lies_about_how_it_is_called_is_taken_for_nothing_known(
    zygote: Zygote, tmp_path: Path, told: str
) -> None:
    source = f"import os, sys\np = sys.modules['protocol']\np.Answers = None\nimport answering\nanswering._looked = lambda value: {told}\ndef f(x):\n    return x\n"
    source = source.replace("import answering\n", "answering = sys.modules['answering']\n")
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        signature = inspect.signature(RemoteFunction(session, "f"))
    signature.bind(1, 2, 3)


def test_a_question_that_is_too_large_is_no_fault_of_the_submission(zygote: Zygote, tmp_path: Path) -> None:
    with zygote.submission(written(tmp_path, "def f(x):\n    return x.size\n"), SMALL) as session:
        with pytest.raises(UsageError, match="reply_bytes"):
            session.call("f", np.zeros(SMALL.reply_bytes // 8 + 1))
        with pytest.raises(UsageError, match="cannot be asked with a set"):
            session.call("f", {1, 2})
        assert session.call("f", np.zeros(1000)) == 1000
