"""Programs with catalogued mistakes in them as classes in the chapter's shape, which look to the checker like any user's."""

from __future__ import annotations

from gradcheck.grading.mistaken_network import MistakenNetwork, rounded
from gradcheck.mistakes.program import Asked, Program
from gradcheck.subjects.network_class import Declared, NetworkSubject

__all__ = ["injected", "rounded"]


class Injected(MistakenNetwork):
    """One whose cost's derivative stands inside its backprop, so that nothing but the gradient can be asked of it."""

    cost_derivative = None  # type: ignore[assignment]


def injected(declared: Declared, program: Program, name: str = "Injected") -> NetworkSubject:
    """Return a class with this program in it."""
    programs = dict.fromkeys(Asked, program)
    return NetworkSubject(name, lambda sizes: Injected(declared, programs, sizes), declared)
