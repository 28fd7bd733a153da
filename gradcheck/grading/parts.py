"""What an item of a rubric can ask for: the parts of a network check, and those of functions with their derivatives."""

from __future__ import annotations

import enum
from typing import Final


class SubmissionProtocol(enum.Enum):
    """In which shape the submissions of an assignment are written.

    Examples
    --------
    >>> SubmissionProtocol("pair").name
    'PAIR'
    """

    NETWORK = "network"
    """A class with weights, biases, feedforward(a), backprop(x, y) and update_mini_batch(mini_batch, eta)."""
    PAIR = "pair"
    """A function and its derivative, two functions: cost and gradient, or sigma and sigma_prime."""
    LAYERS = "layers"
    """NAME_forward(*inputs) -> out or (out, cache), and NAME_backward(dout[, cache]) -> one gradient an input."""
    LOSS = "loss"
    """One function of the parameters that returns (loss, grads)."""


class Part(enum.Enum):
    """What an item asks for.

    Examples
    --------
    >>> Part("BP2").equation, Part("descent_step").equation
    ('BP2', '')
    >>> Part("backward").protocol
    <SubmissionProtocol.LAYERS: 'layers'>
    """

    FEEDFORWARD = "feedforward"
    """`feedforward(a)` is equation (25) with the neurons that are declared."""
    COST_DERIVATIVE = "cost_derivative"
    """`cost_derivative(a, y)` is nabla_a of the declared cost."""
    SIGMA_PRIME = "sigma_prime"
    """The file's derivative of its sigma is the derivative of its sigma."""
    BACKPROP = "backprop"
    """`backprop(x, y)` of one example is the gradient of the class's own cost: all four equations at once."""
    BP1 = "BP1"
    BP2 = "BP2"
    BP3 = "BP3"
    BP4 = "BP4"
    MINI_BATCH = "mini_batch"
    """`update_mini_batch` takes, for m examples, the mean of the steps that it takes for each of them alone."""
    DESCENT_STEP = "descent_step"
    """`update_mini_batch` of one example subtracts eta times the gradient, from weights and biases."""
    UPDATE_MINI_BATCH = "update_mini_batch"
    """Both of these at once: the step is minus eta times the gradient of the mini-batch's mean cost."""
    LINEAR_NEURONS = "linear_neurons"
    """`backprop` of a class of linear neurons, sigma(z) = z throughout."""
    MODIFIED_NEURON = "modified_neuron"
    """`backprop` of a class in which one neuron has another activation function."""
    MATRIX_BATCH = "matrix_batch"
    """`backprop(X, Y)` of a whole mini-batch, one column an example, is the declared sum or mean."""
    FUNCTION = "function"
    """The function of a pair has the reference's values."""
    DERIVATIVE = "derivative"
    """The derivative of a pair is that of its function."""
    FORWARD = "forward"
    """NAME_forward has the reference's values."""
    BACKWARD = "backward"
    """NAME_backward gives the gradient by every input."""
    LOSS = "loss"
    """The loss has the reference's values."""
    GRADS = "grads"
    """The grads are those of the loss."""

    @property
    def equation(self) -> str:
        """ "BP1" to "BP4", or empty."""
        return self.value if self in EQUATIONS else ""

    @property
    def protocol(self) -> SubmissionProtocol:
        """The shape of submission that has this part."""
        return _PROTOCOLS.get(self, SubmissionProtocol.NETWORK)

    @property
    def has_layers(self) -> bool:
        """Whether it is taken layer by layer, so that points can be shared among the layers."""
        return self in _LAYERED

    @property
    def has_blocks(self) -> bool:
        """Whether it answers in several arrays, so that points can be shared among them."""
        return self in _IN_BLOCKS


EQUATIONS: Final = (Part.BP1, Part.BP2, Part.BP3, Part.BP4)

OF_ANOTHER_CLASS: Final = frozenset({Part.LINEAR_NEURONS, Part.MODIFIED_NEURON})
"""Parts that ask for a network other than the assignment's: they name a class of their own."""

_PROTOCOLS: Final = {
    Part.FUNCTION: SubmissionProtocol.PAIR,
    Part.DERIVATIVE: SubmissionProtocol.PAIR,
    Part.FORWARD: SubmissionProtocol.LAYERS,
    Part.BACKWARD: SubmissionProtocol.LAYERS,
    Part.LOSS: SubmissionProtocol.LOSS,
    Part.GRADS: SubmissionProtocol.LOSS,
}

_OF_WHOLE_GRADIENTS: Final = frozenset(
    {Part.BACKPROP, Part.MATRIX_BATCH, Part.LINEAR_NEURONS, Part.MODIFIED_NEURON, Part.UPDATE_MINI_BATCH}
    | {Part.MINI_BATCH, Part.DESCENT_STEP}
)

_LAYERED: Final = _OF_WHOLE_GRADIENTS | {Part.BP2, Part.BP3, Part.BP4}

_IN_BLOCKS: Final = _OF_WHOLE_GRADIENTS | {Part.DERIVATIVE, Part.BACKWARD, Part.GRADS}


def parts_of(protocol: SubmissionProtocol) -> tuple[Part, ...]:
    """Return the parts that such submissions have.

    Examples
    --------
    >>> [part.value for part in parts_of(SubmissionProtocol.LAYERS)]
    ['forward', 'backward']
    """
    return tuple(part for part in Part if part.protocol is protocol)
