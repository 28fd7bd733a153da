"""What a regime asks of a network's structure: of its sizes and of the activations of its layers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.strategies.regimes import Regime
from gradcheck.strategies.sizes import layer_sizes


@dataclasses.dataclass(frozen=True)
class Rule:
    """What the structure of a network must be like.

    Attributes
    ----------
    name : str
        How the regime is called in messages.
    every, hidden : tuple of str
        The only activations that all layers, or the hidden ones, may have; empty for any.
    some : callable or None
        What at least one layer's activation must be.
    some_is : str
        The same in words.
    layers : (int, int)
        The least number of layers, and the largest that is drawn.
    max_width_drawn : int
        The largest width that is drawn.
    is_single : bool
        Whether layers after the input have one neuron.
    needs_pair : bool
        Whether a layer after the input must have two neurons or more.

    Examples
    --------
    >>> RULES[Regime.VANISHING].layers
    (9, 12)
    """

    name: str = "any"
    every: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    some: Callable[[Activation], bool] | None = None
    some_is: str = ""
    layers: tuple[int, int] = (2, 5)
    max_width_drawn: int = 4
    is_single: bool = False
    needs_pair: bool = False

    def allows(self, activation: Activation) -> bool:
        """Tell whether a layer, if only the last, may have this activation."""
        return not self.every or activation.name in self.every

    def allows_hidden(self, activation: Activation) -> bool:
        """Tell whether a hidden layer may have this activation."""
        is_listed = not self.hidden or activation.name in self.hidden
        return activation.derivative is not None and is_listed and self.allows(activation)

    def is_marked(self, activation: Activation) -> bool:
        """Tell whether the one layer that the regime needs may be one with this activation."""
        return self.some is None or self.some(activation)

    def sizes(self, least: int) -> st.SearchStrategy[list[int]]:
        """Return the sizes that are drawn by default, of `least` layers or more."""
        return self._sizes(max(least, self.layers[0]), max(least, self.layers[1]))

    def sizes_of(self, layers: int) -> st.SearchStrategy[list[int]]:
        """Return the sizes that are drawn by default, of this number of layers."""
        return self._sizes(layers, layers)

    def _sizes(self, least: int, most: int) -> st.SearchStrategy[list[int]]:
        """Return sizes of so many layers at least and at most."""
        if self.is_single:
            ones = st.lists(st.just(1), min_size=least - 1, max_size=most - 1)
            return st.tuples(st.integers(1, self.max_width_drawn), ones).map(lambda drawn: [drawn[0], *drawn[1]])
        return layer_sizes(min_layers=least, max_layers=most, max_width=self.max_width_drawn)

    def refuse_depth(self, layers: int) -> None:
        """Refuse a number of layers with which no network is in the regime."""
        if layers < self.layers[0]:
            raise UsageError(
                f"{layers} layers were asked for: the regime {self.name} needs {self.layers[0]} layers or more, input included"
            )

    def refuse_sizes(self, sizes: Sequence[int]) -> None:
        """Refuse the sizes of a network that cannot be in the regime."""
        self.refuse_depth(len(sizes))
        if self.is_single and max(sizes[1:]) > 1:
            raise UsageError(
                f"sizes is {list(sizes)}: the regime {self.name} has one neuron in every layer after the input"
            )
        if self.needs_pair and max(sizes[1:]) < 2:
            raise UsageError(
                f"sizes is {list(sizes)}: the regime {self.name} needs a layer of two neurons or more after the input"
            )

    def refuse_activations(self, activations: Sequence[Activation]) -> None:
        """Refuse the activations of all layers after the input if a network with them cannot be in the regime."""
        for layer, activation in enumerate(activations, start=2):
            is_output = layer == len(activations) + 1
            if not (self.allows(activation) if is_output else self.allows_hidden(activation)):
                allowed = self.every or self.hidden or ("an elementwise activation",)
                raise UsageError(
                    f"layer {layer} of {len(activations) + 1} has {activation.name}: the regime {self.name} needs "
                    f"one of {', '.join(allowed)} there"
                )
        if not any(map(self.is_marked, activations)):
            names = ", ".join(activation.name for activation in activations)
            raise UsageError(f"activations are {names}: the regime {self.name} needs {self.some_is} in some layer")


def is_relu(activation: Activation) -> bool:
    """Tell whether an activation is the built-in ReLU.

    Examples
    --------
    >>> from gradcheck.network.activations import RELU, TANH
    >>> is_relu(RELU), is_relu(TANH)
    (True, False)
    """
    return activation.name == "relu"


def is_kinked(activation: Activation) -> bool:
    """Tell whether every neuron with an activation has kinks.

    Examples
    --------
    >>> from gradcheck.network.activations import LEAKY_RELU, TANH
    >>> is_kinked(LEAKY_RELU), is_kinked(TANH)
    (True, False)
    """
    return bool(activation.kinks) and activation.uniform


ANY: Final = Rule()


def _is_elementwise(activation: Activation) -> bool:
    return activation.derivative is not None


# Activations that hand small z on as multiples of z: what is scaled down before them can be scaled up after them.
_LINEAR_AT_0: Final = ("tanh", "relu", "leaky_relu", "elu", "gelu", "gelu_tanh", "swish", "linear")

RULES: Final[Mapping[Regime | None, Rule]] = {
    None: ANY,
    Regime.SATURATED: Rule("saturated", every=("sigmoid", "tanh")),
    Regime.DEAD: Rule("dead", some=is_relu, some_is="a relu"),
    Regime.KINKED: Rule("kinked", some=is_kinked, some_is="an activation with kinks"),
    Regime.VANISHING: Rule("vanishing", every=("sigmoid",), layers=(9, 12), max_width_drawn=3),
    Regime.ILL_SCALED: Rule("ill_scaled", hidden=_LINEAR_AT_0, layers=(3, 5)),
    Regime.FLOAT32: Rule("float32"),
    Regime.SINGLE_NEURON: Rule("single_neuron", is_single=True),
    Regime.LINEAR: Rule("linear", every=("linear",)),
    Regime.MODIFIED_NEURON: Rule(
        "modified_neuron", some=_is_elementwise, some_is="an elementwise activation", needs_pair=True
    ),
}
