"""Without the extra `report`: one plain line that says what to install, and text where text will do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import gradcheck
from gradcheck.cli import main
from gradcheck.grading.formats import student_page
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.starting_rubric import write_rubric
from gradcheck.pytest_plugin.report import write
from gradcheck.reporting.extra import COMMAND, MissingExtra, required
from gradcheck.reporting.html import templates
from gradcheck.results.grades import GradeSheet, SheetStatus
from tests.grading.classes_for_tests import handed_in
from tests.html.pages_for_tests import agreeing_result

SIGMA = "gradcheck.examples.sigma_pair_right:swish"


BRINGS = {"jinja2": ("markupsafe",), "matplotlib": ()}


@pytest.fixture(params=list(BRINGS))
def missing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Take one of the two away, with what it brings."""
    gone = (request.param, *BRINGS[request.param])
    for name in [name for name in sys.modules if name.split(".")[0] in gone]:
        monkeypatch.delitem(sys.modules, name)
    for name in gone:
        monkeypatch.setitem(sys.modules, name, None)
    templates._environment.cache_clear()
    yield request.param
    templates._environment.cache_clear()


def test_the_command_says_what_to_install(missing: str) -> None:
    done = CliRunner().invoke(main, ["check", SIGMA, "--seed", "1", "--format", "html"], prog_name="gradcheck")
    assert done.exit_code == 2
    assert f"{missing} is needed, and it is not installed: {COMMAND}" in done.output
    assert "Traceback" not in done.output


def test_graded_pages_need_jinja2_and_nothing_is_graded_before_that_is_known(missing: str, tmp_path: Path) -> None:
    rubric, handed = write_rubric(SubmissionProtocol.PAIR, tmp_path), handed_in(tmp_path / "class", ("fay",))
    words = ["grade", str(rubric), str(handed), "--out", str(tmp_path / "out"), "--format", "html"]
    if missing == "matplotlib":
        assert student_page.render(GradeSheet("ada", SheetStatus.ERROR))
        return
    done = CliRunner().invoke(main, [*words, "--require-isolation", "T0"], prog_name="gradcheck")
    assert done.exit_code == 2
    assert f"jinja2 is needed, and it is not installed: {COMMAND}" in done.output
    assert not (tmp_path / "out" / "fay").exists()
    done = CliRunner().invoke(main, ["report", str(tmp_path)], prog_name="gradcheck")
    assert done.exit_code == 2 and COMMAND in done.output


def test_a_notebook_shows_the_text(missing: str) -> None:
    assert missing
    assert agreeing_result()._repr_html_().startswith("<pre>AGREE  gradient")


def test_a_session_writes_the_rest_and_says_what_to_install(missing: str, tmp_path: Path) -> None:
    line = write(tmp_path, [{"nodeid": "test_a.py::test_b", "explain": 4, "records": [], "found": []}], seed=1)
    if missing == "matplotlib":  # of a session without a wrong gradient no picture is drawn
        assert line.endswith("gradcheck.html")
        return
    assert line.endswith(COMMAND)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["gradcheck.json", "gradcheck.txt"]


def test_a_plot_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match="pip install"):
        gradcheck.plot_price(agreeing_result())


def test_what_a_library_of_the_extra_lacks_itself_is_no_missing_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_library.py").write_text("import a_module_that_is_not_there")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_there"):
        required("broken_library")
