"""A small neural network, its gradients written by hand."""
