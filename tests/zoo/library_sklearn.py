"""Gradients of scikit-learn: losses, linear models, networks, Gaussian processes, embeddings."""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from typing import Any

import numpy as np

from tests.zoo.library_room import both, from_library, imported
from tests.zoo.specimen import Kind, Pair, Specimen, family

SKLEARN = "scikit-learn"


def _counts(generator: np.random.Generator, n: int) -> Any:
    return generator.integers(0, 5, n).astype(float)


def _loss(generator: np.random.Generator, name: str, target: Any, **arguments: Any) -> Specimen:
    loss = getattr(imported("sklearn._loss.loss"), name)(**arguments)
    raw = generator.standard_normal((12, arguments["n_classes"]) if "n_classes" in arguments else 12)
    return Specimen(
        lambda p: np.sum(loss.loss(target, np.ascontiguousarray(p))),
        lambda p: loss.gradient(target, np.ascontiguousarray(p)),
        raw,
    )


@from_library(SKLEARN)
def half_squared_error(generator: np.random.Generator) -> Specimen:
    """Half the squared error."""
    return _loss(generator, "HalfSquaredError", generator.standard_normal(12))


@from_library(SKLEARN)
def half_poisson_loss(generator: np.random.Generator) -> Specimen:
    """Poisson's deviance with a log link."""
    return _loss(generator, "HalfPoissonLoss", _counts(generator, 12))


@from_library(SKLEARN)
def half_gamma_loss(generator: np.random.Generator) -> Specimen:
    """The gamma deviance with a log link."""
    return _loss(generator, "HalfGammaLoss", generator.uniform(0.5, 3.0, 12))


@from_library(SKLEARN)
def half_tweedie_loss(generator: np.random.Generator) -> Specimen:
    """Tweedie's deviance of power 1.5 with a log link."""
    return _loss(generator, "HalfTweedieLoss", _counts(generator, 12), power=1.5)


@from_library(SKLEARN)
def half_binomial_loss(generator: np.random.Generator) -> Specimen:
    """Binary cross-entropy with logits."""
    return _loss(generator, "HalfBinomialLoss", generator.integers(0, 2, 12).astype(float))


@from_library(SKLEARN)
def half_multinomial_loss(generator: np.random.Generator) -> Specimen:
    """Softmax with cross-entropy."""
    return _loss(generator, "HalfMultinomialLoss", generator.integers(0, 3, 12).astype(float), n_classes=3)


@from_library(SKLEARN)
def exponential_loss(generator: np.random.Generator) -> Specimen:
    """The loss of AdaBoost."""
    return _loss(generator, "ExponentialLoss", generator.integers(0, 2, 12).astype(float))


@from_library(SKLEARN)
def pinball_loss(generator: np.random.Generator) -> Specimen:
    """The loss of a quantile, away from its kinks."""
    return _loss(generator, "PinballLoss", generator.standard_normal(12), quantile=0.3)


@from_library(SKLEARN)
def huber_loss(generator: np.random.Generator) -> Specimen:
    """Huber's loss."""
    return _loss(generator, "HuberLoss", generator.standard_normal(12), delta=0.8)


def _linear(generator: np.random.Generator, name: str, y: Any, **arguments: Any) -> Specimen:
    losses = imported("sklearn._loss.loss")
    model = imported("sklearn.linear_model._linear_loss").LinearModelLoss(
        getattr(losses, name)(**arguments), fit_intercept=True
    )
    x = generator.standard_normal((20, 4))
    shape = (arguments["n_classes"], 5) if "n_classes" in arguments else (5,)
    at = np.asfortranarray(0.5 * generator.standard_normal(shape))
    return both(lambda p: model.loss_gradient(np.asfortranarray(p), x, y, l2_reg_strength=0.1), at)


@from_library(SKLEARN)
def logistic_regression(generator: np.random.Generator) -> Specimen:
    """Logistic regression with an intercept and a penalty."""
    return _linear(generator, "HalfBinomialLoss", generator.integers(0, 2, 20).astype(float))


@from_library(SKLEARN)
def multinomial_regression(generator: np.random.Generator) -> Specimen:
    """Multinomial logistic regression."""
    return _linear(generator, "HalfMultinomialLoss", generator.integers(0, 3, 20).astype(float), n_classes=3)


@from_library(SKLEARN)
def poisson_regression(generator: np.random.Generator) -> Specimen:
    """Poisson regression."""
    return _linear(generator, "HalfPoissonLoss", _counts(generator, 20))


@from_library(SKLEARN)
def huber_regression(generator: np.random.Generator) -> Specimen:
    """Huber's regression with its scale as the last parameter."""
    found = imported("sklearn.linear_model._huber")._huber_loss_and_gradient
    x, y = generator.standard_normal((20, 3)), generator.standard_normal(20)
    at = np.concatenate([generator.standard_normal(4), [1.3]])
    return both(lambda p: found(p, x, y, 1.35, 0.01, np.ones(20)), at, length=0.05)


def _network(generator: np.random.Generator, name: str, activation: str, outputs: int) -> Specimen:
    module = imported("sklearn.neural_network")
    x = generator.standard_normal((15, 4))
    target = np.eye(outputs)[generator.integers(outputs, size=15)]
    if name == "MLPRegressor":
        target = generator.standard_normal((15, outputs))
    labels = np.argmax(target, axis=1) if name == "MLPClassifier" else target.reshape(15, -1)
    model = getattr(module, name)(
        hidden_layer_sizes=(5, 4), activation=activation, max_iter=1, solver="lbfgs", alpha=0.0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one iteration does not converge, and need not
        model.fit(x, labels if outputs > 1 else labels[:, 0])
    units = [4, 5, 4, outputs]

    def found(p: Any) -> Any:
        activations = [x, *(np.empty((15, n)) for n in units[1:])]
        deltas = [np.empty_like(a) for a in activations[1:]]
        coefs = [np.empty(shape) for shape in itertools.pairwise(units)]
        intercepts = [np.empty(n) for n in units[1:]]
        return model._loss_grad_lbfgs(p, x, target, None, activations, deltas, coefs, intercepts)

    size = sum((a + 1) * b for a, b in itertools.pairwise(units))
    return both(found, 0.5 * generator.standard_normal(size))


@from_library(SKLEARN)
def tanh_classifier(generator: np.random.Generator) -> Specimen:
    """MLPClassifier with tanh."""
    return _network(generator, "MLPClassifier", "tanh", 3)


@from_library(SKLEARN)
def logistic_classifier(generator: np.random.Generator) -> Specimen:
    """MLPClassifier with the logistic function."""
    return _network(generator, "MLPClassifier", "logistic", 3)


@from_library(SKLEARN)
def rectified_regressor(generator: np.random.Generator) -> Specimen:
    """MLPRegressor with rectifiers and one output."""
    return _network(generator, "MLPRegressor", "relu", 1)


@family(library=SKLEARN, draws=2)
def scikit_learn_regressor_of_two_outputs(generator: np.random.Generator) -> Pair:
    """MLPRegressor's own gradient at one output, and at two: its cost is a mean over outputs, its gradient is not."""
    right = _network(generator, "MLPRegressor", "tanh", 1)
    wrong = _network(generator, "MLPRegressor", "tanh", 2)
    changes = {"is_right": False, "share": 1.0, "truth": 0.5 * wrong.gradient(wrong.at)}
    return Pair(right, dataclasses.replace(wrong, mistake="as the library has it: twice too large", **changes))


def _process(generator: np.random.Generator, kernel: Any) -> Specimen:
    processes = imported("sklearn.gaussian_process")
    x = generator.uniform(-2.0, 2.0, (10, 1))
    model = processes.GaussianProcessRegressor(kernel, alpha=0.05, optimizer=None).fit(x, np.sin(2 * x[:, 0]))
    theta = kernel.theta + 0.1 * generator.standard_normal(kernel.theta.size)
    return both(lambda p: model.log_marginal_likelihood(p, eval_gradient=True), theta, length=0.5)


@from_library(SKLEARN)
def gaussian_process_rbf(generator: np.random.Generator) -> Specimen:
    """The marginal likelihood under a Gaussian kernel with noise."""
    k = imported("sklearn.gaussian_process.kernels")
    return _process(generator, k.ConstantKernel(1.3) * k.RBF(0.8) + k.WhiteKernel(0.1))


@from_library(SKLEARN)
def gaussian_process_matern(generator: np.random.Generator) -> Specimen:
    """The marginal likelihood under Matern's kernel."""
    k = imported("sklearn.gaussian_process.kernels")
    return _process(generator, k.ConstantKernel(0.7) * k.Matern(1.2, nu=1.5))


@from_library(SKLEARN)
def gaussian_process_rational_quadratic(generator: np.random.Generator) -> Specimen:
    """The marginal likelihood under a rational quadratic kernel."""
    return _process(generator, imported("sklearn.gaussian_process.kernels").RationalQuadratic(0.9, 1.1))


@from_library(SKLEARN)
def gaussian_process_periodic(generator: np.random.Generator) -> Specimen:
    """The marginal likelihood under a periodic kernel times a linear one."""
    k = imported("sklearn.gaussian_process.kernels")
    return _process(generator, k.ExpSineSquared(1.1, 2.3) + k.DotProduct(0.5))


@from_library(SKLEARN, Kind.NOISE)
def gaussian_process_classifier(generator: np.random.Generator) -> Specimen:
    """Laplace's approximation, found by an iteration that is stopped."""
    k = imported("sklearn.gaussian_process.kernels")
    x = generator.uniform(-2.0, 2.0, (12, 1))
    processes = imported("sklearn.gaussian_process")
    model = processes.GaussianProcessClassifier(1.3 * k.RBF(0.8), optimizer=None).fit(
        x, x[:, 0] + 0.5 * np.sin(5 * x[:, 0]) > 0
    )
    at = np.array([0.2, -0.1]) + 0.1 * generator.standard_normal(2)
    stopped = "an implicit gradient behind Newton's method, stopped at 1e-10 of the likelihood"
    return both(
        lambda p: model.log_marginal_likelihood(p, eval_gradient=True), at, noise=1e-10, by_construction=stopped
    )


@from_library(SKLEARN)
def stochastic_neighbours(generator: np.random.Generator) -> Specimen:
    """The divergence of t-SNE."""
    found = imported("sklearn.manifold._t_sne")._kl_divergence
    p = generator.uniform(size=(8, 8))
    p = p + p.T
    condensed = p[np.triu_indices(8, 1)]
    condensed = condensed / (2 * np.sum(condensed))
    return both(lambda y: found(y, condensed, 1, 8, 2), generator.standard_normal(16))


@from_library(SKLEARN)
def neighbourhood_components(generator: np.random.Generator) -> Specimen:
    """Neighbourhood components analysis."""
    model = imported("sklearn.neighbors").NeighborhoodComponentsAnalysis()
    model.n_iter_ = 1
    x, labels = generator.standard_normal((10, 3)), generator.integers(0, 2, 10)
    same = labels[:, None] == labels[None, :]
    return both(lambda a: model._loss_grad_lbfgs(a, x, same), generator.standard_normal(6))
