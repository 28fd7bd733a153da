"""An executor for the cost: whatever it is, the same result and the same count; and its troubles in plain words."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.problem import Problem
from gradcheck.errors import BudgetExceeded, UsageError, UserCodeError
from gradcheck.results import CheckResult, Reason, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import Counted, spoiled

AT = {"w": np.array([[0.3, -1.2], [2.0, 0.7]]), "b": np.array([0.1, -0.4]), "c": np.array([1e-6])}
X = np.array([0.5, -1.5])


def cost(p: Any) -> float:
    """A cost at the top of a module: another process can import it."""
    return float(np.sum(np.tanh(p["w"] @ X + p["b"]) ** 2) + np.sin(p["c"][0]))


def gradient(p: Any) -> Any:
    a = np.tanh(p["w"] @ X + p["b"])
    delta = 2.0 * a * (1.0 - a**2)
    return {"w": np.outer(delta, X), "b": delta, "c": np.cos(p["c"])}


def kinked(p: Any) -> float:
    return cost(p) + float(np.abs(p["b"][0] - 0.1))


def kinked_gradient(p: Any) -> Any:
    found = gradient(p)
    found["b"] = found["b"] + np.array([np.sign(p["b"][0] - 0.1), 0.0])
    return found


def rooted(p: Any) -> float:
    return cost(p) + float(np.sqrt(p["c"][0]))


def rooted_gradient(p: Any) -> Any:
    found = gradient(p)
    found["c"] = found["c"] + 0.5 / np.sqrt(p["c"])
    return found


def raises_beside(p: Any) -> float:
    if p["b"][1] != -0.4:
        raise KeyError("no such layer")
    return cost(p)


def edit(p: Any) -> None:
    p["w"][1, 0] *= 1.01


wrong_gradient = spoiled(gradient, edit)
CASES: dict[str, tuple[Callable[[Any], float], Callable[[Any], Any]]] = {
    "right": (cost, gradient),
    "wrong": (cost, wrong_gradient),
    "kinked": (kinked, kinked_gradient),
    "at a domain": (rooted, rooted_gradient),
}


@pytest.fixture(scope="module")
def processes() -> Iterator[concurrent.futures.Executor]:
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def executors(processes: concurrent.futures.Executor) -> Iterator[list[Any]]:
    with concurrent.futures.ThreadPoolExecutor(1) as one, concurrent.futures.ThreadPoolExecutor(4) as four:
        yield [one, four, processes, OnlySubmit()]


class OnlySubmit:
    """An executor that has submit and nothing else, and runs what it is given at once."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> concurrent.futures.Future[Any]:
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)
        return future


def bits(result: CheckResult) -> str:
    """Return all fields: repr of a float is all of its bits."""
    return repr(dataclasses.asdict(result))


def judged(case: str, executor: Any, **options: Any) -> CheckResult:
    return check(*CASES[case], AT, options=Options(seed=11, executor=executor, **options))


# --- one result ---


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("locate", [Locate.AUTO, Locate.FULL])
def test_the_result_is_the_same_to_the_last_bit_whatever_evaluates_the_cost(
    case: str, locate: Locate, executors: list[Any]
) -> None:
    alone = judged(case, None, locate=locate)
    assert (alone.verdict is Verdict.DISAGREE) == (case == "wrong")
    for executor in executors:
        assert bits(judged(case, executor, locate=locate)) == bits(alone)


@pytest.mark.parametrize("case", CASES)
def test_passes_in_threads_are_those_that_were_made(case: str) -> None:
    function, claim = CASES[case]
    lock = threading.Lock()
    made = [0]

    def counted(p: Any) -> float:
        with lock:
            made[0] += 1
        return function(p)

    counted_gradient = Counted(claim)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        heard: list[int] = []
        options = Options(seed=11, executor=pool, progress=heard.append)
        result = check(counted, counted_gradient, AT, options=options)
    assert result.forward_passes == made[0]
    assert result.gradient_calls == counted_gradient.calls
    assert heard == list(range(1, made[0] + 1))


def test_points_are_evaluated_side_by_side_and_come_back_in_their_order() -> None:
    """The first of four waits for the last: one after the other they would wait for ever."""
    barrier = threading.Barrier(4)

    def slow(w: Any) -> float:
        barrier.wait(timeout=60)
        time.sleep(0.01 * (4.0 - float(w)))
        return float(w)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        problem = Problem(GradientSubject("it", slow, lambda w: 1.0, 1.0), Options(executor=pool))
        assert problem.probes([np.array([float(i)]) for i in range(4)]) == [0.0, 1.0, 2.0, 3.0]
    assert problem.forward_passes == 4


def test_the_cost_is_evaluated_in_the_executor(processes: concurrent.futures.Executor) -> None:
    problem = Problem(GradientSubject("it", process_id, lambda w: 1.0, 1.0), Options(executor=processes))
    found = problem.probes([np.array([float(i)]) for i in range(4)])
    assert os.getpid() not in found and len(found) == 4


def process_id(_: Any) -> float:
    return float(os.getpid())


def narrow(w: Any) -> Any:
    return np.float32(w)


def test_the_precision_of_the_cost_comes_back_from_another_process(processes: concurrent.futures.Executor) -> None:
    problem = Problem(GradientSubject("it", narrow, lambda w: 1.0, 1.0), Options(executor=processes))
    problem.probes([np.array([1.0])])
    assert problem.cost_eps == 2.0**-23


# --- the budget ---


@pytest.mark.parametrize("budget", [1, 7, 20, 33])
def test_a_budget_is_kept_to_the_pass(budget: int, executors: list[Any]) -> None:
    alone = judged("wrong", None, max_forward_passes=budget)
    assert alone.forward_passes <= budget
    for executor in executors:
        assert bits(judged("wrong", executor, max_forward_passes=budget)) == bits(alone)


def test_what_the_budget_still_affords_is_evaluated_before_it_ends() -> None:
    made: list[float] = []

    def counted(w: Any) -> float:
        made.append(float(w))
        return float(w)

    problem = Problem(
        GradientSubject("it", counted, lambda w: 1.0, 1.0), Options(executor=OnlySubmit(), max_forward_passes=3)
    )
    with pytest.raises(BudgetExceeded, match="the budget of 3 forward passes is used up"):
        problem.probes([np.array([float(i)]) for i in range(5)])
    assert made == [0.0, 1.0, 2.0] and problem.forward_passes == 3


def test_a_check_whose_budget_runs_out_in_threads_is_inconclusive() -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        result = check(cost, gradient, AT, options=Options(seed=1, executor=pool, max_forward_passes=12))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.BUDGET)
    assert result.forward_passes <= 12


# --- its troubles ---

UNPICKLABLE = (
    "^the executor could not evaluate the cost .*: with processes the cost and its parameters must pickle, "
    "so define the cost at the top of a module, or use threads$"
)


def test_a_cost_that_cannot_travel_to_a_process_is_told_how_to(processes: concurrent.futures.Executor) -> None:
    with pytest.raises(UsageError, match=UNPICKLABLE):
        check(lambda p: cost(p), gradient, AT, options=Options(seed=1, executor=processes))
    # The pool still works.
    assert judged("right", processes).verdict is Verdict.AGREE


def test_an_executor_that_is_shut_down_is_told_so() -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(UsageError, match=r"the executor could not evaluate the cost \(RuntimeError: .*shutdown"):
        check(cost, gradient, AT, options=Options(seed=1, executor=pool))


def test_what_the_cost_raises_in_a_worker_is_the_users_error(executors: list[Any]) -> None:
    for executor in [None, *executors]:
        with pytest.raises(UserCodeError, match="the cost raised KeyError: 'no such layer', beside the point"):
            check(raises_beside, gradient, AT, options=Options(seed=1, executor=executor))


@pytest.mark.parametrize("error", [ZeroDivisionError(), ValueError("bad"), FloatingPointError(), RuntimeWarning("w")])
def test_what_leaves_the_domain_here_leaves_it_in_threads(error: Exception) -> None:
    def outside(w: Any) -> float:
        raise error

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        problem = Problem(GradientSubject("it", outside, lambda w: 1.0, 1.0), Options(executor=pool))
        assert np.isnan(problem.probes([np.array([1.0])] * 3)).all()


def test_an_exit_in_a_worker_is_the_users_error() -> None:
    def leaving(w: Any) -> float:
        raise SystemExit(3)

    problem = Problem(GradientSubject("it", leaving, lambda w: 1.0, 1.0), Options(executor=OnlySubmit()))
    with pytest.raises(UserCodeError, match="SystemExit"):
        problem.probes([np.array([1.0])])


def test_an_interrupt_from_the_keyboard_passes_through_and_cancels_what_waits() -> None:
    cancelled: list[int] = []

    class Waiting:
        """The first answer is the interrupt, the others would never come."""

        def __init__(self) -> None:
            self.submitted = 0

        def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
            self.submitted += 1
            number = self.submitted
            future: concurrent.futures.Future[Any] = concurrent.futures.Future()
            if number == 1:
                future.set_exception(KeyboardInterrupt())
            cancel = future.cancel
            future.cancel = lambda: cancelled.append(number) or cancel()  # type: ignore[method-assign,func-returns-value]
            return future

    problem = Problem(GradientSubject("it", cost, lambda w: 1.0, 1.0), Options(executor=Waiting()))
    with pytest.raises(KeyboardInterrupt):
        problem.probes([np.array([1.0])] * 3)
    assert cancelled == [1, 2, 3]


def test_the_cost_in_threads_is_silent_and_leaves_the_settings_as_they_were() -> None:
    def loud(p: Any) -> float:
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
        np.log(np.float64(-1.0)), np.float64(1e308) * np.float64(10.0), np.float64(1.0) / np.float64(0.0)
        return cost(p)

    before, filters = np.geterr(), list(warnings.filters)
    with concurrent.futures.ThreadPoolExecutor(4) as pool, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        problem = Problem(GradientSubject("it", loud, gradient, AT), Options(executor=pool))
        assert np.isfinite(problem.probes([problem.w] * 8)).all()
    assert heard == []
    assert np.geterr() == before and warnings.filters == filters


def test_floating_point_errors_that_raise_elsewhere_do_not_raise_in_threads() -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool, np.errstate(all="raise"):
        problem = Problem(GradientSubject("it", np.exp, np.exp, 1.0), Options(executor=pool))
        assert problem.probes([np.array([1e4]), np.array([0.0])]) == [np.inf, 1.0]
