"""Mistakes in sigma'(z), which (BP1) and (BP2) both multiply by: the wrong function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from gradcheck.mistakes.formulas import (
    ONE_MINUS_A,
    RIGHT,
    WITH_PLUS,
    Formula,
    SigmaPrime,
    but_for,
    formula_for,
    only_for,
)
from gradcheck.mistakes.making import GRADIENT_IS_ZERO, after, as_columns_of, instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Array, Place

WITH_PRODUCT_RULE: Final = ("gelu", "gelu_tanh", "swish")
"""Activations of the form z f(z)."""


def _written(formulas: Mapping[str, Formula]) -> SigmaPrime:
    def step(place: Place, cotangent: Array) -> Array:
        return formula_for(formulas, place.activation)(place.a(place.layer), cotangent)

    return step


def _written_with_z(place: Place, cotangent: Array) -> Array:
    return formula_for(RIGHT, place.activation)(place.z(place.layer), cotangent)


def _diagonal(place: Place, cotangent: Array) -> Array:
    a = place.a(place.layer)
    product: Array = a * (1 - a) * cotangent
    return product


def _of_a(place: Place, cotangent: Array) -> Array:
    return place.activation.vjp(place.a(place.layer), cotangent)


def _sigma(place: Place, cotangent: Array) -> Array:
    return place.a(place.layer) * cotangent


def _product(place: Place, cotangent: Array) -> Array:
    return place.a(place.layer) * place.z(place.layer) * cotangent


def _one_term(place: Place, cotangent: Array) -> Array:
    return place.a(place.layer) / place.z(place.layer) * cotangent


def _mask_inverted(place: Place, cotangent: Array) -> Array:
    return place.activation.vjp(-place.z(place.layer), cotangent)


def _twice(right: SigmaPrime) -> SigmaPrime:
    def step(place: Place, cotangent: Array) -> Array:
        if place.is_output and place.call.network.matched_pair is not None:
            refuse("the matching cost is divided by one sigma', so that it is nabla_a C that is taken for a - y")
        return right(place, right(place, cotangent))

    return step


def _summed(place: Place, cotangent: Array) -> Array:
    return place.activation.vjp(place.z(place.layer), as_columns_of(cotangent.sum(axis=0), cotangent))


def _dot(place: Place, cotangent: Array) -> Array:
    product = place.activation.vjp(place.z(place.layer), cotangent)
    return as_columns_of(product.sum(axis=0), product)


_SigmaPrime = partial(
    Mistake,
    equation="(BP1), (BP2)",
    slot="sigma_prime",
    where=(Where.EVERYWHERE, Where.OUTPUT, Where.HIDDEN, Where.ONE),
)

ACTIVATION_DERIVATIVE: Final = (
    _SigmaPrime(
        id="sigma-prime-missing",
        sentence="the factor sigma'(z) is left out: what is called delta is dC/da, and delta is dC/dz",
        hint="delta is a derivative by z; which factor of the chain rule leads from a to z?",
        unseen="the neurons of the layer are linear, or all active where they are relu neurons",
        wrong=instead(lambda place, cotangent: cotangent),
    ),
    _SigmaPrime(
        id="sigma-prime-of-a",
        sentence="sigma' is taken at a in the place of z: sigma_prime is called with what already went through sigma",
        hint="what does sigma_prime expect, a weighted input or an activation?",
        unseen="sigma' is the same at z and at sigma(z), as for linear and relu neurons",
        wrong=instead(_of_a),
    ),
    _SigmaPrime(
        id="sigma-prime-is-sigma",
        sentence="sigma(z) stands where sigma'(z) should: the function, not its derivative",
        hint="which of the two functions does this line call?",
        unseen="sigma(z) = sigma'(z) wherever the error is not 0",
        wrong=instead(_sigma),
    ),
    _SigmaPrime(
        id="sigma-prime-formula-with-z",
        sentence="the formula of sigma' is written in a, as a (1 - a) or 1 - a^2, but z is put into it",
        hint="in which variable is this formula of sigma' written?",
        unseen="sigma' has no formula in a, or is 1 both ways, as for active elu neurons",
        wrong=instead(_written_with_z),
    ),
    _SigmaPrime(
        id="sigma-prime-plus-for-minus",
        sentence="sigma' is written with + for -, as a (1 + a) or 1 + a^2",
        hint="at which value of a should sigma' vanish, and does it?",
        unseen=GRADIENT_IS_ZERO,
        wrong=instead(_written(WITH_PLUS)),
    ),
    _SigmaPrime(
        id="sigma-prime-one-minus-a",
        sentence="sigma' is written 1 - a: the factor a of a (1 - a) is forgotten, or the square of 1 - a^2",
        hint="work sigma' out by hand at z = 0 and compare",
        unseen="the layer has neither sigmoid nor tanh neurons",
        wrong=instead(_written(ONE_MINUS_A)),
    ),
    _SigmaPrime(
        id="sigma-prime-sign",
        sentence="sigma' has the wrong sign, as a (a - 1) has: sigma grows, so its derivative is not negative",
        hint="is this sigma a function that grows?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: -right),
        where=(Where.EVERYWHERE,),
    ),
    _SigmaPrime(
        id="sigma-prime-twice",
        sentence="the error is multiplied by sigma'(z) twice, where the chain rule has it once",
        hint="count the places in which a layer's error meets its sigma'",
        unseen="sigma' is 0 or 1 throughout, as for linear and relu neurons; at an output that matches its cost it is told as a - y",
        wrong=_twice,
    ),
    _SigmaPrime(
        id="sigma-prime-as-product",
        sentence="sigma'(z) is read as a product, sigma(z) times z",
        hint="what does the dash in sigma' mean?",
        unseen="sigma(z) z = sigma'(z) wherever the error is not 0",
        wrong=instead(_product),
    ),
    _SigmaPrime(
        id="sigma-prime-mask-inverted",
        sentence="the mask of the relu is the wrong way round: the error passes where z < 0 and is stopped where z > 0",
        hint="through which neurons does a change of z reach the output?",
        unseen="no neuron of the layer is a relu or leaky relu",
        wrong=instead(only_for(("relu", "leaky_relu"), _mask_inverted)),
    ),
    _SigmaPrime(
        id="sigma-prime-product-rule",
        sentence="only the first term of the product rule is there: sigma(z) = z f(z) has the derivative f(z) + z f'(z)",
        hint="how many factors of sigma depend on z?",
        unseen="the neurons are not of the form z f(z)",
        wrong=instead(only_for(WITH_PRODUCT_RULE, _one_term)),
    ),
    _SigmaPrime(
        id="sigma-prime-softmax-diagonal",
        sentence="the softmax has only the diagonal of its Jacobian, a (1 - a): each output depends on every z of the layer",
        hint="what happens to the second output of a softmax when the first z grows?",
        unseen="the layer is no softmax",
        wrong=instead(only_for(("softmax",), _diagonal)),
    ),
    _SigmaPrime(
        id="sigma-prime-not-diagonal",
        sentence="the matrix of (33) has sigma'(z_j) in its whole row j, not on its diagonal alone, so the errors of all neurons are added up",
        hint="write down the matrix of (33) for two neurons",
        unseen="the layer has one neuron",
        wrong=instead(but_for(("softmax",), _summed)),
        where=(Where.EVERYWHERE, Where.HIDDEN),  # at the output alone it is bp1-summed-over-outputs
    ),
    _SigmaPrime(
        id="sigma-prime-dot-product",
        sentence="a dot product stands where the Hadamard product (28) should: its one number is given to all neurons",
        hint="what shape has the product of this line, and what shape should delta have?",
        unseen="the layer has one neuron",
        wrong=instead(but_for(("softmax",), _dot)),
    ),
)
