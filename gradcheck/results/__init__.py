"""What a check found, as plain frozen data: verdicts are data, and every page shows only what stands here."""

from gradcheck.results.codec import SCHEMA_VERSION
from gradcheck.results.kinds import (
    Arbiter,
    EquationStatus,
    ErrorSource,
    Explains,
    FailureKind,
    FaultKind,
    Inexact,
    Reason,
    Status,
    Verdict,
)
from gradcheck.results.records import (
    BlockResult,
    Census,
    CheckResult,
    Component,
    Diagnosis,
    EquationResult,
    Estimate,
    Failure,
    Fault,
    Report,
)

__all__ = [
    "SCHEMA_VERSION",
    "Arbiter",
    "BlockResult",
    "Census",
    "CheckResult",
    "Component",
    "Diagnosis",
    "EquationResult",
    "EquationStatus",
    "ErrorSource",
    "Estimate",
    "Explains",
    "Failure",
    "FailureKind",
    "Fault",
    "FaultKind",
    "Inexact",
    "Reason",
    "Report",
    "Status",
    "Verdict",
]
