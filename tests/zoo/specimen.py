"""What the zoo is made of: a cost with a gradient that is right or wrong, in pairs, drawn from a generator."""

from __future__ import annotations

import dataclasses
import enum
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optree

from gradcheck.results import Verdict

Cost = Callable[[Any], Any]
Gradient = Callable[[Any], Any]

AGREE = frozenset({Verdict.AGREE})
DISAGREE = frozenset({Verdict.DISAGREE})
OPEN = frozenset({Verdict.INCONCLUSIVE})


class Kind(enum.Enum):
    """What makes a problem hard; the first three may leave a right gradient undecided."""

    KINK = "kink"
    NOISE = "noise"
    VACUOUS = "vacuous"
    RANDOM = "nondeterministic"
    PRECISION = "low precision"
    CONTRACT = "contract"
    SMOOTH = "smooth"


MAY_STAY_OPEN = frozenset({Kind.KINK, Kind.NOISE, Kind.VACUOUS, Kind.RANDOM})
"""The kinds in which a right gradient that stays inconclusive is no defect of the checker."""


@dataclasses.dataclass(frozen=True, eq=False)
class Layer:
    """A forward pass with the backward pass written for it."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inputs: tuple[Any, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Specimen:
    """One cost with one gradient at one point, and the truth about it.

    `share` is the norm of the error in units of the norm of the true gradient, in the leaf where that is largest: 0 for a right
    gradient, NaN for a fault that no number at this point shows. `clean` is the cost without its noise, offset and rounding
    (complex arguments welcome), for an independent check of the zoo itself. `length` is how far the parameters have to move for
    the cost to bend, where that is not their own size; `noise` is the noise of one evaluation beyond its rounding; `truth` is
    the right gradient at the point.
    """

    cost: Cost
    gradient: Gradient
    at: Any
    is_right: bool = True
    share: float = 0.0
    name: str = ""
    family: str = ""
    kind: Kind = Kind.SMOOTH
    mistake: str = ""
    clean: Cost | None = None
    length: float | None = None
    noise: float = 0.0
    layer: Layer | None = None
    library: str = ""
    truth: Any = None
    by_construction: str = ""
    below_resolution: bool = False

    @property
    def size(self) -> int:
        """P, the number of components."""
        return sum(np.size(leaf) for leaf in optree.tree_leaves(self.at))


@dataclasses.dataclass(frozen=True, eq=False)
class Pair:
    """A right gradient, and a wrong one beside it."""

    right: Specimen
    wrong: Specimen


@dataclasses.dataclass(frozen=True)
class Expected:
    """The verdicts that are no mistake of the checker; `refusal`: a clear refusal of the call is as good."""

    right: frozenset[Verdict]
    wrong: frozenset[Verdict]
    refusal: bool = False


class MissingLibrary(Exception):
    """A library that cannot be imported; its name is the message."""


@dataclasses.dataclass(frozen=True)
class Family:
    """A way to make pairs from a generator: `family(generator)` gives one, `draws` of them stand in the zoo."""

    name: str
    make: Callable[[np.random.Generator], Pair]
    kind: Kind
    expected: Expected
    draws: int
    library: str = ""

    def __call__(self, generator: np.random.Generator) -> Pair:
        pair = self.make(generator)
        return Pair(self._named(pair.right, "right"), self._named(pair.wrong, "wrong"))

    def draw(self, seed: int, number: int) -> Pair:
        """Return the pair of one number, a new one at each call (some specimens remember what they were asked)."""
        pair = self(np.random.default_rng([seed, zlib.crc32(self.name.encode()), number]))
        return Pair(*(dataclasses.replace(one, name=f"{one.name}/{number}") for one in (pair.right, pair.wrong)))

    def _named(self, specimen: Specimen, side: str) -> Specimen:
        return dataclasses.replace(
            specimen, name=f"{self.name}/{side}", family=self.name, kind=self.kind, library=self.library
        )


FAMILIES: dict[str, Family] = {}
"""Every family of the zoo by its name."""

_USUAL = {
    Kind.SMOOTH: Expected(AGREE, DISAGREE),
    Kind.CONTRACT: Expected(AGREE, DISAGREE),
    Kind.PRECISION: Expected(AGREE, DISAGREE),
    Kind.KINK: Expected(AGREE | OPEN, DISAGREE | OPEN),
    Kind.NOISE: Expected(AGREE | OPEN, DISAGREE | OPEN),
    Kind.VACUOUS: Expected(AGREE | OPEN, DISAGREE | OPEN),
    Kind.RANDOM: Expected(OPEN, DISAGREE | OPEN),
}


def family(
    kind: Kind = Kind.SMOOTH, *, draws: int = 4, expected: Expected | None = None, library: str = ""
) -> Callable[[Callable[[np.random.Generator], Pair]], Family]:
    """Register a function (generator) -> Pair as the family of its name."""

    def register(make: Callable[[np.random.Generator], Pair]) -> Family:
        made = Family(make.__name__, make, kind, expected or _USUAL[kind], draws, library)
        if made.name in FAMILIES:
            raise ValueError(f"there are two families named {made.name}")
        FAMILIES[made.name] = made
        return made

    return register


def leaves_of(structure: Any) -> list[Any]:
    """Return the leaves of a structure as float64 arrays."""
    return [np.asarray(leaf, dtype=np.float64) for leaf in optree.tree_leaves(structure)]


def norm(values: Any) -> float:
    """Return the Euclidean norm, of squares that would overflow or vanish too."""
    top = float(np.max(np.abs(values), initial=0.0))
    return top * float(np.linalg.norm(np.asarray(values) / top)) if 0.0 < top < np.inf else top


def shares(truth: Any, claimed: Any) -> list[float]:
    """Return, leaf by leaf, the norm of the error in units of the norm of the truth."""
    found = []
    for right, wrong in zip(leaves_of(truth), leaves_of(claimed), strict=True):
        error, size = norm(wrong - right), norm(right)
        found.append(error / size if size else (np.inf if error else 0.0))
    return found


def beside(right: Specimen, wrong: Gradient, mistake: str, **changes: Any) -> Pair:
    """Return the pair of a right specimen and the same with another gradient, wrong as `mistake` says."""
    truth = right.gradient(optree.tree_map(np.copy, right.at))
    share = changes.pop("share", None)
    if share is None:
        share = max(shares(truth, wrong(optree.tree_map(np.copy, right.at))))
    other = dataclasses.replace(
        right, gradient=wrong, is_right=False, share=share, mistake=mistake, truth=truth, **changes
    )
    return Pair(dataclasses.replace(right, truth=truth), other)


def layer_specimen(layer: Layer, generator: np.random.Generator, **meta: Any) -> Specimen:
    """Return a layer as a specimen: <u, forward> is its cost under a fixed random cotangent u, for those who take a cost."""
    out = layer.forward(*layer.inputs)
    cached = isinstance(out, tuple)
    u = generator.standard_normal(np.shape(out[0] if cached else out))
    floating = [i for i, x in enumerate(layer.inputs) if np.asarray(x).dtype.kind == "f"]

    def filled(moved: Sequence[Any]) -> list[Any]:
        inputs = list(layer.inputs)
        for i, x in zip(floating, moved, strict=True):
            inputs[i] = x
        return inputs

    def cost(moved: Sequence[Any]) -> Any:
        y = layer.forward(*filled(moved))
        return np.sum(u * (y[0] if cached else y))

    def gradient(moved: Sequence[Any]) -> Any:
        y = layer.forward(*filled(moved))
        found = layer.backward(u, y[1]) if cached else layer.backward(u)
        found = found if isinstance(found, (tuple, list)) else (found,)
        return [found[i] for i in floating] if len(found) == len(layer.inputs) else list(found)

    return Specimen(cost, gradient, [layer.inputs[i] for i in floating], layer=layer, **meta)
