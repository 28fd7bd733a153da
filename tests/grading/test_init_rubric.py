"""`gradcheck init rubric`: a rubric to start from, never over one that is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gradcheck.cli import main
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import load_rubric


def init(*words: str) -> Result:
    """Type a command."""
    return CliRunner().invoke(main, ["init", *words], prog_name="gradcheck")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("protocol", SubmissionProtocol)
def test_a_rubric_of_each_protocol_is_written_and_loads(protocol: SubmissionProtocol) -> None:
    done = init("rubric", "--protocol", protocol.value)
    assert done.exit_code == 0
    assert done.output.startswith("rubric.toml is written: open it, then run `gradcheck grade rubric.toml submissions/")
    assert load_rubric(Path("rubric.toml")).assignment.protocol is protocol
    assert [path.name for path in Path().iterdir()] == ["rubric.toml"]


def test_a_network_is_what_is_written_where_nothing_is_said() -> None:
    assert init("rubric").exit_code == 0
    assert load_rubric(Path("rubric.toml")).assignment.protocol is SubmissionProtocol.NETWORK


def test_a_rubric_that_is_there_is_left_as_it_is() -> None:
    Path("rubric.toml").write_text("mine")
    done = init("rubric")
    assert done.exit_code == 2
    assert "is there already, and is left as it is" in done.output
    assert Path("rubric.toml").read_text() == "mine"


def test_a_protocol_that_is_not_known_and_one_without_a_rubric_are_misuse() -> None:
    assert "'network', 'pair', 'layers', 'loss'" in init("rubric", "--protocol", "class").output
    done = init("--protocol", "pair")
    assert done.exit_code == 2
    assert "write gradcheck init rubric --protocol pair" in done.output
    assert list(Path().iterdir()) == []


def test_without_rubric_a_spec_is_written_as_before() -> None:
    assert init().exit_code == 0
    assert [path.name for path in Path().iterdir()] == ["gradcheck.toml"]
