"""The fixture: one call, at shapes of our own."""

import numpy as np
import pytest

from smallnet import layers, regression


@pytest.mark.parametrize("shape", [(1, 4), (5, 3)])
def test_layernorm(gradcheck, shape):
    rng = np.random.default_rng(1)
    inputs = [rng.standard_normal(shape), rng.standard_normal(shape[1]), rng.standard_normal(shape[1])]
    gradcheck.check_vjp(layers.layernorm_forward, layers.layernorm_backward, inputs)


@pytest.mark.gradcheck(budget=200)
def test_ridge_regression(gradcheck):
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((20, 6)), rng.standard_normal(20)
    result = gradcheck(
        lambda w: regression.loss(w, x, y, 0.1),
        lambda w: regression.gradient(w, x, y, 0.1),
        rng.standard_normal(6),
    )
    assert result.forward_passes < 200
