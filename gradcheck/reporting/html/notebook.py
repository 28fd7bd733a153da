"""A result in a notebook: the part of a page that tells of it, or plain text where pages cannot be made."""

from __future__ import annotations

import hashlib
import html

from gradcheck.reporting import data, text
from gradcheck.reporting.extra import MissingExtra
from gradcheck.reporting.html.templates import fill
from gradcheck.reporting.html.told import tell
from gradcheck.results import CheckResult


def fragment(result: CheckResult) -> str:
    """Return a result as a piece of HTML with its own style; its names are no other result's.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> "</span>AGREE</p>" in fragment(CheckResult("gradient", Verdict.AGREE))
    True
    """
    name = f"check-{hashlib.sha256(data.render(result).encode()).hexdigest()[:10]}"
    try:
        return fill("notebook.html.j2", one=tell(result, name))
    except MissingExtra:
        return f"<pre>{html.escape(text.render(result))}</pre>"
