"""Gradients of models of other people: statsmodels' scores, choices, transport, time warping, Gaussian processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.zoo.library_room import both, from_library, imported
from tests.zoo.specimen import Specimen

STATS = "statsmodels"


def _score(generator: np.random.Generator, model: Any, size: int, tail: tuple[float, ...] = ()) -> Specimen:
    at = np.concatenate([0.4 * generator.standard_normal(size), tail])
    return Specimen(model.loglike, lambda p: np.asarray(model.score(p)), at)


def _design(generator: np.random.Generator) -> Any:
    return np.column_stack([np.ones(25), generator.standard_normal((25, 2))])


@from_library(STATS)
def logit(generator: np.random.Generator) -> Specimen:
    """Logistic regression."""
    return _score(generator, imported("statsmodels.api").Logit(generator.integers(0, 2, 25), _design(generator)), 3)


@from_library(STATS)
def probit(generator: np.random.Generator) -> Specimen:
    """Probit regression."""
    return _score(generator, imported("statsmodels.api").Probit(generator.integers(0, 2, 25), _design(generator)), 3)


@from_library(STATS)
def poisson(generator: np.random.Generator) -> Specimen:
    """Poisson regression."""
    return _score(generator, imported("statsmodels.api").Poisson(generator.integers(0, 6, 25), _design(generator)), 3)


@from_library(STATS)
def negative_binomial(generator: np.random.Generator) -> Specimen:
    """Negative binomial regression, its dispersion last."""
    model = imported("statsmodels.api").NegativeBinomial(generator.integers(0, 6, 25), _design(generator))
    return _score(generator, model, 3, (0.7,))


@from_library(STATS)
def generalised_poisson(generator: np.random.Generator) -> Specimen:
    """Generalised Poisson regression."""
    model = imported("statsmodels.api").GeneralizedPoisson(generator.integers(0, 6, 25), _design(generator))
    return _score(generator, model, 3, (0.3,))


@from_library(STATS)
def zero_inflated_poisson(generator: np.random.Generator) -> Specimen:
    """Poisson regression with extra zeros."""
    y = generator.integers(0, 6, 25) * generator.integers(0, 2, 25)
    return _score(generator, imported("statsmodels.api").ZeroInflatedPoisson(y, _design(generator)), 4)


@from_library(STATS)
def multinomial_logit(generator: np.random.Generator) -> Specimen:
    """Multinomial logit."""
    return _score(generator, imported("statsmodels.api").MNLogit(generator.integers(0, 3, 25), _design(generator)), 6)


@from_library(STATS)
def generalised_linear_model(generator: np.random.Generator) -> Specimen:
    """A gamma model with a log link."""
    sm = imported("statsmodels.api")
    y = generator.uniform(0.5, 3.0, 25)
    model = sm.GLM(y, _design(generator), family=sm.families.Gamma(sm.families.links.Log()))
    at = 0.4 * generator.standard_normal(3)
    return Specimen(lambda p: model.loglike(p, scale=1.0), lambda p: model.score(p, scale=1.0), at)


@from_library(STATS)
def proportional_hazards(generator: np.random.Generator) -> Specimen:
    """Cox's partial likelihood."""
    times, died = generator.exponential(size=25), generator.integers(0, 2, 25)
    return _score(generator, imported("statsmodels.api").PHReg(times, _design(generator)[:, 1:], died), 2)


@from_library(STATS)
def conditional_logit(generator: np.random.Generator) -> Specimen:
    """Logistic regression within groups."""
    module = imported("statsmodels.discrete.conditional_models")
    y = np.tile([0, 1, 1, 0, 1], 5)
    return _score(
        generator, module.ConditionalLogit(y, _design(generator)[:, 1:], groups=np.repeat(np.arange(5), 5)), 2
    )


@from_library(STATS)
def truncated_poisson(generator: np.random.Generator) -> Specimen:
    """Poisson regression without its zeros."""
    module = imported("statsmodels.discrete.truncated_model")
    return _score(generator, module.TruncatedLFPoisson(generator.integers(1, 6, 25), _design(generator)), 3)


@from_library("choix")
def paired_comparisons(generator: np.random.Generator) -> Specimen:
    """Bradley and Terry's likelihood."""
    data = [tuple(int(i) for i in generator.choice(5, 2, replace=False)) for _ in range(15)]
    model = imported("choix.opt").PairwiseFcts(data, 0.1)
    return Specimen(model.objective, model.gradient, generator.standard_normal(5))


@from_library("choix")
def rankings(generator: np.random.Generator) -> Specimen:
    """Plackett and Luce's likelihood of first choices."""
    data = [(int(one[0]), [int(i) for i in one[1:]]) for one in (generator.permutation(5)[:3] for _ in range(10))]
    model = imported("choix.opt").Top1Fcts(data, 0.1)
    return Specimen(model.objective, model.gradient, generator.standard_normal(5))


@from_library("POT", draws=2)
def smooth_transport(generator: np.random.Generator) -> Specimen:
    """The dual of optimal transport with a squared penalty."""
    smooth = imported("ot.smooth")
    a, b = generator.dirichlet(np.ones(5)), generator.dirichlet(np.ones(4))
    costs = generator.uniform(size=(5, 4))
    penalty = smooth.NegEntropy(gamma=0.3) if generator.integers(2) else smooth.SquaredL2(gamma=0.3)

    def found(p: Any) -> Any:
        value, one, other = smooth.dual_obj_grad(p["a"], p["b"], a, b, costs, penalty)
        return value, {"a": one, "b": other}

    return both(found, {"a": 0.3 * generator.standard_normal(5), "b": 0.3 * generator.standard_normal(4)}, length=0.03)


@from_library("tslearn")
def soft_time_warping(generator: np.random.Generator) -> Specimen:
    """The soft-DTW of a matrix of distances."""
    warping = imported("tslearn.metrics").softdtw_variants

    def found(d: Any) -> Any:
        path = warping.SoftDTW(d, gamma=0.7)
        return path.compute(), path.grad()

    return both(found, generator.uniform(0.5, 2.0, (5, 4)))


@from_library("george")
def covariance_of_stars(generator: np.random.Generator) -> Specimen:
    """The likelihood of a Gaussian process with Matern's kernel."""
    george = imported("george")
    x = np.sort(generator.uniform(0.0, 5.0, 12))
    y = np.sin(x)
    process = george.GP(0.7 * george.kernels.Matern32Kernel(1.2))
    process.compute(x, 0.1)

    def at(p: Any) -> Any:
        process.set_parameter_vector(p)
        process.recompute()
        return process

    start = process.get_parameter_vector() + 0.1 * generator.standard_normal(2)
    return Specimen(lambda p: at(p).log_likelihood(y), lambda p: at(p).grad_log_likelihood(y), start, length=0.5)


@from_library("pymanopt")
def euclidean_gradient(generator: np.random.Generator) -> Specimen:
    """Rayleigh's quotient, differentiated by pymanopt's backend of autograd."""
    pymanopt = imported("pymanopt")
    anp = imported("autograd.numpy")
    a = generator.standard_normal((5, 5))
    cost = pymanopt.function.autograd(imported("pymanopt.manifolds").Euclidean(5))(
        lambda x: anp.dot(x, anp.dot(a, x)) / anp.dot(x, x)
    )
    return Specimen(cost, cost.get_gradient_operator(), generator.standard_normal(5))
