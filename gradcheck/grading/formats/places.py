"""Where the results of a class lie: the names of files, and the folder of a submission."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

REPORT: Final = "report.json"
STUDENT_PAGE: Final = "report.html"

GRADEBOOK: Final = "gradebook.csv"
ITEMS: Final = "items.csv"
JUNIT: Final = "junit.xml"
CLASS_PAGE: Final = "class.html"

OF_THE_CLASS: Final = (GRADEBOOK, ITEMS, JUNIT, CLASS_PAGE)
"""Names that no submission's folder has."""


def folder_name(submission: str) -> str:
    """Return the name of a submission's folder; what is the class's keeps its name.

    Examples
    --------
    >>> folder_name("ada"), folder_name("gradebook.csv")
    ('ada', 'gradebook.csv_')
    """
    return f"{submission}_" if submission in OF_THE_CLASS else submission


def link_to_page(submission: str) -> str:
    """Return the address of a student's page from the folder of the class.

    Examples
    --------
    >>> link_to_page("ada & bob?")
    'ada%20%26%20bob%3F/report.html'
    """
    return f"{quote(folder_name(submission), safe='', errors='backslashreplace')}/{STUDENT_PAGE}"
