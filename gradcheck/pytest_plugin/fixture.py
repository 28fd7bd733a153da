"""What the fixture `gradcheck` gives: the checks, which assert, and the names of the module."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import gradcheck
from gradcheck.checks.options import DEFAULT_OPTIONS, Options
from gradcheck.pytest_plugin.current import current_item
from gradcheck.pytest_plugin.judging import Node, Study, judge, tell
from gradcheck.pytest_plugin.studying import of_gradient, of_layer, of_network
from gradcheck.results import CheckResult


class Gradcheck:
    """The checks of gradcheck as assertions of the test that runs; all other names are the module's.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        # Imported now, so that the time this takes counts against no deadline of Hypothesis's.
        _ = (gradcheck.check, gradcheck.check_vjp, gradcheck.check_jvp)

    def __repr__(self) -> str:
        return "<fixture gradcheck>"

    def __call__(
        self, cost: Callable[[Any], Any], gradient: Any, at: Any, *, options: Options = DEFAULT_OPTIONS
    ) -> CheckResult:
        """Assert that `gradient` is the gradient of `cost` at `at`; see `gradcheck.check`."""
        __tracebackhide__ = True
        return self._assert(
            lambda chosen: gradcheck.check(cost, gradient, at, options=chosen),
            options,
            of_gradient(cost, gradient, at),
        )

    check = __call__
    assert_gradient = __call__

    def check_vjp(
        self,
        forward: Callable[..., Any],
        backward: Callable[..., Any],
        inputs: Sequence[Any],
        *,
        options: Options = DEFAULT_OPTIONS,
    ) -> CheckResult:
        """Assert that `backward` is the vector-Jacobian product of `forward`; see `gradcheck.check_vjp`."""
        __tracebackhide__ = True
        return self._assert(
            lambda chosen: gradcheck.check_vjp(forward, backward, inputs, options=chosen),
            options,
            of_layer(forward, backward, inputs),
        )

    def check_jvp(
        self,
        function: Callable[..., Any],
        jvp: Callable[..., Any],
        inputs: Sequence[Any],
        *,
        options: Options = DEFAULT_OPTIONS,
    ) -> CheckResult:
        """Assert that `jvp` is the Jacobian-vector product of `function`; see `gradcheck.check_jvp`."""
        __tracebackhide__ = True
        return self._assert(lambda chosen: gradcheck.check_jvp(function, jvp, inputs, options=chosen), options)

    def check_network(
        self, network: Any, *, declared: gradcheck.Declared | None = None, options: Options = DEFAULT_OPTIONS
    ) -> CheckResult:
        """Assert that a network class computes the gradient of its own cost; see `gradcheck.check_network`."""
        __tracebackhide__ = True
        said = {} if declared is None else {"declared": declared}
        return self._assert(
            lambda chosen: gradcheck.check_network(network, options=chosen, **said),
            options,
            of_network(network, declared),
        )

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        try:
            return getattr(gradcheck, name)
        except AttributeError:
            close = difflib.get_close_matches(name, [*dir(type(self)), *gradcheck.__all__], n=1)
            hint = f": did you mean {close[0]!r}?" if close else ""
            raise AttributeError(f"neither the fixture gradcheck nor its module has {name!r}{hint}") from None

    def _assert(
        self, check: Callable[[Options], CheckResult], said: Options, study: Study | None = None
    ) -> CheckResult:
        __tracebackhide__ = True
        node = current_item(self._session)
        line = _line_in(node)
        result = judge(node, check, said=said, line=line, study=study)
        tell(node, result, line=line)
        return result


def _line_in(node: Node) -> int:
    """Return the line of the test's file that is being run, or else of the nearest file that is not ours."""
    path = str(node.path)
    frame: Any = sys._getframe(3)
    nearest = frame.f_lineno
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return int(nearest if frame is None else frame.f_lineno)
