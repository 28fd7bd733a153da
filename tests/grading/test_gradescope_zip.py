"""The zip for Gradescope, unpacked into a look-alike of its container and run from setup.sh to results.json."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gradcheck.errors import UsageError
from gradcheck.grading import gradescope_run, pins
from gradcheck.grading import gradescope_zip as gradescope_zip_module
from gradcheck.grading.formats import gradescope
from gradcheck.grading.gradescope_run import BROKEN, STOPPED
from gradcheck.grading.gradescope_zip import EPOCH, PACKAGE, gradescope_zip, own_files

RUBRIC = 'title = "Backpropagation by hand"\n'

SHIM = """\
#!/usr/bin/env bash
# Stands in for a Python whose pip and environments would need the network: notes what it was asked, runs ours.
case "$*" in
    -c*) exit 0 ;;
    "-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-m"*) echo "python $*" >>"{log}" ;;
    *) exec "{python}" "$@" ;;
esac
"""

NOTES = """\
#!/usr/bin/env bash
echo "{name} $*" >>"{log}"
"""

STAND_IN = """\
import os, signal, sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "vendor"))

from gradcheck.grading.gradescope_run import run
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus

def stand_in(container):
    def grade(submission):
        text = (submission / "network.py").read_text()
        if "kill" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "break" in text:
            raise RuntimeError("a fault of the grader")
        status, points = (ItemStatus.PASS, 2.0) if "right" in text else (ItemStatus.FAIL, 0.0)
        item = ItemGrade("bp1", container.rubric.read_text(), status, points, 2.0)
        return GradeSheet("submission", SheetStatus.GRADED, (item,))
    return grade

sys.exit(run(Path(sys.argv[2]), stand_in))
"""

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the container's scripts are of bash")


class LookAlike:
    """A folder tree like Gradescope's, with a PATH on which nothing reaches the network or changes this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "autograder"
        self.log = folder / "log"
        self.log.touch()
        (self.root / "submission").mkdir(parents=True)
        (folder / "rubric.toml").write_text(RUBRIC)
        archive = gradescope_zip(folder / "rubric.toml", folder / "autograder.zip", beside={"course-secret": b"secret"})
        self.unpack(archive)
        (folder / "bin").mkdir()
        for name in ("apt-get", "useradd"):
            self.command(name, NOTES.format(name=name, log=self.log))
        self.command("python3.14", SHIM.format(log=self.log, python=sys.executable))

    def unpack(self, archive: Path) -> None:
        """Unpack the zip as Gradescope does: permissions kept, run_autograder beside the source."""
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                path = Path(opened.extract(entry, self.root / "source"))
                path.chmod(stat.S_IMODE(entry.external_attr >> 16))
        shutil.copy(self.root / "source" / "run_autograder", self.root / "run_autograder")

    def command(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(script)
        path.chmod(0o755)

    def start(self, script: Path) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "GRADCHECK_ROOT": str(self.root),
            "GRADCHECK_VENV": str(self.folder / "venv"),
        }
        return subprocess.run([script], env=environment, cwd=self.root, capture_output=True, text=True, timeout=120)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        return self.start(self.root / "source" / "setup.sh")

    def grade(self, program: str) -> subprocess.CompletedProcess[str]:
        """Run a submission with the stand-in for a grader."""
        (self.root / "source" / "start.py").write_text(STAND_IN)
        (self.root / "submission" / "network.py").write_text(program)
        return self.start(self.root / "run_autograder")

    def results(self) -> Any:
        return json.loads((self.root / "results" / "results.json").read_text())


@pytest.fixture
def look_alike(tmp_path: Path) -> LookAlike:
    return LookAlike(tmp_path)


@needs_bash
def test_from_setup_to_results(look_alike: LookAlike) -> None:
    done = look_alike.set_up()
    assert done.returncode == 0, done.stderr
    asked = look_alike.log.read_text()
    assert (
        f"pip install --disable-pip-version-check --no-cache-dir -r {look_alike.root}/source/requirements.txt" in asked
    )
    assert "useradd --system" in asked or gradescope_run.uid_of(gradescope_run.USER) is not None
    assert "apt-get" not in asked
    done = look_alike.grade("right")
    assert done.returncode == 0, done.stdout
    data = look_alike.results()
    assert [(test["score"], test["max_score"], test["name"]) for test in data["tests"]] == [
        (2.0, 2.0, RUBRIC.replace("\n", "\\n"))
    ]
    assert "isolation:" in done.stdout


@needs_bash
def test_the_source_and_the_results_are_closed_to_others(look_alike: LookAlike) -> None:
    look_alike.set_up()
    look_alike.grade("wrong")
    assert look_alike.results()["tests"][0]["score"] == 0.0
    for folder in ("source", "results"):
        assert stat.S_IMODE((look_alike.root / folder).stat().st_mode) & 0o007 == 0
    for path in (look_alike.root / "source").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, path


@needs_bash
@pytest.mark.parametrize(("program", "sentence"), [("kill", STOPPED), ("break", BROKEN)])
def test_a_crash_of_the_grader_leaves_neither_points_nor_zero(
    look_alike: LookAlike, program: str, sentence: str
) -> None:
    look_alike.set_up()
    done = look_alike.grade(program)
    assert done.returncode != 0
    data = look_alike.results()
    assert data == json.loads(gradescope.failing(sentence))
    assert ("RuntimeError: a fault of the grader" in done.stdout) == (program == "break")
    assert "RuntimeError" not in json.dumps(data)


@needs_bash
def test_without_its_python_the_failing_results_stand(look_alike: LookAlike) -> None:
    assert look_alike.grade("right").returncode != 0
    assert look_alike.results() == json.loads(gradescope.failing(STOPPED))


@needs_bash
def test_with_a_rubric_that_cannot_be_read_nothing_is_graded(look_alike: LookAlike) -> None:
    look_alike.set_up()
    done = look_alike.start(look_alike.root / "run_autograder")
    assert (done.returncode, "score" in json.dumps(look_alike.results())) == (1, False)


@needs_bash
def test_an_old_image_gets_a_python_and_says_so_where_there_is_none(look_alike: LookAlike) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3"):
        look_alike.command(name, "#!/usr/bin/env bash\nexit 1\n")
    done = look_alike.set_up()
    assert done.returncode == 1
    assert "choose a base image" in done.stderr
    assert "apt-get install -y --no-install-recommends python3.11 python3.11-venv" in look_alike.log.read_text()


def test_the_scripts_are_at_the_root_and_executable(look_alike: LookAlike) -> None:
    with zipfile.ZipFile(look_alike.folder / "autograder.zip") as opened:
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in opened.infolist()}
    assert (modes["setup.sh"], modes["run_autograder"]) == (0o755, 0o755)
    others = {mode for name, mode in modes.items() if Path(name).name not in ("setup.sh", "run_autograder")}
    assert others == {0o644}
    assert {"rubric.toml", "course-secret", "requirements.txt", "vendor/gradcheck/py.typed"} <= set(modes)


def test_all_of_gradcheck_is_in_the_zip(look_alike: LookAlike) -> None:
    vendored = look_alike.root / "source" / "vendor" / "gradcheck"
    names = {path.relative_to(vendored) for path in vendored.rglob("*.py")}
    assert names == {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}
    assert (vendored / "grading" / "formats" / "report.schema.json").is_file()


def test_what_python_compiled_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grading" / "__pycache__").mkdir(parents=True)
    (tmp_path / "grading" / "__pycache__" / "pins.cpython-311.pyc").write_bytes(b"")
    (tmp_path / "grading" / "pins.py").write_bytes(b"x")
    monkeypatch.setattr(gradescope_zip_module, "PACKAGE", tmp_path)
    assert list(own_files()) == [("grading/pins.py", b"x")]


def test_the_same_rubric_gives_the_same_bytes(look_alike: LookAlike) -> None:
    first = (look_alike.folder / "autograder.zip").read_bytes()
    os.utime(look_alike.folder / "rubric.toml", (0, 0))
    again = gradescope_zip(
        look_alike.folder / "rubric.toml", look_alike.folder / "again.zip", beside={"course-secret": b"secret"}
    )
    assert again.read_bytes() == first
    with zipfile.ZipFile(again) as opened:
        assert opened.namelist() == sorted(opened.namelist())
        assert {entry.date_time for entry in opened.infolist()} == {EPOCH}


def test_requirements_are_pinned_and_name_no_host(look_alike: LookAlike) -> None:
    lines = (look_alike.root / "source" / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][A-Za-z0-9.+!-]*", line) for line in lines)
    names = [line.split("==")[0] for line in lines]
    assert {"numpy", "scipy", "hypothesis", "optree", "click", "rich", "pydantic", "pydantic-core"} <= set(names)
    assert "gradcheck" not in names
    assert len(names) == len(set(names))
    for name in ("setup.sh", "run_autograder", "requirements.txt"):
        text = (look_alike.root / "source" / name).read_text()
        assert not re.search(r"https?:|--(extra-)?index-url|--find-links|\.(org|io|com)\b", text), name


def test_what_a_submission_may_import_is_pinned_too(tmp_path: Path) -> None:
    (tmp_path / "rubric.toml").write_text(RUBRIC)
    archive = gradescope_zip(tmp_path / "rubric.toml", tmp_path / "a.zip", packages=iter(["scikit_learn", "numpy"]))
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read("requirements.txt").decode().splitlines()
    assert [line for line in lines if line.startswith("scikit-learn==")]
    assert [line for line in lines if line.startswith("threadpoolctl==")], "what it requires itself"


def test_extras_are_followed_and_what_is_not_asked_for_is_not() -> None:
    assert len(pins.pinned(["hypothesis[numpy]"])) > len(pins.pinned(["hypothesis"]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"packages": ["no-such-package-here"]}, "no-such-package-here is not installed here"),
        ({"beside": {"../escape": b""}}, "'../escape' has no place"),
        ({"beside": {"/etc/passwd": b""}}, "'/etc/passwd' has no place"),
        ({"beside": {"setup.sh": b""}}, "'setup.sh' has no place"),
    ],
)
def test_what_cannot_be_packed_is_told_and_nothing_is_written(tmp_path: Path, changes: Any, words: str) -> None:
    (tmp_path / "rubric.toml").write_text(RUBRIC)
    with pytest.raises(UsageError, match=re.escape(words)):
        gradescope_zip(tmp_path / "rubric.toml", tmp_path / "a.zip", **changes)
    assert not (tmp_path / "a.zip").exists()


def test_a_rubric_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"rubric\.toml: there is no such file"):
        gradescope_zip(tmp_path / "rubric.toml", tmp_path / "a.zip")
