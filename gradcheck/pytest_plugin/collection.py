"""Gradients that pytest collects without a test: what a gradcheck.toml names, and with --gradcheck the files on the command line.

Light: nothing but pytest is imported before there is something to collect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gradcheck.pytest_plugin.nodes import BareFile, SpecFile

FLAG = "gradcheck_bare_files"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("gradcheck").addoption(
        "--gradcheck",
        action="store_true",
        dest=FLAG,
        help="Check the .py files named on the command line that are no tests: whatever gradients are found in them.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let what the root folder declares be collected where `testpaths` names other folders."""
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    root, here = config.rootpath, config.invocation_params.dir
    if any(root.is_relative_to(os.path.abspath(here / arg)) for arg in config.args):
        return
    from gradcheck.subjects.spec_place import FILE_NAME, PYPROJECT, declares

    found = next((root / name for name in (FILE_NAME, PYPROJECT) if (root / name).is_file()), None)
    if found is not None and declares(found):
        config.args.append(str(found))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecFile | None:
    """Collect a gradcheck.toml, or a pyproject.toml with [tool.gradcheck]."""
    if file_path.suffix != ".toml":
        return None
    from gradcheck.subjects.spec_place import declares

    if not declares(file_path):
        return None
    from gradcheck.pytest_plugin.nodes import SpecFile

    return SpecFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> BareFile | None:
    """Collect a file named on the command line by what it offers, in place of the module that pytest would import."""
    if not parent.config.getoption(FLAG) or not _is_bare(module_path, parent.session):
        return None
    from gradcheck.pytest_plugin.nodes import BareFile

    return BareFile.from_parent(parent, path=module_path)


def pytest_report_collectionfinish(config: pytest.Config) -> str | None:
    """Say so where --gradcheck was given, and no file that it is about."""
    if not config.getoption(FLAG) or any(map(_names_a_file, config.args)):
        return None
    return (
        "gradcheck: --gradcheck is about files named on the command line, and none was: pytest --gradcheck network.py"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped subject point to the table that declares it, and not to where we skip it."""
    report = yield
    nodes = sys.modules.get("gradcheck.pytest_plugin.nodes")
    if nodes is not None and isinstance(item, nodes.Subject) and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.path), item.line, report.longrepr[2])
    return report


def _is_bare(path: Path, session: pytest.Session) -> bool:
    """Tell whether a file was named on the command line and is no file of tests."""
    patterns = session.config.getini("python_files")
    return session.isinitpath(path) and not any(map(path.match, patterns))


def _names_a_file(arg: str) -> bool:
    return arg.partition("::")[0].endswith(".py")
