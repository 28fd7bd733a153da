"""Which test runs now, and where its ledger lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from gradcheck.pytest_plugin.ledger import Ledger

CURRENT: Final[pytest.StashKey[pytest.Item | None]] = pytest.StashKey()
LEDGER: Final[pytest.StashKey[Ledger]] = pytest.StashKey()


def current_item(session: pytest.Session) -> pytest.Item | pytest.Session:
    """Return the test that is set up, called or torn down, or the session itself where there is none."""
    return session.stash.get(CURRENT, None) or session
