"""scikit-learn's own multilayer perceptron: its loss with a packed gradient, at weights it was trained to."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

digits = load_digits()
X, labels = digits.data[:200] / 16.0, digits.target[:200]
HIDDEN = (12, 8)


def fitted(activation):
    model = MLPClassifier(HIDDEN, activation=activation, solver="lbfgs", alpha=0.5, max_iter=40, max_fun=60, tol=1e-9, random_state=0)
    model.fit(X, labels)
    return model


def loss_of(model):
    y = model._label_binarizer.transform(labels).astype(float)
    units = [X.shape[1], *HIDDEN, y.shape[1]]

    def loss(theta):
        activations = [X, *(np.empty((len(X), n)) for n in units[1:])]
        deltas = [np.empty_like(a) for a in activations[1:]]
        coef_grads = [np.empty(shape) for shape in zip(units[:-1], units[1:])]
        intercept_grads = [np.empty(n) for n in units[1:]]
        return model._loss_grad_lbfgs(theta, X, y, None, activations, deltas, coef_grads, intercept_grads)

    return loss


def theta():
    generator = np.random.default_rng(0)
    size = sum((a + 1) * b for a, b in zip([X.shape[1], *HIDDEN], [*HIDDEN, 10]))
    return 0.3 * generator.standard_normal(size)


tanh_loss = loss_of(fitted("tanh"))
logistic_loss = loss_of(fitted("logistic"))


def one_weight_wrong(theta):
    loss, gradient = tanh_loss(theta)
    gradient = gradient.copy()
    gradient[0] *= 1.001
    return loss, gradient
