"""Random networks by Hypothesis, and the price of backprop."""

from hypothesis import given, settings

from gradcheck.strategies import parameters
from smallnet import network
from smallnet.network import Network


@settings(deadline=None, max_examples=20)
@given(parameters({"x": (3, 1), "w": (4, 3), "b": (4, 1)}))
def test_a_hidden_layer_by_itself(gradcheck, drawn):
    def forward(x, w, b):
        z = w @ x + b
        return network.tanh(z), (x, w, z)

    def backward(cotangent, cache):
        x, w, z = cache
        delta = cotangent * network.tanh_prime(z)
        return w.T @ delta, delta @ x.T, delta

    gradcheck.check_vjp(forward, backward, list(drawn.values()))


def test_backprop_is_one_forward_and_one_backward_pass(gradcheck):
    for sizes in ([2, 3, 2], [2, 30, 30, 2]):
        net = Network(sizes)
        x, y = net.biases[0][:2], net.biases[-1]
        with gradcheck.count_passes(network, "tanh", "tanh_prime", "softmax") as passes:
            net.backprop(x, y)
        hidden = len(sizes) - 2
        assert (passes["tanh"], passes["softmax"], passes["tanh_prime"]) == (hidden, 1, hidden)
