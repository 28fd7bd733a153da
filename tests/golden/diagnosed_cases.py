"""Results made by hand whose cause is known: equations, named mistakes, ties, patterns; shown at every level."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

from gradcheck.results import (
    Census,
    CheckResult,
    Diagnosis,
    EquationResult,
    EquationStatus,
    Explains,
    Fault,
    FaultKind,
    Verdict,
)
from tests.golden.pieces import (
    BACKPROP,
    FORWARD,
    MINI_BATCH_NOTE,
    agreeing,
    at_point,
    disagreeing,
    network,
    part,
    wrong,
)

MARKS: Final = {
    "o": EquationStatus.HOLDS,
    "X": EquationStatus.BROKEN,
    "c": EquationStatus.CARRIED,
    "v": EquationStatus.VACUOUS,
    "-": EquationStatus.UNJUDGED,
}

CODE: Final = """\
net = Network([1, 1, 1])
net.weights = [np.array([[1.0]]), np.array([[1.0]])]
net.biases = [np.array([[1.0]]), np.array([[1.0]])]
x, y = np.array([[1.0]]), np.array([[0.0]])
nabla_b, nabla_w = net.backprop(x, y)"""


def equations(*rows: str) -> tuple[EquationResult, ...]:
    """Return equations from a word of marks a layer (delta, nabla_b, nabla_w), the output layer first."""
    found = []
    for row, layer in zip(rows, range(len(rows) + 1, 1, -1), strict=True):
        names = ("BP1" if layer > len(rows) else "BP2", "BP3", "BP4")
        for name, mark in zip(names, row, strict=True):
            judged = mark != "-"
            residual = {"X": 0.5, "-": math.nan}.get(mark, 1e-17)
            bound = 1.1e-15 if judged else math.nan
            found.append(EquationResult(name, layer, MARKS[mark], residual, bound, 5 if judged else 0))
    return tuple(found)


LEFT_OUT: Final = Diagnosis(
    "bp2-no-sigma-prime",
    "(BP2)",
    "sigma'(z) is left out",
    Explains.MISTAKE,
    "hidden layers",
    "(BP2) is a product of two things for each neuron; count those in your line for the hidden layers",
    14.3,
)
SIGN: Final = Diagnosis(
    "bp1-sign",
    "(BP1)",
    "it has y - a for a - y",
    Explains.MISTAKE,
    "output layer",
    "look at the sign of your error",
    15.2,
)
ASCENT: Final = Diagnosis(
    "negative-gradient",
    "(BP3), (BP4)",
    "it returns the negative gradient, for a step that adds it",
    Explains.MISTAKE,
    "all layers",
    "which way does a step along your gradient move the cost?",
    15.0,
)
DOUBLED: Final = Diagnosis(
    "constant-factor", "", "it is 2 times the slope, in every component", Explains.PATTERN, "w1", digits=12.1
)
COMPARED: Final = Diagnosis("sigma-prime", "(BP1), (BP2)", "sigma_prime is not the derivative of sigma: at z = 0.4321 it "
    "says 0.598461, differences give 0.178270")  # fmt: skip

HIDDEN_WRONG: Final = part(
    "backprop",
    Verdict.DISAGREE,
    blocks=(
        disagreeing("biases[0]", (1, 1), 1, 1),
        agreeing("biases[1]", (1, 1)),
        disagreeing("weights[0]", (1, 1), 1, 1),
        agreeing("weights[1]", (1, 1)),
    ),
    worst=wrong("biases[0]", (0, 0), 0.0996077, 0.0104582),
    wrong=(wrong("biases[0]", (0, 0), 0.0996077, 0.0104582), wrong("weights[0]", (0, 0), 0.0996077, 0.0104582)),
    diagnosis=(LEFT_OUT,),
    equations=equations("ooo", "Xcc", "Xcc"),
    counterexample=CODE,
    parameters=4,
)
OUTPUT_WRONG: Final = dataclasses.replace(
    HIDDEN_WRONG, diagnosis=(SIGN, ASCENT), equations=equations("Xcc", "cvc", "--X"), counterexample=CODE
)


def whole(told: CheckResult) -> CheckResult:
    """Return the network's result as a check makes it: told by the part that disagrees."""
    names = ("title", "blocks", "worst", "wrong", "diagnosis", "equations", "counterexample", "parameters")
    copied = {name: getattr(told, name) for name in names}
    return network(Verdict.DISAGREE, FORWARD, told, **copied, notes=(MINI_BATCH_NOTE,))


DIAGNOSED: Final = {
    "agree_equations": network(
        Verdict.AGREE, FORWARD, dataclasses.replace(BACKPROP, equations=equations("ooo", "ooo", "vov"))
    ),
    "disagree_mistake": whole(HIDDEN_WRONG),
    "disagree_tied": whole(OUTPUT_WRONG),
    "disagree_unnamed": whole(dataclasses.replace(HIDDEN_WRONG, diagnosis=(COMPARED,))),
    "disagree_pattern": at_point(
        Verdict.DISAGREE,
        blocks=(agreeing("b1", (30, 1)), disagreeing("w1", (30, 784), 61, 61)),
        worst=wrong("w1", (2, 0), -0.412381, -0.2061905),
        wrong=(wrong("w1", (2, 0), -0.412381, -0.2061905), wrong("w1", (7, 31), 0.318256, 0.159128)),
        census=(Census("w1", (30, 784), 61, 61),),
        diagnosis=(DOUBLED,),
    ),
    "disagree_two_outputs": at_point(
        Verdict.DISAGREE,
        faults=(Fault(FaultKind.OUTPUT, "out", "the jvp returned 0.731 for out[1] where the function gives 0.269: they must be the same"),),
    ),
}  # fmt: skip
