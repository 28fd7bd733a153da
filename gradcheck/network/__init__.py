"""What the gradient SHOULD be: the reference network and its backpropagation, Nielsen's equations (23) to (53)."""

from gradcheck.network.activations import ACTIVATIONS, Activation, activation_named, custom, modified_neuron
from gradcheck.network.backprop import backprop, backprop_from, bp1, bp2, bp3, bp4, output_error
from gradcheck.network.costs import COSTS, Cost, MatchedPair, cost_named, matched_pair
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import ForwardPass, Network, component_form
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay

__all__ = [
    "ACTIVATIONS",
    "COSTS",
    "NO_DECAY",
    "Activation",
    "Cost",
    "ForwardPass",
    "Gradient",
    "MatchedPair",
    "Network",
    "WeightDecay",
    "activation_named",
    "backprop",
    "backprop_from",
    "bp1",
    "bp2",
    "bp3",
    "bp4",
    "component_form",
    "cost_named",
    "custom",
    "matched_pair",
    "modified_neuron",
    "output_error",
]
