"""Seeds: the same for the same secret, submission, item and round, others for all others, and not to be told without the secret."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gradcheck import UsageError
from gradcheck.grading import seeds as module
from gradcheck.grading.seeds import FILE_NAME, Seeds, course_seeds, seeds_of
from gradcheck.grading.submissions import submissions_in
from tests.grading.rubrics_for_tests import rubric_of

SECRET = "a secret of the course"


def secret_file(folder: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    """Write a file with a secret."""
    path = folder / "secret.txt"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_seed_is_what_it_was_when_it_was_first_graded() -> None:
    """Written down once: a change of how seeds are made would make every regrade ask other questions."""
    assert Seeds(b"k" * 32).seed("ab12", "bp1", 3) == 254890033144828
    assert seeds_of(SECRET).id == "7fb1823d44d0"


def test_secret_submission_item_and_round_each_change_the_seed() -> None:
    one = seeds_of(SECRET)
    found = {
        one.seed("aa", "bp1"),
        one.seed("ab", "bp1"),
        one.seed("aa", "bp2"),
        one.seed("aa", "bp1", 1),
        one.seed("aab", "p1"),  # nothing runs into what follows it
        one.seed("aa", "bp", 11),
        seeds_of(SECRET + "!").seed("aa", "bp1"),
    }
    assert len(found) == 7


def test_seeds_are_whole_numbers_that_every_reader_of_json_keeps() -> None:
    one = seeds_of(SECRET)
    found = [one.seed(str(i), "bp1") for i in range(1000)]
    assert len(set(found)) == 1000
    assert all(0 <= seed < 1 << 48 and int(float(seed)) == seed == json.loads(json.dumps(seed)) for seed in found)
    assert max(found) > 1 << 46  # and not all are small


def test_identical_files_have_identical_seeds_and_others_not(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path)
    folder = tmp_path / "class"
    folder.mkdir()
    for name, text in (("ada", "x = 1"), ("bob", "x = 1"), ("cy", "x = 2")):
        (folder / f"{name}.py").write_text(text)
    ada, bob, cy = (seeds_of(SECRET).seed(one.sha256, "bp1") for one in submissions_in(folder, rubric))
    assert ada == bob != cy


def test_neither_the_secret_nor_its_key_is_shown() -> None:
    one = seeds_of(SECRET)
    shown = f"{one!r} {one} {one.id}"
    assert SECRET not in shown
    assert one.key.hex() not in shown
    assert one.id not in one.key.hex()


def test_a_named_file_comes_before_the_environment_and_that_before_the_results_folder(tmp_path: Path) -> None:
    file = secret_file(tmp_path)
    environment = {"GRADCHECK_SECRET": "the secret of the environment"}
    kept = course_seeds(tmp_path, environment={})
    assert course_seeds(tmp_path, secret_file=file, environment=environment) == seeds_of(SECRET)
    assert course_seeds(tmp_path, environment=environment) == seeds_of(environment["GRADCHECK_SECRET"])
    assert course_seeds(tmp_path, environment={}) == kept
    assert len({kept.id, seeds_of(SECRET).id, seeds_of(environment["GRADCHECK_SECRET"]).id}) == 3


def test_the_environment_is_that_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADCHECK_SECRET", SECRET)
    assert course_seeds(tmp_path) == seeds_of(SECRET)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_new_secret_is_kept_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        course_seeds(tmp_path / "new" / "results", environment={})
    finally:
        os.umask(before)
    path = tmp_path / "new" / "results" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [FILE_NAME]
    assert len(path.read_text().strip()) == 64


def test_two_courses_have_two_secrets(tmp_path: Path) -> None:
    assert course_seeds(tmp_path / "a", environment={}).id != course_seeds(tmp_path / "b", environment={}).id


BEGIN = "import pathlib, sys; from gradcheck.grading.seeds import course_seeds as c; print(c(pathlib.Path(sys.argv[1]), environment={}).id)"


def test_graders_that_begin_at_once_have_one_secret(tmp_path: Path) -> None:
    begun = [subprocess.Popen([sys.executable, "-c", BEGIN, tmp_path], stdout=subprocess.PIPE) for _ in range(4)]
    ids = [one.communicate(timeout=120)[0].strip() for one in begun]
    assert len(set(ids)) == 1
    assert len(ids[0]) > 0


def test_a_secret_that_came_in_between_stays(tmp_path: Path) -> None:
    kept = secret_file(tmp_path).rename(tmp_path / FILE_NAME)
    module._write_new(kept)
    assert kept.read_text() == SECRET
    assert [one.name for one in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, mode=mode)
    with pytest.raises(UsageError, match=rf"can be read by others \(mode {mode:o}\): chmod 600"):
        course_seeds(tmp_path, secret_file=path)


@pytest.mark.parametrize("secret", ["", "   \n", "math101", "x" * 15])
def test_a_secret_that_can_be_guessed_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    for given in ({"secret_file": secret_file(tmp_path, secret)}, {"environment": {"GRADCHECK_SECRET": secret}}):
        with pytest.raises(UsageError, match="characters: at least 16 are required") as caught:
            course_seeds(tmp_path, **given)  # type: ignore[arg-type]
        assert not secret.strip() or secret not in str(caught.value)


def test_a_secret_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: .*No such file"):
        course_seeds(tmp_path, secret_file=tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match=r"a new course secret cannot be written to .*: (Not a directory|File exists)"):
        course_seeds(tmp_path / "file", environment={})


def test_a_line_end_is_no_part_of_a_secret(tmp_path: Path) -> None:
    assert course_seeds(tmp_path, secret_file=secret_file(tmp_path, SECRET + "\r\n")) == seeds_of(SECRET)
