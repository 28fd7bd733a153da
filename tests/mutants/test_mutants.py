"""Wrong on purpose: backprops in plain numpy with one mistake each; check() must refuse every one and accept the right one."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradcheck

SIZES = {
    "784-30-10": (784, 30, 10),
    "3-4-2": (3, 4, 2),
    "equal widths": (5, 5, 5, 5),
    "deep": (4, 4, 4, 4, 4, 4, 4, 4, 4),
}
M = 3


@dataclass(frozen=True)
class Code:
    """The places of backprop in which a mistake is made, each as it should be."""

    forward: Callable[[Any], Any] = lambda z: 1.0 / (1.0 + np.exp(-z))
    output_prime: Callable[[Any, Any], Any] = lambda z, a: a * (1 - a)
    hidden_prime: Callable[[Any, Any], Any] = lambda z, a: a * (1 - a)
    cost_derivative: Callable[[Any, Any], Any] = lambda a, y: a - y
    back: Callable[[Any, Any], Any] = lambda w, delta: w.T @ delta
    nabla_w: Callable[[Any, Any], Any] = lambda delta, a: delta @ a.T / M
    nabla_b: Callable[[Any], Any] = lambda delta: delta.sum(axis=1, keepdims=True) / M
    activation_of: Callable[[int], int] = lambda layer: layer
    finish: Callable[[Any, Any, Any], tuple[Any, Any]] = lambda nabla_b, nabla_w, p: (nabla_b, nabla_w)


RIGHT = Code()


@dataclass(frozen=True, eq=False)
class Program:
    """A network's data and starting point."""

    at: Any
    x: Any
    y: Any

    def cost(self, p: Any) -> Any:
        a = self.x
        for w, b in zip(p["w"], p["b"], strict=True):
            a = RIGHT.forward(w @ a + b)
        return np.sum((a - self.y) ** 2) / (2 * M)

    def backprop(self, code: Code, p: Any) -> Any:
        """Return (BP1) to (BP4) with the code's mistakes."""
        zs, activations = [], [self.x]
        for w, b in zip(p["w"], p["b"], strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(code.forward(zs[-1]))
        last = len(zs) - 1
        delta = code.cost_derivative(activations[-1], self.y) * code.output_prime(zs[-1], activations[-1])
        nabla_b, nabla_w = [np.zeros(0)] * len(zs), [np.zeros(0)] * len(zs)
        for layer in range(last, -1, -1):
            if layer < last:
                delta = code.back(p["w"][layer + 1], delta) * code.hidden_prime(zs[layer], activations[layer + 1])
            nabla_b[layer] = code.nabla_b(delta)
            nabla_w[layer] = code.nabla_w(delta, activations[code.activation_of(layer)])
        nabla_b, nabla_w = code.finish(nabla_b, nabla_w, p)
        return {"b": nabla_b, "w": nabla_w}


def program(name: str) -> Program:
    """Return the program of one size; its weights are those of a network at the start of training."""
    sizes = SIZES[name]
    generator = np.random.default_rng(len(sizes))
    w = [generator.normal(size=(n, before)) / np.sqrt(before) for before, n in pairwise(sizes)]
    b = [generator.normal(size=(n, 1)) for n in sizes[1:]]
    x = generator.uniform(size=(sizes[0], M))
    return Program({"w": w, "b": b}, x, generator.uniform(size=(sizes[-1], M)))


def judged(name: str, code: Code, seed: int = 0) -> gradcheck.CheckResult:
    one = program(name)
    return gradcheck.check(one.cost, lambda p: one.backprop(code, p), one.at, options=gradcheck.Options(seed=seed))


def first_zero(nabla_b: Any, nabla_w: Any, _: Any) -> tuple[Any, Any]:
    return nabla_b, [np.zeros_like(nabla_w[0]), *nabla_w[1:]]


def first_bias_zero(nabla_b: Any, nabla_w: Any, _: Any) -> tuple[Any, Any]:
    return [np.zeros_like(nabla_b[0]), *nabla_b[1:]], nabla_w


def rolled(nabla_b: Any, nabla_w: Any, _: Any) -> tuple[Any, Any]:
    return nabla_b, [np.roll(nabla_w[0], 1, axis=0), *nabla_w[1:]]


def swapped(nabla_b: Any, nabla_w: Any, _: Any) -> tuple[Any, Any]:
    return nabla_b, [nabla_w[1], nabla_w[0], *nabla_w[2:]]


def swapped_biases(nabla_b: Any, nabla_w: Any, _: Any) -> tuple[Any, Any]:
    return [nabla_b[1], nabla_b[0], *nabla_b[2:]], nabla_w


def one_corner(nabla_b: Any, nabla_w: Any, _: Any) -> tuple[Any, Any]:
    nabla_w[-1][-1, -1] *= 1.001
    return nabla_b, nabla_w


def decayed(nabla_b: Any, nabla_w: Any, p: Any) -> tuple[Any, Any]:
    return nabla_b, [nabla + 1e-4 * w for nabla, w in zip(nabla_w, p["w"], strict=True)]


ANY_SIZE = {
    "no sigma' in BP1": replace(RIGHT, output_prime=lambda z, a: 1.0),
    "no sigma' in BP2": replace(RIGHT, hidden_prime=lambda z, a: 1.0),
    "sigma'(a) in BP1": replace(RIGHT, output_prime=lambda z, a: RIGHT.forward(a) * (1 - RIGHT.forward(a))),
    "sigma'(a) in BP2": replace(RIGHT, hidden_prime=lambda z, a: RIGHT.forward(a) * (1 - RIGHT.forward(a))),
    "sigma for sigma'": replace(RIGHT, output_prime=lambda z, a: a, hidden_prime=lambda z, a: a),
    "a (1 + a)": replace(RIGHT, hidden_prime=lambda z, a: a * (1 + a)),
    "z (1 - z)": replace(RIGHT, hidden_prime=lambda z, a: z * (1 - z)),
    "sign": replace(RIGHT, cost_derivative=lambda a, y: y - a),
    "sign of the hidden delta": replace(RIGHT, back=lambda w, delta: -w.T @ delta),
    "factor 2": replace(RIGHT, cost_derivative=lambda a, y: 2 * (a - y)),
    "no 1/m": replace(RIGHT, nabla_w=lambda d, a: d @ a.T, nabla_b=lambda d: d.sum(axis=1, keepdims=True)),
    "no 1/m in the biases": replace(RIGHT, nabla_b=lambda d: d.sum(axis=1, keepdims=True)),
    "1/m twice": replace(RIGHT, nabla_w=lambda d, a: d @ a.T / M**2),
    "last example only": replace(RIGHT, nabla_w=lambda d, a: d[:, -1:] @ a[:, -1:].T),
    "bias forgotten": replace(RIGHT, nabla_b=lambda d: np.zeros((len(d), 1))),
    "bias not summed": replace(RIGHT, nabla_b=lambda d: d / M),
    "bias summed to a vector": replace(RIGHT, nabla_b=lambda d: d.sum(axis=1) / M),
    "bias by the mean of all": replace(RIGHT, nabla_b=lambda d: np.full((len(d), 1), d.mean())),
    "first layer zero": replace(RIGHT, finish=first_zero),
    "first biases zero": replace(RIGHT, finish=first_bias_zero),
    "rows off by one": replace(RIGHT, finish=rolled),
    "one component off by 1e-3": replace(RIGHT, finish=one_corner),
    "a weight decay the cost has not": replace(RIGHT, finish=decayed),
    "tiny gradient, factor -37": replace(RIGHT, finish=lambda b, w, _: ([-37 * g for g in b], [-37 * g for g in w])),
    "zero everywhere": replace(RIGHT, finish=lambda b, w, _: ([0 * g for g in b], [0 * g for g in w])),
    "integers": replace(RIGHT, nabla_w=lambda d, a: np.rint(d @ a.T).astype(int)),
    "nan": replace(RIGHT, nabla_w=lambda d, a: np.where(d @ a.T > 0, d @ a.T, np.nan)),
    "pair in the other order": replace(RIGHT, finish=lambda b, w, _: (w, b)),
}

SQUARE_LAYERS = {
    "W for W^T": replace(RIGHT, back=lambda w, delta: w @ delta),
    "nabla_w transposed": replace(RIGHT, nabla_w=lambda d, a: a @ d.T / M),
    "activation of the layer after": replace(RIGHT, activation_of=lambda layer: layer + 1),
    "activation of the layer before": replace(RIGHT, activation_of=lambda layer: max(layer - 1, 0)),
    "weights of two layers swapped": replace(RIGHT, finish=swapped),
    "biases of two layers swapped": replace(RIGHT, finish=swapped_biases),
}


@pytest.mark.parametrize("name", SIZES)
def test_the_right_backprop_agrees(name: str) -> None:
    for seed in range(5):
        result = judged(name, RIGHT, seed)
        assert result.verdict is gradcheck.Verdict.AGREE
        assert {block.status for block in result.blocks} == {gradcheck.Status.AGREE}


@pytest.mark.parametrize("mistake", ANY_SIZE)
@pytest.mark.parametrize("name", ["784-30-10", "3-4-2"])
def test_a_mutant_of_any_size_disagrees(name: str, mistake: str) -> None:
    assert judged(name, ANY_SIZE[mistake]).verdict is gradcheck.Verdict.DISAGREE


@pytest.mark.parametrize("mistake", [*SQUARE_LAYERS, *ANY_SIZE])
@pytest.mark.parametrize("name", ["equal widths", "deep"])
def test_a_mutant_on_layers_of_equal_width_disagrees(name: str, mistake: str) -> None:
    assert judged(name, {**ANY_SIZE, **SQUARE_LAYERS}[mistake]).verdict is gradcheck.Verdict.DISAGREE


@pytest.mark.parametrize("scale", [1e-8, 1e-30])
def test_tiny_gradients_are_not_swallowed(scale: float) -> None:
    one = program("3-4-2")

    def judged_at(factor: float) -> gradcheck.Verdict:
        def gradient(p: Any) -> Any:
            found = one.backprop(RIGHT, p)
            return {part: [factor * scale * g for g in found[part]] for part in ("b", "w")}

        return gradcheck.check(
            lambda p: scale * one.cost(p), gradient, one.at, options=gradcheck.Options(seed=0)
        ).verdict

    assert judged_at(1.0) is gradcheck.Verdict.AGREE
    assert judged_at(-37.0) is gradcheck.Verdict.DISAGREE
    assert judged_at(0.0) is gradcheck.Verdict.DISAGREE


def test_only_the_blocks_with_the_mistake_are_blamed() -> None:
    result = judged("784-30-10", ANY_SIZE["no sigma' in BP2"])
    wrong = [block.name for block in result.blocks if block.status is gradcheck.Status.DISAGREE]
    assert wrong == ["b[0]", "w[0]"]


def test_the_verdict_stands_without_assert_statements() -> None:
    code = """
        import sys
        import numpy as np
        import gradcheck
        if not sys.flags.optimize:
            raise SystemExit("not optimised")
        options = gradcheck.Options(seed=0)
        right = gradcheck.check(lambda w: np.sum(w**3), lambda w: 3 * w**2, np.ones(4), options=options)
        wrong = gradcheck.check(lambda w: np.sum(w**3), lambda w: 2 * w**2, np.ones(4), options=options)
        try:
            gradcheck.assert_gradient(lambda w: np.sum(w**3), lambda w: 2 * w**2, np.ones(4), options=options)
        except AssertionError:
            sys.stdout.write(f"{right.verdict.name} {wrong.verdict.name} raised")
    """
    command = [sys.executable, "-O", "-c", textwrap.dedent(code)]
    here = Path(gradcheck.__file__).parent.parent
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here)
    assert (run.stdout, run.returncode) == ("AGREE DISAGREE raised", 0), run.stderr
