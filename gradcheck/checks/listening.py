"""What a network class answers on networks on which mistakes show, and what these answers say: the equations, and the mistake by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

from gradcheck.checks.derivative_parts import NetworkAsWritten
from gradcheck.checks.exposing import Exposing, exposing, exposing_square
from gradcheck.checks.hearing import Heard, hear
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.residuals import Example
from gradcheck.checks.several_examples import judged_together
from gradcheck.errors import GradcheckError
from gradcheck.mistakes.program import Asked, Question
from gradcheck.results import Diagnosis, EquationResult

NETWORKS: Final = 2
"""Networks that a class is listened to on (a count): what one of them happens to hide, a relu layer with a dead neuron say, the other
shows."""


class Listening:
    """The answers of one class, each heard when it is first needed; gradient calls, and no forward passes.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_bp2_no_sigma_prime_wrong import Network as Theirs
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> listening = Listening(NetworkRun(NetworkSubject("Network", Theirs), Options(seed=0)))
    >>> {one.equation for one in listening.equations() if one.status.value == "broken"}
    {'BP2'}
    """

    def __init__(self, run: NetworkRun) -> None:
        self.run = run
        self.is_possible = True
        self.as_written: NetworkAsWritten | None = None

    @cached_property
    def networks(self) -> list[Exposing]:
        """Networks with layers of different widths, or, where the class stops on those, of one width."""
        return self._networks(exposing)

    @cached_property
    def examples(self) -> list[Heard]:
        """What backprop answers to single examples; nothing where the class stops."""
        return self.heard(Asked.ONE)

    @cached_property
    def examples_of_squares(self) -> list[Heard]:
        """The same on networks whose layers are all of one width."""
        return self._heard([one.examples() for one in self._networks(exposing_square)])

    def heard(self, asked: Asked) -> list[Heard]:
        """Return what the class answers to questions of one kind."""
        return self._heard([one.examples() if asked is Asked.ONE else one.batches(asked) for one in self.networks])

    def _networks(self, draw: Callable[..., Exposing]) -> list[Exposing]:
        generator = self.run.options.generator("exposing")
        return [draw(self.run.subject.declared, generator) for _ in range(NETWORKS)]

    def _heard(self, questions: list[Question]) -> list[Heard]:
        found: list[Heard] = []
        try:
            for question in questions:
                self.run.calls += len(question.calls)
                found.extend(hear(self.run.subject, question))
        except GradcheckError:  # what the class raises there is no answer, and was told or will be elsewhere
            return []
        return found if len(found) == sum(len(question.calls) for question in questions) else []

    def equations(self) -> tuple[EquationResult, ...]:
        """Return each equation at each layer, of single examples; nothing where shapes do not allow it."""
        judged = []
        if not self.is_possible:
            return ()
        for heard in self.examples:
            call = heard.question.last
            if not heard.has_every_layer:
                return ()
            theirs = None if self.as_written is None else self.as_written(call.network)
            judged.append(Example(call, heard.answer, theirs))
        return judged_together(judged)

    def diagnosis(self, asked: Asked) -> tuple[Diagnosis, ...]:
        """Return the mistakes whose answers are those of the class, to rounding."""
        if not self.is_possible:
            return ()
        return self._named(self.examples if asked is Asked.ONE else self.heard(asked))

    def diagnosis_of_squares(self) -> tuple[Diagnosis, ...]:
        """Return the mistakes whose answers are those of a class that stops on layers of different widths."""
        return self._named(self.examples_of_squares) if self.is_possible else ()

    def _named(self, heard: list[Heard]) -> tuple[Diagnosis, ...]:
        from gradcheck.checks.naming import as_diagnosis, explain, in_steps

        steps = frozenset() if self.as_written is None else self.as_written.steps
        found = in_steps(explain(heard), steps)
        return tuple(as_diagnosis(one, heard[0].question.last.network.num_layers) for one in found)
