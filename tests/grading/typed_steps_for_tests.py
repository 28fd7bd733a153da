"""Mistakes in what is returned, in what is left behind for the next call, and in the step, typed into right programs."""

from __future__ import annotations

from typing import Final

from tests.grading.typed_mistake_for_tests import typed

RETURN = "return nabla_b, nabla_w"
HIDDEN_LOOP = "for i in range(len(zs) - 2, -1, -1):"
OUT_LINES = "        nabla_b[-1] = delta\n        nabla_w[-1] = np.dot(delta, activations[-2].T)\n"

WHOLE: Final = tuple(
    typed(source, mistake, "?", *edits)
    for source, mistake, *edits in (
        ("plain", "order-swapped", (RETURN, "return nabla_w, nabla_b")),
        ("one_loop", "order-swapped", ("return grad_b, grad_w", "return grad_w, grad_b")),
        ("plain", "layers-reversed", (RETURN, "return nabla_b[::-1], nabla_w[::-1]")),
        (
            "one_loop",
            "layers-reversed",
            ("grad_b.insert(0, dC_dz)", "grad_b.append(dC_dz)"),
            ("grad_w.insert(0, ", "grad_w.append("),
        ),
        ("dataclass", "layers-reversed", ("return nabla_b[::-1], nabla_w[::-1]", "return nabla_b, nabla_w")),
        ("plain", "layers-shifted", (RETURN, "return nabla_b[1:] + nabla_b[:1], nabla_w[1:] + nabla_w[:1]")),
        ("plain", "first-layer-zero", (HIDDEN_LOOP, "for i in range(len(zs) - 2, 0, -1):")),
        ("loops", "first-layer-zero", ("range(last, -1, -1)", "range(last, 0, -1)")),
        ("stored", "first-layer-zero", ("reversed(range(last))", "reversed(range(1, last))")),
        ("plain", "output-layer-zero", (OUT_LINES, "")),
        ("stored", "output-layer-zero", ("        self.keep(last, delta)\n", "")),
        ("plain", "hidden-layers-zero", (HIDDEN_LOOP, "for i in range(len(zs) - 2, -1):")),
        ("stored", "hidden-layers-zero", ("reversed(range(last))", "range(last, 0)")),
        (
            "plain",
            "all-zero",
            (RETURN, "return [np.zeros(b.shape) for b in self.biases], [np.zeros(w.shape) for w in self.weights]"),
        ),
        ("loops", "all-zero", ("delta = [(a - t) *", "delta = [0.0 *")),
        ("plain", "descent-direction", (RETURN, "return [-nb for nb in nabla_b], [-nw for nw in nabla_w]")),
        ("in_activations", "descent-direction", (RETURN, "return [-d for d in deltas], [-n for n in nabla_w]")),
        ("plain", "gradient-doubled", (RETURN, "return [2 * nb for nb in nabla_b], [2 * nw for nw in nabla_w]")),
        ("plain", "gradient-halved", (RETURN, "return [nb / 2 for nb in nabla_b], [nw / 2 for nw in nabla_w]")),
        (
            "plain",
            "integer-dtype",
            (RETURN, "return [nb.astype(int) for nb in nabla_b], [nw.astype(int) for nw in nabla_w]"),
        ),
        (
            "loops",
            "integer-dtype",
            ("nabla_b = [np.zeros_like(b)", "nabla_b = [np.zeros_like(b, dtype=int)"),
            ("nabla_w = [np.zeros_like(w)", "nabla_w = [np.zeros_like(w, dtype=int)"),
        ),
        (
            "stored",
            "accumulates-over-calls",
            ("        self.reset()\n        self.feedforward(x)", "        self.feedforward(x)"),
        ),
        (
            "plain",
            "answers-for-the-call-before",
            (
                RETURN,
                "before = getattr(self, 'kept', (nabla_b, nabla_w))\n        self.kept = nabla_b, nabla_w\n        return before",
            ),
        ),
        (
            "plain",
            "answers-for-the-first-call",
            (
                RETURN,
                "if not hasattr(self, 'kept'):\n            self.kept = nabla_b, nabla_w\n        return self.kept",
            ),
        ),
        (
            "stored",
            "forward-pass-of-the-call-before",
            ("        self.feedforward(x)\n", "        if not self.zs:\n            self.feedforward(x)\n"),
            (
                "        return self.nabla_b, self.nabla_w",
                "        self.feedforward(x)\n        return self.nabla_b, self.nabla_w",
            ),
        ),
        (
            "stored",
            "forward-pass-of-the-first-call",
            ("        self.feedforward(x)\n", "        if not self.zs:\n            self.feedforward(x)\n"),
        ),
    )
)

B_STEP = "[b - (eta / m) * s for b, s in zip(self.biases, sum_b)]"
W_STEP = "[w - (eta / m) * s for w, s in zip(self.weights, sum_w)]"
SUM_B = "sum_b = [s + nb for s, nb in zip(sum_b, nabla_b)]"
SUM_W = "sum_w = [s + nw for s, nw in zip(sum_w, nabla_w)]"


def _rates(new: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the edits that put something else for the learning rate over m, of biases and of weights."""
    return (B_STEP, B_STEP.replace("(eta / m)", new)), (W_STEP, W_STEP.replace("(eta / m)", new))


LAST = ((SUM_B, "sum_b = nabla_b"), (SUM_W, "sum_w = nabla_w"))
FIRST = (SUM_W, SUM_W + "\n            break")
INSIDE = (
    (f"            {SUM_B}\n            {SUM_W}\n", ""),
    (f"        self.biases = {B_STEP}\n", f"            self.biases = {B_STEP.replace('sum_b', 'nabla_b')}\n"),
    (f"        self.weights = {W_STEP}\n", f"            self.weights = {W_STEP.replace('sum_w', 'nabla_w')}\n"),
)
WHOLE_INSIDE = (INSIDE[0], *((old, new.replace("(eta / m)", "eta")) for old, new in INSIDE[1:]))

STEPS: Final = (
    typed(
        "plain",
        "step-ascends",
        "descent_step",
        (B_STEP, B_STEP.replace(" - ", " + ")),
        (W_STEP, W_STEP.replace(" - ", " + ")),
    ),
    typed("one_loop", "step-ascends", "descent_step", ("rate = eta", "rate = -eta")),
    typed("columns", "step-ascends", "descent_step", ("b - eta / m", "b + eta / m"), ("w - eta / m", "w + eta / m")),
    typed("plain", "step-eta-forgotten", "descent_step", *_rates("(1 / m)")),
    typed("one_loop", "step-eta-forgotten", "descent_step", ("rate = eta / len", "rate = 1 / len")),
    typed(
        "in_activations", "step-eta-forgotten", "descent_step", ("b - eta * nb", "b - nb"), ("w - eta * nw", "w - nw")
    ),
    typed("plain", "step-eta-twice", "descent_step", *_rates("(eta * eta / m)")),
    typed("one_loop", "step-eta-twice", "descent_step", ("rate = eta / len", "rate = eta ** 2 / len")),
    typed("plain", "step-no-mean", "mini_batch", *_rates("eta")),
    typed("one_loop", "step-no-mean", "mini_batch", ("rate = eta / len(batch)", "rate = eta")),
    typed(
        "loops",
        "step-no-mean",
        "mini_batch",
        ("eta * total_b[i] / n", "eta * total_b[i]"),
        ("eta * total_w[i] / n", "eta * total_w[i]"),
    ),
    typed("dataclass", "step-no-mean", "mini_batch", ("step = eta / len(mini_batch)", "step = eta")),
    typed(
        "einsum",
        "step-no-mean",
        "mini_batch",
        ("mean_b = np.mean(", "mean_b = np.sum("),
        ("mean_w = np.mean(", "mean_w = np.sum("),
    ),
    typed("plain", "step-no-mean-in-weights", "mini_batch", _rates("eta")[1]),
    typed("loops", "step-no-mean-in-weights", "mini_batch", ("eta * total_w[i] / n", "eta * total_w[i]")),
    typed("plain", "step-no-mean-in-biases", "mini_batch", _rates("eta")[0]),
    typed("columns", "step-no-mean-in-biases", "mini_batch", ("b - eta / m * nb", "b - eta * nb")),
    typed("plain", "step-mean-twice", "mini_batch", *_rates("(eta / m ** 2)")),
    typed(
        "columns",
        "step-mean-twice",
        "mini_batch",
        ("nabla_b, nabla_w = self.backprop(X, Y)", "nabla_b, nabla_w = self.backprop(X, Y)\n        m = m * m"),
    ),
    typed("plain", "step-last-example-over-m", "mini_batch", *LAST),
    typed(
        "loops",
        "step-last-example-over-m",
        "mini_batch",
        ("total_b[i] += db[i]", "total_b[i] = db[i]"),
        ("total_w[i] += dw[i]", "total_w[i] = dw[i]"),
    ),
    typed("plain", "step-last-example-only", "mini_batch", *LAST, *_rates("eta")),
    typed(
        "in_activations",
        "step-last-example-only",
        "mini_batch",
        ("[old + (new - old) / n for old, new in zip(nabla_b, db)]", "db"),
        ("[old + (new - old) / n for old, new in zip(nabla_w, dw)]", "dw"),
    ),
    typed("plain", "step-first-example-over-m", "mini_batch", FIRST),
    typed("plain", "step-first-example-only", "mini_batch", FIRST, *_rates("eta")),
    typed(
        "in_activations",
        "step-first-example-only",
        "mini_batch",
        ("zip(nabla_w, dw)]\n", "zip(nabla_w, dw)]\n            break\n"),
    ),
    typed("plain", "step-one-by-one", "mini_batch", *INSIDE),
    typed(
        "stored",
        "step-one-by-one",
        "mini_batch",
        (
            "for nabla_b, nabla_w in grads:",
            "for x, y in mini_batch:\n            nabla_b, nabla_w = self.backprop(x, y)",
        ),
    ),
    typed("plain", "step-one-by-one-no-mean", "mini_batch", *WHOLE_INSIDE),
    typed("plain", "step-biases-never", "descent_step", (f"        self.biases = {B_STEP}\n", "")),
    typed(
        "one_loop",
        "step-biases-never",
        "descent_step",
        ("            self.biases[l] = self.biases[l] - rate * sum(gb[l] for gb, gw in grads)\n", ""),
    ),
    typed("plain", "step-weights-never", "descent_step", (f"        self.weights = {W_STEP}\n", "")),
    typed(
        "stored",
        "step-weights-never",
        "descent_step",
        ("            self.weights = [w - eta / m * nw for w, nw in zip(self.weights, nabla_w)]\n", ""),
    ),
    typed("plain", "step-over-layer-width", "descent_step", *_rates("(eta / m / len(s))")),
    typed(
        "loops",
        "step-over-layer-width",
        "descent_step",
        ("eta * total_b[i] / n", "eta * total_b[i] / n / len(total_b[i])"),
        ("eta * total_w[i] / n", "eta * total_w[i] / n / len(total_w[i])"),
    ),
    typed(
        "plain",
        "step-sums-not-reset",
        "mini_batch descent_step",
        (
            "        sum_b = [np.zeros(b.shape) for b in self.biases]\n",
            "        sum_b = getattr(self, 'sum_b', None) or [np.zeros(b.shape) for b in self.biases]\n",
        ),
        (
            "        sum_w = [np.zeros(w.shape) for w in self.weights]\n",
            "        sum_w = getattr(self, 'sum_w', None) or [np.zeros(w.shape) for w in self.weights]\n",
        ),
        (
            f"        self.biases = {B_STEP}\n",
            f"        self.sum_b, self.sum_w = sum_b, sum_w\n        self.biases = {B_STEP}\n",
        ),
    ),
)
