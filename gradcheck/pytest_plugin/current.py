"""Which test runs now."""

from __future__ import annotations

from typing import Final

import pytest

CURRENT: Final = pytest.StashKey[pytest.Item | None]()


def current_item(session: pytest.Session) -> pytest.Item | pytest.Session:
    """Return the test that is set up, called or torn down, or the session itself where there is none."""
    return session.stash.get(CURRENT, None) or session
