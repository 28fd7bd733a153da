"""The templates of the pages: whatever stands in a result is text, never markup, and what a template lacks is an error."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from gradcheck import __version__
from gradcheck.reporting.extra import required

if TYPE_CHECKING:
    from jinja2 import Environment

EXPONENT: Final = re.compile(r"-?\b\d[\d.]*e[-+]\d+")
"""A number with an exponent."""

FOLDER: Final = "templates"

SCRIPTS: Final = ("page.js",)
"""The scripts of a page that names no others."""


def fill(template: str, **values: Any) -> str:
    """Return a template with values in it.

    Raises
    ------
    MissingExtra
        If jinja2 is not installed.

    Examples
    --------
    >>> page = fill("base.html.j2", title="<script>")
    >>> "<title>&lt;script&gt;</title>" in page, "<script>" in page.split("</title>")[0]
    (True, False)
    """
    page: str = _environment().get_template(template).render(**values)
    return page


def own_text(name: str) -> str:
    """Return a file of ours that goes into every page as it is.

    Examples
    --------
    >>> own_text("page.css")[:2]
    '/*'
    """
    return resources.files("gradcheck.reporting").joinpath(FOLDER, name).read_text(encoding="utf-8")


def digest(name: str) -> str:
    """Return what a page's policy knows one of our scripts by.

    Examples
    --------
    >>> digest("page.js")[:7]
    'sha256-'
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(own_text(name).encode()).digest()).decode()}"


def said(words: str) -> Any:
    """Return words as text of a page, in which no line is broken within a number: 1e-12 has a hyphen in it.

    Examples
    --------
    >>> str(said("<b> 1.5e-12"))
    '&lt;b&gt; <span class="value">1.5e-12</span>'
    """
    markupsafe = required("markupsafe")
    return markupsafe.Markup(EXPONENT.sub(r'<span class="value">\g<0></span>', str(markupsafe.escape(words))))


@cache
def _environment() -> Environment:
    """Return the environment; a page may run our scripts, known by their hashes, and no others, and ask nothing of any network."""
    jinja2, markupsafe = required("jinja2"), required("markupsafe")
    environment: Environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gradcheck.reporting", FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(said=said, digest=digest, own_text=lambda name: markupsafe.Markup(own_text(name)))
    environment.globals.update(style=markupsafe.Markup(own_text("page.css")), scripts=SCRIPTS, version=__version__)
    return environment
