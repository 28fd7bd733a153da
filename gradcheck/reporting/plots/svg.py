"""A figure as SVG that stands within a page: its colours are those of the page, its names no one else's."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from gradcheck.reporting.plots.canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    VERMILLION,
    own_style,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OF_THE_PAGE: Final = {
    INK: "currentColor",
    PAPER: "var(--paper)",
    FAINT: "var(--faint)",
    BLUE: "var(--blue)",
    GREEN: "var(--green)",
    VERMILLION: "var(--vermillion)",
    ORANGE: "var(--orange)",
    SKY: "var(--sky)",
    PURPLE: "var(--purple)",
}
"""What each of our colours is in a page, which has others by day and by night."""

COLOUR: Final = re.compile("|".join(OF_THE_PAGE), re.IGNORECASE)
NAMESPACE: Final = re.compile(r"\{[^}]*\}")
REFERENCE: Final = re.compile(r"url\(#([^)]*)\)")
USED: Final = re.compile(r"""(?:url\(#|href="#)([^)"]*)""")
FONT: Final = re.compile(r"font: (?:\w+ )*?([\d.]+)px [^;]*")


def inline_svg(figure: Figure, name: str, words: str) -> str:
    """Return a figure as an svg element with `words` for those who cannot see it; the same for the same figure, byte by byte.

    Parameters
    ----------
    figure : Figure
    name : str
        What its names begin with: unlike that of any other figure of the page.
    words : str

    Examples
    --------
    >>> from gradcheck.reporting.plots.canvas import new_figure, own_style
    >>> with own_style():
    ...     figure = new_figure(1.0)
    >>> inline_svg(figure, "empty", "1 < 2")[:71]
    '<svg viewBox="0 0 331.2 72" role="img" aria-labelledby="empty-title" cl'
    """
    written = io.StringIO()
    with own_style(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of letters that our font lacks, and the page's has
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    root = ElementTree.fromstring(written.getvalue())
    used = set(USED.findall(written.getvalue()))
    for element in root.iter():
        _settle(element, name, used)
    _leave_out(root)
    size = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-labelledby": f"{name}-title", "class": "plot"}
    found = ElementTree.Element("svg", {**size, "style": f"max-width: {figure.get_figwidth():.4g}in"})
    ElementTree.SubElement(found, "title", {"id": f"{name}-title"}).text = words
    found.extend([*root])
    return ElementTree.tostring(found, encoding="unicode")


def _settle(element: ElementTree.Element, name: str, used: set[str]) -> None:
    """Rename what a figure refers to within itself, and take its colours and letters from the page."""
    element.tag = NAMESPACE.sub("", element.tag)
    if element.tag != "text":
        element.text = None if not (element.text or "").strip() else element.text
    element.tail = None if not (element.tail or "").strip() else element.tail
    for key, value in list(element.attrib.items()):
        del element.attrib[key]
        plain = NAMESPACE.sub("", key)
        if plain == "id" and value not in used:
            continue
        if plain == "id":
            value = f"{name}-{value}"
        elif plain == "href":
            value = f"#{name}-{value.removeprefix('#')}"
        else:
            value = REFERENCE.sub(rf"url(#{name}-\1)", value)
        element.set(plain, _of_the_page(value) if plain in ("style", "fill", "stroke") else value)


def _of_the_page(style: str) -> str:
    return FONT.sub(r"font-size: \1px", COLOUR.sub(lambda found: OF_THE_PAGE[found.group().lower()], style))


def _leave_out(root: ElementTree.Element) -> None:
    """Leave out what would speak of more than this figure: its history, and rules for every element of a page."""
    for parent in list(root.iter()):
        for child in [*_unwanted(parent)]:
            parent.remove(child)


def _unwanted(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (child for child in parent if child.tag in ("metadata", "style"))
