"""The catalogue as text: the list of all mistakes, and one of them whole."""

from __future__ import annotations

import json
import textwrap
from itertools import groupby
from typing import Any, Final

from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.mistakes.mistake import Mistake

WIDTH: Final = 100
"""Columns of a line of text."""

TITLES: Final = {
    "(25)": "the forward pass inside backprop",
    "(BP1)": "the error of the output layer",
    "(BP1), (BP2)": "the derivative of the activation function",
    "(BP2)": "the error of a hidden layer",
    "(BP3)": "the gradient by the biases",
    "(BP4)": "the gradient by the weights",
    "(26)": "the mean over a mini-batch",
}
"""What a learner calls the equations; the other headings are words already."""


def listing() -> str:
    """Return the id and the sentence of every mistake, under its equation.

    Examples
    --------
    >>> listing().splitlines()[:2]
    ['(25): the forward pass inside backprop', '  forward-bias-forgotten']
    """
    groups = []
    for equation, mistakes in groupby(CATALOGUE, key=lambda mistake: mistake.equation):
        entries = [f"  {mistake.id}\n{_wrapped(mistake.sentence, 6)}" for mistake in mistakes]
        groups.append("\n".join([_heading(equation), *entries]))
    end = f"{len(CATALOGUE)} mistakes; `gradcheck mistakes ID` shows one with a hint and when it cannot be seen."
    return "\n\n".join([*groups, end])


def page(mistake: Mistake) -> str:
    """Return one mistake whole: what it is, where to look, and when it cannot be told from a right program.

    Examples
    --------
    >>> from gradcheck.mistakes.catalogue import mistake_named
    >>> print(page(mistake_named("bp2-mean-not-sum")))
    bp2-mean-not-sum
      breaks        (BP2): the error of a hidden layer
      what is wrong the error is the mean over the neurons of the layer after, where (BP2) has their sum
      where to look over the next layer's neurons, is it a mean or a sum?
      not reported  where layer l+1 has one neuron
    """
    never = mistake.unseen.startswith("never")
    rows = (
        ("breaks", _heading(mistake.equation)),
        ("what is wrong", mistake.sentence),
        ("where to look", mistake.hint),
        ("not reported", mistake.unseen if never else f"where {mistake.unseen}"),
    )
    return "\n".join([mistake.id, *(_row(name, text) for name, text in rows)])


def as_dict(mistake: Mistake) -> dict[str, Any]:
    """Return what a mistake says, as plain data.

    Examples
    --------
    >>> from gradcheck.mistakes.catalogue import mistake_named
    >>> as_dict(mistake_named("bp1-sign"))["equation"]
    '(BP1)'
    """
    names = ("id", "equation", "slot", "sentence", "hint", "unseen")
    return {name: getattr(mistake, name) for name in names}


def as_json(mistakes: tuple[Mistake, ...]) -> str:
    """Return mistakes as JSON, a list of objects.

    Examples
    --------
    >>> len(json.loads(as_json(CATALOGUE))) == len(CATALOGUE)
    True
    """
    return json.dumps([as_dict(mistake) for mistake in mistakes], indent=2)


def _heading(equation: str) -> str:
    return f"{equation}: {TITLES[equation]}" if equation in TITLES else equation


def _wrapped(text: str, indent: int) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent, break_on_hyphens=False
    )


def _row(name: str, text: str) -> str:
    label = f"  {name:13} "
    return textwrap.fill(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False)
