"""Search random networks for one on which a check disagrees, and shrink it to the smallest."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import math
import random
import tempfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from gradcheck.checks.options import Options
from gradcheck.errors import BudgetExceeded, UserCodeError
from gradcheck.results import CheckResult, Reason, Verdict
from gradcheck.strategies.cases import NetworkCase

if TYPE_CHECKING:
    # Where it is used: whoever grades functions draws no network, and Hypothesis takes as long to import as all of ours.
    from hypothesis import settings
    from hypothesis.strategies import SearchStrategy

CASES: Final = 25
"""Random networks a class is judged on (a count): a mistake that shows on a tenth of them is seen with probability 0.93."""

SHRINKS: Final = 250
"""Cases judged at most on the way to the smallest one (a count)."""

CLEAR_DIGITS: Final = 3.0
"""Fewer digits shared with the right gradient than this are a clear disagreement (decimal digits): differences see it on any network,
and so does the reader. Where the first disagreement was not so clear, one digit more than it had is asked for."""

NUMBERS: Final = "numbers"
"""How a case disagrees that has no fault."""

Judge = Callable[[NetworkCase, Options], CheckResult]

SharedDigits = Callable[[NetworkCase], float]
"""The digits that a claim shares with the right gradient on a case."""


@dataclasses.dataclass
class Search:
    """What a search has seen so far.

    Attributes
    ----------
    agreed : int
        Cases that agreed before the first that did not.
    reasons : Counter of Reason
        Why cases were inconclusive.
    digits : float
        The fewest decimal digits to which a block agreed; infinite where none was measured.
    forward_passes, gradient_calls, example_passes : int
    first, smallest : NetworkCase or None
        The first case that disagreed, as drawn, and the smallest one found.
    is_glanced : bool
        Whether the smallest was only glanced at, and not judged.
    out_of_budget : bool

    Examples
    --------
    >>> Search().verdict
    <Verdict.INCONCLUSIVE: 'inconclusive'>
    """

    agreed: int = 0
    digits: float = math.inf
    reasons: collections.Counter[Reason] = dataclasses.field(default_factory=collections.Counter)
    forward_passes: int = 0
    gradient_calls: int = 0
    example_passes: int = 0
    first: NetworkCase | None = None
    smallest: NetworkCase | None = None
    is_glanced: bool = False
    out_of_budget: bool = False

    @property
    def verdict(self) -> Verdict:
        """DISAGREE if a case disagreed; AGREE if cases agreed, and at least as many as were inconclusive."""
        if self.smallest is not None:
            return Verdict.DISAGREE
        if self.out_of_budget or self.agreed == 0 or self.agreed < self.reasons.total():
            return Verdict.INCONCLUSIVE
        return Verdict.AGREE

    @property
    def reason(self) -> Reason | None:
        """Why the search is inconclusive: the budget, or the commonest reason of its cases."""
        if self.verdict is not Verdict.INCONCLUSIVE:
            return None
        if self.out_of_budget or not self.reasons:
            return Reason.BUDGET
        return self.reasons.most_common(1)[0][0]

    def count(self, result: CheckResult) -> None:
        """Add one judged case; its forward passes are counted where they are made."""
        self.gradient_calls += result.gradient_calls
        if self.first is None and result.verdict is Verdict.AGREE:
            self.agreed += 1
            self.digits = min([self.digits, *(block.digits for block in result.blocks if block.digits is not None)])
        if self.first is None and result.reason is not None:
            self.reasons[result.reason] += 1


class Budget:
    """The forward passes of one check: what was spent of them, and what is left.

    Parameters
    ----------
    options : Options
        The user's, of the whole check.

    Examples
    --------
    >>> budget = Budget(Options(max_forward_passes=2))
    >>> budget.left().progress(1)
    >>> budget.spent, budget.left().max_forward_passes
    (1, 1)
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.spent = 0

    def left(self) -> Options:
        """Return the options for one more measurement, which counts its passes here; BudgetExceeded if nothing is left."""
        return dataclasses.replace(remaining(self.options, self.spent), progress=self._count)

    def _count(self, _: int) -> None:
        """Count one pass, and show it to the user's own counter."""
        self.spent += 1
        if self.options.progress is not None:
            self.options.progress(self.spent)


@functools.cache
def _quiet() -> settings:
    """Return how Hypothesis is to search: so many cases, from the seed alone, and nothing said or kept."""
    from hypothesis import HealthCheck, Phase, settings

    return settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        # Without the phase that explains: it judges a hundred more cases for a text that nobody sees.
        phases=(Phase.generate, Phase.shrink),
    )


def search(
    cases: SearchStrategy[NetworkCase], judge: Judge, budget: Budget, *, glance: SharedDigits | None = None
) -> Search:
    """Judge random cases; on the first that disagrees, shrink it, by a glance at each smaller one where that is given.

    Hypothesis draws and shrinks, from the seed in the options alone and without a database; a case on which the user's code
    raises counts as one that disagrees, so that it is shrunk too. Of at most 25 networks, equations (BP1) to (BP4) on each.
    """
    from hypothesis import find
    from hypothesis.errors import HypothesisException, NoSuchExample

    disagrees = _Disagrees(judge, budget, glance)
    try:
        with _nothing_left_behind():
            _find(lambda: find(cases, disagrees, settings=_quiet(), random=random.Random(budget.options.seed)))
    except NoSuchExample:
        pass
    except (HypothesisException, ExceptionGroup):
        # A case that does not fail again (Flaky): code that answers by chance. What was seen stands.
        if disagrees.seen.smallest is None:
            raise
    return disagrees.seen


class _Disagrees:
    """The condition that cases are searched for, with what it has seen."""

    def __init__(self, judge: Judge, budget: Budget, glance: SharedDigits | None) -> None:
        self.judge, self.budget, self.glance = judge, budget, glance
        self.clear = CLEAR_DIGITS
        self.seen = Search()
        self.kind: str | None = None
        self.judged_after_first = 0

    def __call__(self, case: NetworkCase) -> bool:
        """Tell whether a case disagrees, in the way that the first one did."""
        self.judged_after_first += self.seen.first is not None
        if self.seen.out_of_budget or self.judged_after_first > SHRINKS:
            return False
        if self.glance is not None and self.kind == NUMBERS:
            return self._is_clear(self.glance(case), case)
        kind = self._judged(case)
        # Only the same kind of failure counts while shrinking: a smaller network often fails in another way, and explains less.
        if kind is None or kind != (self.kind or kind):
            return False
        self.kind = kind
        if self.seen.first is None and self.glance is not None and kind == NUMBERS:
            self.clear = max(CLEAR_DIGITS, self.glance(case) + 1.0)
        self.seen.first, self.seen.smallest = self.seen.first or case, case
        return True

    def _is_clear(self, digits: float, case: NetworkCase) -> bool:
        """Take a case as the smallest if the claim shares hardly a digit with the right gradient there."""
        if not digits <= self.clear:
            return False
        self.seen.smallest, self.seen.is_glanced = case, True
        return True

    def _judged(self, case: NetworkCase) -> str | None:
        """Judge a case within the budget and return how it disagrees, None where it does not."""
        seen, spent = self.seen, self.budget.spent
        try:
            result = self.judge(case, self.budget.left())
            seen.count(result)
            seen.out_of_budget = result.reason is Reason.BUDGET
            return _kind(result)
        except BudgetExceeded:
            seen.out_of_budget = True
            return None
        except UserCodeError as error:
            return type(error.__cause__).__name__
        finally:
            seen.forward_passes += self.budget.spent - spent
            seen.example_passes += (self.budget.spent - spent) * case.m


@contextlib.contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Keep Hypothesis's caches out of the user's folder."""
    from hypothesis.configuration import set_hypothesis_home_dir, storage_directory

    home = storage_directory(intent_to_write=False).home_directory
    with tempfile.TemporaryDirectory(prefix="gradcheck-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(home)


def _find(run: Callable[[], object]) -> None:
    """Run a search; within a property-based test of the user's in a thread of its own, since Hypothesis refuses one in another."""
    from hypothesis import currently_in_test_context

    if not currently_in_test_context():
        run()
        return
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


def _kind(result: CheckResult) -> str | None:
    """Return how a case disagrees: by numbers or by a kind of fault; None if it does not."""
    if result.verdict is not Verdict.DISAGREE:
        return None
    return result.faults[0].kind.value if result.faults else NUMBERS


def remaining(options: Options, spent: int) -> Options:
    """Return the options with what is left of the budget.

    Raises
    ------
    BudgetExceeded
        If nothing is left.

    Examples
    --------
    >>> remaining(Options(max_forward_passes=10), 4).max_forward_passes
    6
    """
    left = options.left(spent)
    if left is None:
        raise BudgetExceeded(f"the budget of {options.max_forward_passes} forward passes is used up")
    return left
