"""Which parts a check of a network class will have, known without a check: each can be named, chosen and told by itself."""

from __future__ import annotations

import inspect
from typing import Final

from gradcheck.checks.cost_part import own_cost
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.subjects.network_class import PROBE_SIZES, Batch, NetworkSubject, UserNetwork

BACKPROP: Final = ("backprop", "BP1", "BP2", "BP3", "BP4")
"""What is judged of every class."""


def part_names(subject: NetworkSubject) -> tuple[str, ...]:
    """Return the names of the parts that a check of a class has as far as all goes well, in the order of blame.

    The names of `CheckResult.part`. Parts that only show while it is checked, such as `deltas` that are kept, are not among them.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> part_names(NetworkSubject("Network", Network))
    ('feedforward', 'cost_derivative', 'backprop', 'BP1', 'BP2', 'BP3', 'BP4', 'update_mini_batch')
    """
    theirs, user = _theirs(subject)
    before = [] if subject.sigma is None else [subject.sigma.name]
    before += ["feedforward"] if _has(theirs, "feedforward") else []
    before += ["cost"] if own_cost(theirs) is not None else []
    before += ["cost_derivative"] if _has(theirs, "cost_derivative") else []
    after = [] if subject.declared.batch is Batch.UPDATE else ["backprop_of_columns"]
    takes_update = _has(theirs, "update_mini_batch") if user is None else user.takes_update()
    return (*before, *BACKPROP, *after, *(["update_mini_batch"] if takes_update else []))


def _theirs(subject: NetworkSubject) -> tuple[object, UserNetwork | None]:
    """Return an object of the user's; the class itself where none can be made, which a check will tell."""
    sizes = PROBE_SIZES if len(subject.declared.activations) == 1 else (2, *(3 for _ in subject.declared.activations))
    try:
        user = UserNetwork(subject, sizes)
    except (UsageError, UserCodeError):
        return subject.make, None
    return user.theirs, user


def _has(theirs: object, method: str) -> bool:
    """Tell whether an object has a method; a class answers for its objects, and a function that makes them knows nothing of them."""
    found = inspect.getattr_static(theirs, method, None)
    return found is not None and (callable(found) or isinstance(found, staticmethod | classmethod))
