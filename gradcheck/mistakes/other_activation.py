"""Mistakes in sigma'(z) where the derivative is right, but that of another activation."""

from __future__ import annotations

from functools import partial
from typing import Final

from gradcheck.mistakes.formulas import RIGHT, SigmaPrime, but_for, only_for
from gradcheck.mistakes.making import instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Array, Place
from gradcheck.network.activations import RELU, SIGMOID, TANH, Activation, activation_named


def _of(activation: Activation) -> SigmaPrime:
    return lambda place, cotangent: activation.vjp(place.z(place.layer), cotangent)


def _formula_of(name: str) -> SigmaPrime:
    return lambda place, cotangent: RIGHT[name](place.a(place.layer), cotangent)


def _part_of_modified(part: int) -> SigmaPrime:
    """Return sigma' of the whole layer as that of its other neurons (0), or of its modified neuron (1)."""

    def step(place: Place, cotangent: Array) -> Array:
        parts = place.activation.name.split(" with neuron ")  # as `modified_neuron` names it
        if place.activation.uniform or len(parts) != 2:
            refuse(f"layer {place.layer} has no modified neuron")
        name = parts[0] if part == 0 else parts[1].split(" ", 1)[1]
        return activation_named(name).vjp(place.z(place.layer), cotangent)

    return step


_SigmaPrime = partial(
    Mistake,
    equation="(BP1), (BP2)",
    slot="sigma_prime",
    where=(Where.EVERYWHERE, Where.OUTPUT, Where.HIDDEN, Where.ONE),
)

OTHER_ACTIVATION: Final = (
    _SigmaPrime(
        id="sigma-prime-of-sigmoid",
        sentence="the derivative is that of the sigmoid, sigmoid'(z), which is not the sigma of this layer",
        hint="which function do the neurons of this layer have?",
        unseen="the neurons are sigmoid neurons",
        wrong=instead(_of(SIGMOID)),
    ),
    _SigmaPrime(
        id="sigma-prime-formula-of-sigmoid",
        sentence="the derivative is a (1 - a), which is right for the sigmoid and not for the sigma of this layer",
        hint="for which function is this formula the derivative?",
        unseen="the neurons are sigmoid neurons",
        wrong=instead(but_for(("softmax",), _formula_of("sigmoid"))),
    ),
    _SigmaPrime(
        id="sigma-prime-of-tanh",
        sentence="the derivative is that of tanh, taken at z, which is not the sigma of this layer",
        hint="which function do the neurons of this layer have?",
        unseen="the neurons are tanh neurons",
        wrong=instead(_of(TANH)),
    ),
    _SigmaPrime(
        id="sigma-prime-formula-of-tanh",
        sentence="the derivative is 1 - a^2, which is right for tanh and not for the sigma of this layer",
        hint="for which function is this formula the derivative?",
        unseen="the neurons are tanh neurons",
        wrong=instead(_formula_of("tanh")),
    ),
    _SigmaPrime(
        id="sigma-prime-of-relu",
        sentence="the derivative is that of the relu, 1 or 0, which is not the sigma of this layer",
        hint="which function do the neurons of this layer have?",
        unseen="the neurons are relu neurons",
        wrong=instead(but_for(("leaky_relu",), _of(RELU))),
    ),
    _SigmaPrime(
        id="sigma-prime-leak-dropped",
        sentence="the slope of the leaky relu below 0 is dropped: its derivative there is small, not 0",
        hint="what is the derivative of the leaky relu at z = -1?",
        unseen="every z is above 0, or the layer is no leaky relu",
        wrong=instead(only_for(("leaky_relu",), _of(RELU))),
    ),
    _SigmaPrime(
        id="sigma-prime-of-the-other-neurons",
        sentence="the one modified neuron is given sigma' of the other neurons in its layer: it has an f' of its own",
        hint="do all neurons of this layer have the same function?",
        unseen="all neurons of the layer have the same function",
        wrong=instead(_part_of_modified(0)),
    ),
    _SigmaPrime(
        id="sigma-prime-of-the-modified-neuron",
        sentence="the whole layer is given f' of the one modified neuron: the others keep their sigma'",
        hint="do all neurons of this layer have the same function?",
        unseen="all neurons of the layer have the same function",
        wrong=instead(_part_of_modified(1)),
    ),
)
