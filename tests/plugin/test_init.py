"""gradcheck init: what it writes explains itself, can be used at once, and never takes the place of anything."""

from __future__ import annotations

import errno
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gradcheck.checks.examples import FOLDER
from gradcheck.cli import main
from gradcheck.network.activations import ACTIVATIONS
from gradcheck.network.costs import COSTS
from gradcheck.subjects.spec import KEYS
from gradcheck.subjects.spec_file import read_spec
from gradcheck.subjects.starting_spec import template, write_new
from tests.plugin.running_for_tests import run

pytest_plugins = ("pytester",)


def gradcheck(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gradcheck")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a user, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def example(folder: Path, name: str, file: str) -> None:
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text((FOLDER / f"{name}.py").read_text(encoding="utf-8"), encoding="utf-8")


def test_without_a_target_it_writes_a_template_that_names_nothing_until_it_is_filled_in(folder: Path) -> None:
    done = gradcheck("init")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "gradcheck.toml is written: open it, name your own file as the target, then run `gradcheck check`."
    ]
    text = (folder / "gradcheck.toml").read_text()
    assert read_spec(folder / "gradcheck.toml") == ()
    assert gradcheck("check").exit_code == 2
    example(folder, "cost_gradient_right", "network.py")
    (folder / "gradcheck.toml").write_text(text.replace("# [[subject]]", "[[subject]]").replace("# target", "target"))
    assert gradcheck("check").exit_code == 0


def test_every_key_of_the_schema_is_written_with_an_example_that_is_one_and_no_other(folder: Path) -> None:
    lines = template().splitlines()
    written = [line.removeprefix("#   ") for line in lines if line.startswith("#   ") and line[4] != " "]
    assert [line.partition(" = ")[0] for line in written] == [key.name for key in KEYS]
    (folder / "gradcheck.toml").write_text("[[subject]]\n" + "\n".join(written))
    (spec,) = read_spec(folder / "gradcheck.toml")
    assert all(getattr(spec, key.name) not in (None, ()) for key in KEYS)
    told = {key.name: key.meaning for key in KEYS}
    assert all(f"{name}" in told["activation"] for name in ACTIVATIONS)
    assert all(f"{name}" in told["cost"] for name in COSTS)


def test_each_thing_found_has_a_table_that_means_it_alone(folder: Path) -> None:
    for name in ("network_right", "cost_gradient_right", "sigma_pair_right", "softmax_classifier_right"):
        example(folder, name, f"{name}.py")
    example(folder, "layer_affine_relu_right", "deep/layers.py")
    files = (
        "network_right.py",
        "deep/layers.py",
        str(folder / "cost_gradient_right.py"),
        "softmax_classifier_right.py",
    )
    done = gradcheck("init", *files, "sigma_pair_right.py:swish", "network_right.py:Network")
    assert done.exit_code == 0, done.output
    targets = [
        "network_right.py:Network",
        "deep/layers.py:affine_forward,affine_backward",
        "deep/layers.py:relu_forward,relu_backward",
        "cost_gradient_right.py:cost,gradient",
        "softmax_classifier_right.py:loss",
        "sigma_pair_right.py:swish",
    ]
    assert [spec.target for spec in read_spec(folder / "gradcheck.toml")] == targets
    assert f"gradcheck.toml names {', '.join(targets)}: " in done.output
    text = (folder / "gradcheck.toml").read_text()
    assert "# the class Network, with backprop\n" in text and text.count("\n# batch = ") == 1
    assert gradcheck("check", "--explain", "0").exit_code == 0


def test_what_it_writes_is_collected_by_pytest_at_once(pytester: pytest.Pytester) -> None:
    example(pytester.path, "sigma_pair_right", "my sigma\u00e4.py")
    assert gradcheck("init", "my sigma\u00e4.py").exit_code == 0
    done = run(pytester, "-v")
    done.assert_outcomes(passed=2)


def test_nothing_is_written_over_or_hidden(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[[tool.gradcheck.subject]]\ntarget = "net.py"\n')
    done = gradcheck("init")
    assert done.exit_code == 2
    assert "pyproject.toml has a table [tool.gradcheck], which a gradcheck.toml would hide" in done.output
    (folder / "pyproject.toml").write_text('[project]\nname = "gradcheck"\n')
    (folder / "gradcheck.toml").write_text("mine")
    done = gradcheck("init")
    assert done.exit_code == 2
    assert f"there is a gradcheck.toml in {folder} already, and it is left as it is" in done.output
    assert (folder / "gradcheck.toml").read_text() == "mine"
    assert sorted(path.name for path in folder.iterdir()) == ["gradcheck.toml", "pyproject.toml"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("x = 1\n", 2, "mine.py has nothing to check: "),
        ("1 / 0\n", 4, "ERROR  mine.py, line 1, raised an exception when it was imported: ZeroDivisionError"),
        (None, 2, "there is no file mine.py"),
    ],
)
def test_a_target_that_offers_nothing_leaves_nothing_behind(
    folder: Path, text: str | None, code: int, words: str
) -> None:
    if text is not None:
        (folder / "mine.py").write_text(text)
    done = gradcheck("init", "mine.py")
    assert (done.exit_code, words in done.output) == (code, True), done.output
    assert "Traceback" not in done.output or "gradcheck/" not in done.output
    assert not (folder / "gradcheck.toml").exists()


def test_a_file_system_without_links_and_one_that_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert tomllib.loads(write_new(folder, template()).read_text()) == {}
    assert gradcheck("init").exit_code == 2

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (folder / "gradcheck.toml").unlink()
    monkeypatch.setattr(os, "fdopen", full)
    done = gradcheck("init")
    assert done.exit_code == 2 and "cannot be written: No space left on device" in done.output
    assert [*folder.iterdir()] == []
