"""The network that an item of a rubric is about, in the words of the checks."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from gradcheck.grading.parts import Part
from gradcheck.network.activations import LINEAR, Activation, activation_named, modified_neuron
from gradcheck.network.costs import cost_named
from gradcheck.network.weight_decay import WeightDecay
from gradcheck.subjects.network_class import Batch, Declared

if TYPE_CHECKING:
    from gradcheck.grading.rubric_model import Item
    from gradcheck.grading.rubric_network import NetworkTable


def declared_for(item: Item, network: NetworkTable) -> Declared:
    """Return what the checks are to take an item's class for.

    Only the part matrix_batch declares what backprop returns for several columns: the other parts give it one example at a time.

    Examples
    --------
    >>> from gradcheck.grading.rubric_network import NetworkTable
    >>> from gradcheck.grading.rubric_model import Item
    >>> item = Item(id="linear", title="Linear neurons", points=1.0, part=Part.LINEAR_NEURONS)
    >>> declared_for(item, NetworkTable(activation="tanh")).activations[0].name
    'linear'
    """
    batch = network.batch if item.part is Part.MATRIX_BATCH else None
    return dataclasses.replace(
        declared_alone(network),
        activations=_activations(item, network),
        batch=Batch.UPDATE if batch is None else Batch(batch.value),
    )


def declared_alone(network: NetworkTable) -> Declared:
    """Return what a rubric says of the assignment's own class, whatever is asked of it.

    Examples
    --------
    >>> from gradcheck.grading.rubric_network import NetworkTable
    >>> declared_alone(NetworkTable(activation="tanh")).activations[0].name
    'tanh'
    """
    return Declared(
        activations=tuple(map(activation_named, network.activation)),
        cost=cost_named(network.cost),
        weight_decay=WeightDecay(l1=network.l1, l2=network.l2),
    )


def _activations(item: Item, network: NetworkTable) -> tuple[Activation, ...]:
    """Return one activation for all layers, or one for each layer after the input."""
    declared = tuple(map(activation_named, network.activation))
    if item.part is Part.LINEAR_NEURONS:
        return tuple(LINEAR for _ in declared)
    if item.modified is None:
        return declared
    place = item.modified.layer - 2
    # Of one activation for all there may be any number of layers: the modified neuron's and one more, the output's, are enough.
    layers = declared if len(declared) > 1 else declared * (place + 2)
    f = activation_named(item.modified.activation)
    return (*layers[:place], modified_neuron(layers[place], item.modified.neuron, f), *layers[place + 1 :])
