"""What all parts of one network check share: the class, the options, the budget, and the search for a network on which a part fails."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from gradcheck.checks.options import Options
from gradcheck.checks.search import CASES, Budget, Judge, Search, SharedDigits, search
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Batch, NetworkSubject, UserNetwork

if TYPE_CHECKING:
    from gradcheck.strategies.recipes import Recipe


class NetworkRun:
    """One check of a network class, in parts that share one budget.

    Parameters
    ----------
    subject : NetworkSubject
    options : Options
        With a seed.

    Raises
    ------
    UsageError
        If the class cannot be used, or its declaration does not fit it.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> NetworkRun(NetworkSubject("Network", Network), Options(seed=0)).sizes
    (2, 4)
    """

    def __init__(self, subject: NetworkSubject, options: Options) -> None:
        self.subject, self.options, self.budget = subject, options, Budget(options)
        self.calls = 0  # of the class's gradients outside of any search
        self.sizes = (2, *(3 for _ in subject.declared.activations[1:]), 4)
        self.user = UserNetwork(subject, self.sizes)
        if subject.declared.batch is not Batch.UPDATE and not self.user.takes_columns:
            raise UsageError(
                f"a mini-batch of columns is declared (batch {subject.declared.batch.value}), but {subject.name} has biases of shape (n,): "
                "columns need biases of shape (n, 1)"
            )

    def recipe(self) -> Recipe:
        """Return what networks are drawn from."""
        from gradcheck.strategies.recipes import Recipe

        declared = self.subject.declared
        return Recipe(declared.activations, declared.cost, declared.weight_decay)

    def search(self, judge: Judge, examples: tuple[int, int], glance: SharedDigits | None = None) -> Search:
        """Search networks with so many examples at least and at most, within what is left of the budget."""
        from gradcheck.strategies.recipes import recipe_cases

        least, most = examples
        cases = recipe_cases(self.recipe(), min_examples=least, max_examples=most)
        return search(cases, judge, self.budget, glance=glance)

    def blank(self, part: str, title: str, seen: Search) -> CheckResult:
        """Return a part's result without its details."""
        return CheckResult(
            title=f"{self.subject.name}: {title}",
            verdict=seen.verdict,
            reason=seen.reason,
            forward_passes=seen.forward_passes,
            gradient_calls=seen.gradient_calls,
            example_passes=seen.example_passes,
            seed=self.options.seed or 0,
            part=part,
        )


@contextlib.contextmanager
def on_the_smallest(case: NetworkCase) -> Iterator[None]:
    """Add the sizes of the smallest network to what the user's code raises on it."""
    try:
        yield
    except UserCodeError as error:
        sizes = list(case.network.sizes)
        raise UserCodeError(
            f"{error} (on a network with sizes {sizes}, the smallest on which it was seen)"
        ) from error.__cause__


def of_case(options: Options, case: NetworkCase) -> Options:
    """Return the options for one network: its own directions, and the same ones whenever it is judged again."""
    arrays = [*case.network.weights, *case.network.biases, case.x, case.y]
    return options.derived(*(np.ascontiguousarray(array).tobytes().hex() for array in arrays))


def with_note(part: CheckResult, note: str) -> CheckResult:
    """Return a part with one more note.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> with_note(CheckResult("backprop", Verdict.AGREE), "25 of 25 random networks agree").notes
    ('25 of 25 random networks agree',)
    """
    return dataclasses.replace(part, notes=(*part.notes, note))


def agreement_note(seen: Search) -> str:
    """Return on how many networks a part was judged, and what was inconclusive.

    Examples
    --------
    >>> agreement_note(Search(agreed=25))
    '25 of 25 random networks agree'
    """
    left = [f"{count} inconclusive ({reason.value})" for reason, count in seen.reasons.items()]
    digits = (
        f", each block to {math.floor(seen.digits * 10.0) / 10.0} digits or more" if math.isfinite(seen.digits) else ""
    )
    return f"{seen.agreed} of {CASES} random networks agree{digits}" + "".join(f", {words}" for words in left)
