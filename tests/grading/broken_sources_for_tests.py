"""Submissions that do not work, wholly or in one place, with the items that each deserves to lose: what is right elsewhere keeps its points."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from typing import Final

from gradcheck.grading.expected_losses import Expected
from tests.grading.student_sources_for_tests import PLAIN
from tests.grading.typed_mistake_for_tests import typed

BACKPROP = "bp1 bp2 bp3 bp4"
STEPS = "mini_batch descent_step"
HIDDEN_LAYERS = "bp2 bp3 bp4"
"""What goes where backprop stops at every hidden layer: (BP1) is right, as a network without any shows."""

EVERYTHING = f"feedforward cost_derivative sigma_prime {BACKPROP} {STEPS}"
CLASS = f"feedforward cost_derivative {BACKPROP} {STEPS}"
"""What goes where no object of the class can be made: sigma' is a function of its own."""


@dataclasses.dataclass(frozen=True)
class Broken:
    """A submission that does not work.

    Attributes
    ----------
    name : str
        What is the matter.
    loses : str
        The items that it deserves to cost, as `Typed.loses` has them; none for one that looks broken and is not.
    content : bytes
    ending : str
        Of the file that is handed in.
    """

    name: str
    loses: str
    content: bytes
    ending: str = ".py"

    @property
    def deserves(self) -> Expected:
        """The items that it should cost."""
        return typed("", self.name, self.loses).deserves


def _file(name: str, loses: str, text: str) -> Broken:
    return Broken(name, loses, text.encode())


def _edited(name: str, loses: str, *edits: tuple[str, str]) -> Broken:
    return _file(name, loses, typed("plain", name, loses, *edits).made_in(PLAIN))


def _method(name: str) -> str:
    """Return the text of one method of the program called plain."""
    begin = PLAIN.index(f"    def {name}(")
    ends = [PLAIN.index(mark, begin + 1) for mark in ("\n    def ", "\n\ndef ") if mark in PLAIN[begin + 1 :]]
    return PLAIN[begin : min(ends) + 1]


def _without(name: str, loses: str, method: str) -> Broken:
    return _edited(name, loses, (_method(method), ""))


def _body(name: str, loses: str, method: str, body: str) -> Broken:
    """Return the program with another body of a method."""
    old = _method(method)
    return _edited(name, loses, (old, f"{old.splitlines()[0]}\n        {body}\n"))


def _notebook(*cells: str) -> bytes:
    found = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one} for one in cells
    ]
    return json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _zip(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.py", content)
    return data.getvalue()


RETURN = "        return nabla_b, nabla_w\n"

NOTHING_RUNS: Final = (
    _edited("a colon is missing", EVERYTHING, ("class Network:", "class Network")),
    _edited("a bracket is not closed", EVERYTHING, ("zs.append(z)", "zs.append(z")),
    _edited("a tab among spaces", EVERYTHING, ("        m = len(mini_batch)", "\tm = len(mini_batch)")),
    _edited("print as in Python 2", EVERYTHING, ("def sigmoid(z):", 'print "network"\n\n\ndef sigmoid(z):')),
    _edited("a merge was left half done", EVERYTHING, ("class Network:", "<<<<<<< HEAD\nclass Network:")),
    _file("an empty file", EVERYTHING, ""),
    _file("nothing but a comment", EVERYTHING, "# to do\n"),
    _file("nothing but a text", EVERYTHING, "Dear professor, my program is in my other account.\n"),
    _edited("a package that is not there", EVERYTHING, ("import numpy as np", "import numpy as np\nimport torch")),
    _edited("a package spelt wrong", EVERYTHING, ("import numpy as np", "import nunpy as np")),
    _edited("numpy is not imported", EVERYTHING, ("import numpy as np\n", "")),
    _edited(
        "imports a file that was not handed in",
        EVERYTHING,
        ("import numpy as np", "import numpy as np\nfrom my_layers import Layer"),
    ),
    _file("trains at its end, and stops", EVERYTHING, PLAIN + "\nNetwork([2, 3, 1]).train(data)\n"),
    _file("reads data that are not there", EVERYTHING, "data = open('mnist.pkl', 'rb').read()\n" + PLAIN),
    _file("asks for input", EVERYTHING, "sizes = input('sizes: ')\n" + PLAIN),
    _file("ends with exit", EVERYTHING, PLAIN + "\nexit()\n"),
    Broken("in Latin-1, undeclared", EVERYTHING, PLAIN.replace("a network", "un r\xe9seau").encode("latin-1")),
    Broken("in UTF-16", EVERYTHING, PLAIN.encode("utf-16")),
    Broken("null bytes at its end", EVERYTHING, PLAIN.encode() + b"\0\0"),
    Broken("a notebook cut off", EVERYTHING, _notebook(PLAIN)[:-40], ".ipynb"),
    Broken("a notebook of no cells", EVERYTHING, _notebook(), ".ipynb"),
    Broken(
        "a notebook whose cell does not compile",
        EVERYTHING,
        _notebook(PLAIN.replace("class Network:", "class Network")),
        ".ipynb",
    ),
    Broken("a notebook that is no JSON", EVERYTHING, b"<html>log in</html>", ".ipynb"),
    Broken("a zip cut off", EVERYTHING, _zip(network=PLAIN.encode())[:-30], ".zip"),
    Broken("a zip of nothing", EVERYTHING, _zip(), ".zip"),
    Broken("a letter", EVERYTHING, b"%PDF-1.4", ".pdf"),
)
"""No item can be asked."""

NO_OBJECT: Final = (
    _edited("the class has another name", CLASS, ("class Network:", "class NeuralNet:")),
    _edited("the constructor raises", CLASS, ("self.sizes = sizes", "self.sizes = size")),
    _edited(
        "the constructor takes no sizes",
        CLASS,
        ("def __init__(self, sizes):", "def __init__(self):\n        sizes = [2, 3, 1]"),
    ),
    _edited(
        "the constructor takes the sizes one by one",
        CLASS,
        (
            "def __init__(self, sizes):",
            "def __init__(self, n_in, n_hidden, n_out):\n        sizes = [n_in, n_hidden, n_out]",
        ),
    ),
    _file("the name of the class is an object's", CLASS, PLAIN + "\nNetwork = Network([2, 3, 1])\n"),
)
"""No object of the class can be made."""

SOME_OF_IT: Final = (
    _without("feedforward is missing", "feedforward", "feedforward"),
    _body("feedforward is to be done", "feedforward", "feedforward", "raise NotImplementedError"),
    _body("feedforward returns nothing", "feedforward", "feedforward", "pass"),
    _edited(
        "feedforward has the factors of its product exchanged",
        "feedforward",
        ("np.dot(weight, a)", "np.dot(a, weight)"),
    ),
    _edited("feedforward returns inside its loop", "feedforward", ("        return a\n", "            return a\n")),
    _without("backprop is missing", BACKPROP, "backprop"),
    _body("backprop is to be done", BACKPROP, "backprop", "raise NotImplementedError('to do')"),
    _body("backprop returns nothing", BACKPROP, "backprop", "pass"),
    _body("backprop calls itself", BACKPROP, "backprop", "return self.backprop(x, y)"),
    _body("backprop returns words", BACKPROP, "backprop", "return 'nabla_b', 'nabla_w'"),
    _edited("backprop returns nabla_w alone", BACKPROP, (RETURN, "        return nabla_w\n")),
    _edited("backprop returns a third thing", BACKPROP, (RETURN, "        return nabla_b, nabla_w, delta\n")),
    _edited("backprop returns one array too many", BACKPROP, (RETURN, "        return [x] + nabla_b, [x] + nabla_w\n")),
    _edited("backprop returns one array too few", BACKPROP, (RETURN, "        return nabla_b[1:], nabla_w[1:]\n")),
    _edited(
        "backprop returns NaN",
        BACKPROP,
        (RETURN, "        return [b * np.nan for b in nabla_b], [w * np.nan for w in nabla_w]\n"),
    ),
    _edited(
        "backprop returns infinities",
        BACKPROP,
        (RETURN, "        return [b * np.inf for b in nabla_b], [w / 0.0 for w in nabla_w]\n"),
    ),
    _edited("backprop returns inside its loop", f"? {BACKPROP}", (RETURN, "            return nabla_b, nabla_w\n")),
    _edited("backprop takes no target", BACKPROP, ("def backprop(self, x, y):", "def backprop(self, x):")),
    _edited("backprop misspells a name", BACKPROP, ("activations[-2].T", "activatons[-2].T")),
    _edited("backprop misspells a name in the loop", HIDDEN_LAYERS, ("activations[i].T", "activatons[i].T")),
    _edited("backprop has no .T at the output", "bp4", ("activations[-2].T", "activations[-2]")),
    _edited(
        "backprop counts the zs from 1",
        HIDDEN_LAYERS,
        ("back * sigmoid_prime(zs[i])", "back * sigmoid_prime(zs[len(zs) + i])"),
    ),
    _without("update_mini_batch is missing", STEPS, "update_mini_batch"),
    _body("update_mini_batch is to be done", STEPS, "update_mini_batch", "raise NotImplementedError"),
    _body("update_mini_batch does nothing", STEPS, "update_mini_batch", "pass"),
    _edited("update_mini_batch takes no eta", STEPS, ("mini_batch, eta):", "mini_batch):\n        eta = 1.0")),
    _edited("update_mini_batch misspells a name", STEPS, ("zip(self.weights, sum_w)]", "zip(self.wieghts, sum_w)]")),
    _edited(
        "update_mini_batch leaves no biases",
        STEPS,
        ("self.biases = [b - (eta / m) * s for b, s in zip(self.biases, sum_b)]", "self.biases = None"),
    ),
    # Without these backprop stops too. Whether a call of what is not there is worth the points of what calls it, nobody can say.
    _without("cost_derivative is missing", f"cost_derivative ? {BACKPROP}", "cost_derivative"),
    _edited(
        "a method is not indented",
        f"cost_derivative ? {BACKPROP}",
        ("    def cost_derivative", "def cost_derivative"),
    ),
    _body(
        "cost_derivative is to be done", f"cost_derivative ? {BACKPROP}", "cost_derivative", "raise NotImplementedError"
    ),
    _edited(
        "sigmoid_prime is missing",
        f"sigma_prime ? {BACKPROP}",
        ("\n\ndef sigmoid_prime(z):\n    return sigmoid(z) * (1.0 - sigmoid(z))\n", ""),
    ),
    _edited(
        "sigmoid_prime returns nothing", f"sigma_prime ? {BACKPROP}", ("return sigmoid(z) * (1", "sigmoid(z) * (1")
    ),
    _edited("sigmoid is missing", f"feedforward sigma_prime ? {BACKPROP}", ("def sigmoid(z):", "def logistic(z):")),
)
"""What works keeps its points."""

NOT_BROKEN: Final = (
    Broken("with a byte order mark", "", b"\xef\xbb\xbf" + PLAIN.encode()),
    Broken(
        "in Latin-1, declared",
        "",
        b"# coding: latin-1\n" + PLAIN.replace("a network", "un r\xe9seau").encode("latin-1"),
    ),
    Broken("lines that end as on Windows", "", PLAIN.replace("\n", "\r\n").encode()),
    Broken("a notebook with magics", "", _notebook("%matplotlib inline\n!pip list", PLAIN), ".ipynb"),
    Broken("a zip", "", _zip(network=PLAIN.encode()), ".zip"),
    _edited("prints at every step", "", ("zs.append(z)", "zs.append(z)\n            print('z =', z)")),
)
"""Right, though they look otherwise."""

BROKEN: Final = (*NOTHING_RUNS, *NO_OBJECT, *SOME_OF_IT)
