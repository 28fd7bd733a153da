"""Pages from the command line: to standard output or a file, and again from a result that was kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gradcheck.cli import main
from gradcheck.reporting.data import parse

WRONG = "gradcheck.examples.cost_gradient_wrong"


def gradcheck(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gradcheck")


def test_a_page_goes_to_standard_output_or_whole_into_a_file(tmp_path: Path) -> None:
    shown = gradcheck("check", WRONG, "--seed", "1", "--format", "html")
    assert shown.exit_code == 1
    assert shown.stdout.startswith("<!doctype html>") and shown.stdout.rstrip().endswith("</html>")
    file = tmp_path / "new" / "page.html"
    kept = gradcheck("check", WRONG, "--seed", "1", "--format", "html", "--out", str(file))
    assert (kept.exit_code, kept.stdout) == (1, "")
    assert f"{file} is written" in kept.stderr
    assert file.read_text().rstrip() == shown.stdout.rstrip()
    assert [one.name for one in file.parent.iterdir()] == ["page.html"]


def test_a_page_alone_spends_passes_on_its_pictures_and_says_how_many(tmp_path: Path) -> None:
    kept = tmp_path / "result.json"
    assert gradcheck("check", WRONG, "--seed", "1", "--format", "json", "--out", str(kept)).exit_code == 1
    (result,) = parse(kept.read_text()).results
    assert result.steps is None
    page = gradcheck("check", WRONG, "--seed", "1", "--format", "html").stdout
    assert f"forward passes: {result.forward_passes}, " in page
    assert "beside the check, for the pictures of the steps: " in page
    again = gradcheck("report", str(kept))
    assert again.exit_code == 0
    assert "beside the check" not in again.stdout and "Claimed against estimated" in again.stdout


@pytest.mark.parametrize("layout", ["text", "json", "junit"])
def test_a_result_that_was_kept_is_rendered_as_it_was_at_first(tmp_path: Path, layout: str) -> None:
    kept = tmp_path / "result.json"
    gradcheck("check", WRONG, "--seed", "1", "--format", "json", "--out", str(kept))
    first = gradcheck("check", WRONG, "--seed", "1", "--format", layout, "--explain", "2").stdout
    assert gradcheck("report", str(kept), "--format", layout, "--explain", "2").stdout == first


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"results": 3}', "no json", '{"schema_version": 99}'])
def test_what_is_no_result_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    kept = tmp_path / "result.json"
    kept.write_text(text)
    done = gradcheck("report", str(kept))
    assert done.exit_code == 2
    assert "result.json holds no result of gradcheck check --format json" in done.output


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = gradcheck("check", WRONG, "--format", "html", "--out", str(tmp_path / "file" / "page.html"))
    assert done.exit_code == 2
    assert "could not be written" in done.output
