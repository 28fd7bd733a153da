"""Hypothesis strategies for random networks, examples and layers: generic where it matters, hostile where asked, small when shrunk."""

from __future__ import annotations

# As in gradcheck/__init__.py: checks needs the recipes alone, and what users draw from is imported when they ask for it.
TYPE_CHECKING = False

_HOME = {
    "NetworkCase": "cases",
    "Regime": "regimes",
    "VjpCase": "layer_pairs",
    "VjpKind": "layer_pairs",
    "activations": "functions",
    "costs": "functions",
    "directions": "structures",
    "examples": "data",
    "layer_sizes": "sizes",
    "mini_batches": "data",
    "network_cases": "cases_drawn",
    "networks": "networks_drawn",
    "parameters": "structures",
    "register_activation": "registry",
    "unregister_activation": "registry",
    "vjp_cases": "layer_pairs",
}

if TYPE_CHECKING:
    from typing import Any

    from gradcheck.strategies.cases import NetworkCase
    from gradcheck.strategies.cases_drawn import network_cases
    from gradcheck.strategies.data import examples, mini_batches
    from gradcheck.strategies.functions import activations, costs
    from gradcheck.strategies.layer_pairs import VjpCase, VjpKind, vjp_cases
    from gradcheck.strategies.networks_drawn import networks
    from gradcheck.strategies.regimes import Regime
    from gradcheck.strategies.registry import register_activation, unregister_activation
    from gradcheck.strategies.sizes import layer_sizes
    from gradcheck.strategies.structures import directions, parameters

__all__ = [
    "NetworkCase",
    "Regime",
    "VjpCase",
    "VjpKind",
    "activations",
    "costs",
    "directions",
    "examples",
    "layer_sizes",
    "mini_batches",
    "network_cases",
    "networks",
    "parameters",
    "register_activation",
    "unregister_activation",
    "vjp_cases",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOME:
        raise AttributeError(f"module 'gradcheck.strategies' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"gradcheck.strategies.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
