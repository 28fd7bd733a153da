"""Write reports/cost.md: what backpropagation costs beside a forward pass, in multiplications counted as they are made."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.operation_counts_for_tests import Counts, measured

REPORT = Path(__file__).parent.parent.parent / "reports" / "cost.md"

SHAPES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("the chapter's network", (784, 30, 10)),
    ("more hidden neurons", (784, 100, 10)),
    ("no hidden layer", (784, 10)),
    ("two hidden layers", (784, 100, 100, 10)),
    ("wide: a million weights", (1000, 1000, 10)),
    ("deep and narrow", (10,) * 12),
    ("deep and wide", (200,) * 12),
    ("the first layer small", (2, 300, 300, 2)),
    ("one neuron a layer", (1, 1, 1, 1)),
)

MINI_BATCHES = (1, 10)


def parameters_of(sizes: Sequence[int]) -> int:
    """Return P, the number of weights and biases."""
    return sum(n * (k + 1) for k, n in pairwise(sizes))


def row(name: str, sizes: tuple[int, ...], m: int, counts: Counts) -> str:
    """Return one line of the table."""
    p = parameters_of(sizes)
    forward, backward = counts.forward, counts.backward
    shape = str(list(sizes)) if len(set(sizes)) > 1 or len(sizes) < 5 else f"{len(sizes)} layers of {sizes[0]}"
    passes = 1.0 + counts.ratio
    cells = (
        f"{name}, {shape}",
        m,
        f"{forward.products:,}",
        f"{forward.elementwise:,}",
        f"{backward.products:,}",
        f"{backward.elementwise:,}",
        f"{counts.ratio_of_products:.3f}",
        f"{counts.ratio:.3f}",
        f"{passes:.2f}",
        f"{p + 1:,}",
        f"{2 * p:,}",
        f"{(p + 1) / passes:,.0f}",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def table() -> str:
    """Return the report's text."""
    rows = [(name, sizes, m, measured(sizes, m)) for name, sizes in SHAPES for m in MINI_BATCHES]
    products = [counts.ratio_of_products for *_, counts in rows]
    everything = [counts.ratio for *_, counts in rows]
    return "\n".join(
        [
            "# What backpropagation costs",
            "",
            "Remade by `python -m tests.evidence.cost` (`tox -e reports`): multiplications of the reference's forward pass, equation (25), and of",
            "its backward pass, (BP1) to (BP4), counted one by one by an array that counts what it is multiplied with; no times are measured.",
            "Sigmoid neurons and the quadratic cost, m examples as columns. A division counts as a multiplication; additions, comparisons and",
            f"exponentials are not counted. `tests/test_operation_counts.py` asserts every count by its formula. Python {platform.python_version()}, numpy {np.__version__}.",
            "",
            'The chapter: "the computational cost of the backward pass is about the same as the forward pass", and so the whole costs "roughly the',
            'same as making just two forward passes". Counted here, with W weights in all and W_1 of them in the first layer:',
            "",
            "- **Products with matrices**: forward m W. Backward m (2 W - W_1): (BP4) takes m W, and (BP2) the same transposed matrices as the forward",
            "  pass but for the first layer's, m (W - W_1). So backward over forward is 2 - W_1 / W: always from 1 to 2, and near 1 where most weights",
            f"  are in the first layer, as in the chapter's network. Here {min(products):.3f} to {max(products):.3f}.",
            "- **Element by element**: forward one a neuron and example; backward four and, for the mean of (BP3), one a neuron. That is nothing beside",
            f"  the products unless layers have a few neurons only. With these the ratio is {min(everything):.3f} to {max(everything):.3f}.",
            '- So "about the same" holds for the chapter\'s network to 2 in 100. In deep networks of one width, or with a small first layer, the',
            "  backward pass costs about twice the forward pass, the whole three forward passes and not two: the chapter counts the transposed",
            f"  matrices of (BP2), and not the outer products of (BP4). With one neuron a layer it is {1 + max(everything):.2f} forward passes, the most seen here.",
            "- At any size it is a small number of forward passes, where equation (46) takes P + 1 and its central form 2 P.",
            "",
            "| network | m | forward, products | forward, elementwise | backward, products | backward, elementwise | backward / forward, products | "
            "backward / forward, all | backprop, in forward passes | (46), forward passes: P + 1 | central: 2 P | (46) / backprop |",
            "|" + "---|" * 12,
            *(row(*one) for one in rows),
            "",
        ]
    )


if __name__ == "__main__":
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(table(), encoding="utf-8")
    print(f"wrote {REPORT.name}")
