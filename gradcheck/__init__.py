"""Tells whether a gradient written by hand is right, and if not, where and why."""

from __future__ import annotations

# typing itself would take as long to import as all the rest of this module: checkers know the name as it stands.
TYPE_CHECKING = False

__version__ = "0.1.0"

_HOME = {
    "BlockResult": "gradcheck.results",
    "Census": "gradcheck.results",
    "CheckResult": "gradcheck.results",
    "Batch": "gradcheck.subjects.network_class",
    "Component": "gradcheck.results",
    "Declared": "gradcheck.subjects.network_class",
    "Diagnosis": "gradcheck.results",
    "Estimate": "gradcheck.results",
    "Fault": "gradcheck.results",
    "FaultKind": "gradcheck.results",
    "GradcheckError": "gradcheck.errors",
    "GradientMismatch": "gradcheck.errors",
    "Locate": "gradcheck.checks.options",
    "Options": "gradcheck.checks.options",
    "Reason": "gradcheck.results",
    "Status": "gradcheck.results",
    "Subgradients": "gradcheck.checks.options",
    "UsageError": "gradcheck.errors",
    "UserCodeError": "gradcheck.errors",
    "Verdict": "gradcheck.results",
    "assert_gradient": "gradcheck.checks.gradient",
    "check": "gradcheck.checks.gradient",
    "check_jvp": "gradcheck.checks.jvp",
    "check_network": "gradcheck.checks.equations",
    "check_vjp": "gradcheck.checks.vjp",
    "count_passes": "gradcheck.passes",
    "plot_claimed_against_estimated": "gradcheck.reporting.plots",
    "plot_equations": "gradcheck.reporting.plots",
    "plot_matrices": "gradcheck.reporting.plots",
    "plot_price": "gradcheck.reporting.plots",
    "plot_remainder": "gradcheck.reporting.plots",
    "plot_steps": "gradcheck.reporting.plots",
    "plot_stillness": "gradcheck.reporting.plots",
}

if TYPE_CHECKING:
    from typing import Any

    from gradcheck.checks.equations import check_network
    from gradcheck.checks.gradient import assert_gradient, check
    from gradcheck.checks.jvp import check_jvp
    from gradcheck.checks.options import Locate, Options, Subgradients
    from gradcheck.checks.vjp import check_vjp
    from gradcheck.errors import GradcheckError, GradientMismatch, UsageError, UserCodeError
    from gradcheck.passes import count_passes
    from gradcheck.reporting.plots import (
        plot_claimed_against_estimated,
        plot_equations,
        plot_matrices,
        plot_price,
        plot_remainder,
        plot_steps,
        plot_stillness,
    )
    from gradcheck.results import (
        BlockResult,
        Census,
        CheckResult,
        Component,
        Diagnosis,
        Estimate,
        Fault,
        FaultKind,
        Reason,
        Status,
        Verdict,
    )
    from gradcheck.subjects.network_class import Batch, Declared

__all__ = [
    "Batch",
    "BlockResult",
    "Census",
    "CheckResult",
    "Component",
    "Declared",
    "Diagnosis",
    "Estimate",
    "Fault",
    "FaultKind",
    "GradcheckError",
    "GradientMismatch",
    "Locate",
    "Options",
    "Reason",
    "Status",
    "Subgradients",
    "UsageError",
    "UserCodeError",
    "Verdict",
    "assert_gradient",
    "check",
    "check_jvp",
    "check_network",
    "check_vjp",
    "count_passes",
    "plot_claimed_against_estimated",
    "plot_equations",
    "plot_matrices",
    "plot_price",
    "plot_remainder",
    "plot_steps",
    "plot_stillness",
]


def __getattr__(name: str) -> Any:
    import importlib

    # Resolved on first use: pytest imports this package at every start, and numpy alone would double its time.
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if not name.startswith("_"):
        try:
            return importlib.import_module(f"gradcheck.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"gradcheck.{name}":
                raise
    raise AttributeError(f"module 'gradcheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
