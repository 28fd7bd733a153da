"""What this machine gives is found out and said; where what is required is missing, no submission is run."""

from __future__ import annotations

import ctypes
import dataclasses
import errno
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradcheck import cli
from gradcheck.errors import UsageError
from gradcheck.grading.doctor import as_json, as_text, can_grade
from gradcheck.grading.failures import SandboxError, SubmissionError
from gradcheck.grading.isolation import (
    LADDER,
    WITHOUT,
    Layer,
    Machine,
    Tier,
    hidden_from_nobody,
    layers_of,
    probe,
    tier_of,
)
from gradcheck.grading.landlock import READ, READ_FILE, SCRATCH, Rule, handled, rules
from gradcheck.grading.limits import Limits
from gradcheck.grading.packages import importable, link_packages, package_files
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seccomp import Files, seccomp_filter
from gradcheck.grading.settings import Isolation, Settings, chosen_layers
from gradcheck.grading.staging import empty, stage, used_bytes
from gradcheck.grading.syscalls import AUDIT_ARCHITECTURE, NUMBERS
from tests.grading.asking_for_tests import SMALL, answers_honestly, attempted, needs_sandbox, settings_of, written

OLD_LINUX = Machine(
    "Linux",
    "4.18",
    "x86_64",
    0,
    frozenset({Layer.LIMITS, Layer.SECCOMP}),
    ((Layer.LANDLOCK, "this kernel is too old"),),
    1000,
)
MAC = Machine(
    "Darwin", "24.1", "arm64", 0, frozenset(), tuple((layer, "Darwin has nothing like it") for layer in LADDER), 501
)
GRADESCOPE = dataclasses.replace(OLD_LINUX, layers=OLD_LINUX.layers | {Layer.OTHER_USER}, uid=0)


def test_tiers_stand_on_each_other() -> None:
    assert [tier_of(layers_of(tier)) for tier in Tier] == list(Tier)
    assert tier_of(frozenset(LADDER) - {Layer.LANDLOCK}) is Tier.T1
    assert tier_of(frozenset(LADDER) - {Layer.LIMITS}) is None


@pytest.mark.parametrize(("machine", "missing"), [(OLD_LINUX, "Landlock"), (MAC, "limits"), (GRADESCOPE, "Landlock")])
def test_below_what_is_required_nothing_is_run(machine: Machine, missing: str) -> None:
    with pytest.raises(SandboxError, match=f"no submission is run: {missing} is required and not here"):
        chosen_layers(Settings(), machine)


def test_a_container_without_landlock_is_accepted_where_that_is_said() -> None:
    require = frozenset({Layer.SECCOMP, Layer.OTHER_USER})
    layers = chosen_layers(Settings(require=require), GRADESCOPE)
    assert str(Isolation(layers, 0)) == "T1: limits, seccomp, another user"
    with pytest.raises(SandboxError, match="another user is required"):
        chosen_layers(Settings(require=require), OLD_LINUX)


def test_without_limits_nothing_is_run_whatever_is_required() -> None:
    with pytest.raises(SandboxError, match="Darwin has nothing like it"):
        chosen_layers(Settings(require=frozenset()), MAC)


def test_what_is_switched_off_is_missing_too() -> None:
    with pytest.raises(SandboxError, match="switched off by the settings"), Zygote(Settings(use=layers_of(Tier.T1))):
        pytest.fail("it started")


ELSEWHERE = """
import sys
for name in ("resource", "fcntl"):
    sys.modules[name] = None
sys.platform = "win32"
from gradcheck.grading.doctor import as_text
from gradcheck.grading.isolation import probe
from gradcheck.grading.sandbox import Zygote
assert "T2  Landlock      no" in as_text(probe()), as_text(probe())
try:
    Zygote()
except Exception as error:
    assert "no submission is run: limits is required and not here" in str(error), error
    sys.exit(7)
"""


def test_on_another_system_the_doctor_works_and_nothing_is_run() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr


WORKER_ELSEWHERE = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_DFL)
del signal.SIGHUP
from gradcheck.grading.worker import belong_to
sys.platform = "win32"
sys.modules["resource"] = None
belong_to(os.getppid())
sys.exit(7 if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN else 1)
"""


def test_on_another_system_a_worker_leaves_to_its_grader_the_signals_that_there_are() -> None:
    done = subprocess.run([sys.executable, "-c", WORKER_ELSEWHERE], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr


def test_every_missing_layer_is_told_with_what_it_means() -> None:
    text = as_text(MAC)
    assert text.startswith("Darwin 24.1 on arm64, as user 501\n")
    assert text.endswith(
        "Strangers' code is not run here: no tier, and T2 is required; missing: limits, seccomp, Landlock."
    )
    assert all(words in text for words in WITHOUT.values())
    told = json.loads(as_json(MAC))
    assert (told["tier"], told["grades"], len(told["missing"])) == (None, False, 5)


def test_the_doctor_tells_of_this_machine() -> None:
    done = CliRunner().invoke(cli.main, ["doctor"])
    assert done.exit_code == (0 if can_grade(probe()) else 1)
    assert done.output == as_text(probe()) + "\n"
    told = json.loads(CliRunner().invoke(cli.main, ["doctor", "--format", "json"]).output)
    assert told == json.loads(as_json(probe()))
    assert told["layers"] == [layer.value for layer in LADDER if layer in probe().layers]


def test_a_folder_that_is_closed_to_others_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "python"
    inner.parent.mkdir()
    inner.touch()
    inner.chmod(0o755)
    inner.parent.chmod(0o700)
    assert hidden_from_nobody(inner) in (*map(str, tmp_path.parents), str(tmp_path), str(inner.parent))
    assert hidden_from_nobody(Path("/dev/null")) == ""


@needs_sandbox
def test_a_sandbox_that_does_not_hold_is_found_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF0000)
    monkeypatch.setattr("gradcheck.grading.zygote.seccomp_filter", lambda *_: everything)
    with (
        pytest.raises(SandboxError, match=r"does not hold here: a process in it could socket, .*chmod"),
        Zygote(settings_of(Tier.T2)),
    ):
        pytest.fail("it started")


@needs_sandbox
def test_a_landlock_that_does_not_hold_is_found_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradcheck.grading.zygote.rules", lambda *_: (Rule("/", READ | SCRATCH),))
    with pytest.raises(SandboxError, match="a process in it could read, write"), Zygote(settings_of(Tier.T2)):
        pytest.fail("it started")


@needs_sandbox
def test_a_filter_that_the_kernel_refuses_is_no_filter_and_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradcheck.grading.zygote.seccomp_filter", lambda *_: b"\xff" * 8)
    with pytest.raises(SandboxError, match=r"could not be confined.*Invalid argument"), Zygote(settings_of(Tier.T2)):
        pytest.fail("it started")


@needs_sandbox
def test_a_package_that_cannot_be_imported_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradcheck.grading.zygote.importable", lambda _: ("nowhere",))
    with pytest.raises(SandboxError, match="No module named 'nowhere'"), Zygote(settings_of(Tier.T2)):
        pytest.fail("it started")


@needs_sandbox
def test_a_start_that_fails_leaves_no_folder_and_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for settings, error in (
        (dataclasses.replace(settings_of(Tier.T2), packages=("nowhere",)), UsageError),
        (dataclasses.replace(settings_of(Tier.T2), python="/dev/null"), SandboxError),
    ):
        with pytest.raises(error), Zygote(settings):
            pytest.fail("it started")
    assert list(tmp_path.iterdir()) == []


@needs_sandbox
def test_a_submission_that_is_refused_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "leftover.py").write_text("x = 1")
    with Zygote(settings_of(Tier.T2)) as zygote:
        with pytest.raises(UsageError, match="has no file"), zygote.submission(tmp_path / "first", entry="network.py"):
            pytest.fail("it started")
        with (
            pytest.raises(SubmissionError, match="No module named 'leftover'"),
            zygote.submission(written(tmp_path, "import leftover")),
        ):
            pytest.fail("it was imported")


@needs_sandbox
def test_an_allowed_package_can_be_imported(tmp_path: Path) -> None:
    settings = dataclasses.replace(settings_of(Tier.T2), packages=("sortedcontainers",))
    with Zygote(settings) as zygote:
        source = "import sortedcontainers\ndef f():\n    return list(sortedcontainers.SortedList([3, 1]))\n"
        with zygote.submission(written(tmp_path, source), SMALL) as session:
            assert session.call("f") == [1, 3]


@needs_sandbox
def test_two_zygotes_serve_beside_each_other_and_one_serves_one_submission_at_a_time(tmp_path: Path) -> None:
    with Zygote(settings_of(Tier.T2)) as one, Zygote(settings_of(Tier.T2)) as other:
        with one.submission(written(tmp_path, "x = 1"), SMALL) as session:
            assert answers_honestly(other)
            with pytest.raises(UsageError, match="one session of this zygote is open"), one.submission(tmp_path):
                pytest.fail("it started")
            assert session.get(None, "x") == 1
        assert answers_honestly(one)


def test_gradcheck_is_no_package_to_be_allowed() -> None:
    with pytest.raises(UsageError, match="ask it for the answers"):
        package_files("gradcheck")
    with pytest.raises(UsageError, match="not installed here"):
        package_files("nowhere-at-all")


def test_a_package_is_its_own_files_only(tmp_path: Path) -> None:
    files = link_packages(["numpy"], tmp_path)
    assert "numpy" in {path.name for path in files}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files}
    assert all(path.name.startswith("numpy") for path in files)
    assert importable("numpy") == ("numpy",)


def test_a_rule_gives_no_more_than_its_kernel_knows() -> None:
    assert [len(handled(abi)) for abi in (0, 1, 3, 4, 6, 7)] == [0, 1, 1, 2, 3, 3]
    assert handled(1) == (0x1FFF,)
    assert handled(5)[0] == 0xFFFF
    old = {rule.path: rule.rights for rule in rules([], Path("/code"), Path("/scratch"), 1)}
    assert old["/scratch"] == SCRATCH & 0x1FFF
    assert old["/code"] == READ


def test_installed_packages_are_left_out_of_the_library(tmp_path: Path) -> None:
    for name in ("json", "site-packages", "dist-packages"):
        (tmp_path / name).mkdir()
    (tmp_path / "os.py").touch()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    library = [path for path in tmp_path.iterdir() if path.exists()]
    found = {Path(rule.path).name: rule.rights for rule in rules(library, Path("/c"), Path("/s"), 7)}
    assert found["os.py"] == READ_FILE
    assert found["json"] == READ
    assert not {"site-packages", "dist-packages"} & set(found)


def allowed_by(program: bytes, machine: str, number: int, *arguments: int) -> int:
    """Return what a filter answers to a system call, by running its instructions."""
    data = struct.pack(
        "<IIQ6Q", number, AUDIT_ARCHITECTURE[machine], 0, *(*arguments, *(0 for _ in range(6 - len(arguments))))
    )
    place = accumulator = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("<HBBI", program, 8 * place)
        place += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            place += if_true if holds else if_false


ALLOW, KILL = 0x7FFF0000, 0x80000000


@pytest.mark.parametrize("machine", NUMBERS)
def test_the_filter_lets_through_what_is_listed_and_nothing_else(machine: str) -> None:
    numbers = NUMBERS[machine]
    program = seccomp_filter(machine, Files.BY_LANDLOCK)
    for number in range(600):
        verdict = allowed_by(program, machine, number)
        assert (verdict == ALLOW) == (number in set(numbers.values()) - {numbers["clone3"], *asks_for(numbers)}), number
    assert allowed_by(program, machine, 0x40000001) == KILL
    assert allowed_by(program, "aarch64" if machine == "x86_64" else "x86_64", 0) == KILL


def asks_for(numbers: dict[str, int]) -> set[int]:
    """Return the calls that are refused when all their arguments are 0."""
    return {numbers["ioctl"]}


@pytest.mark.parametrize(
    ("name", "arguments", "is_allowed"),
    [
        ("fcntl", (0, 1), True),
        ("fcntl", (0, 1030), True),
        ("fcntl", (0, 8), False),
        ("fcntl", (0, 10), False),
        ("ioctl", (0, 0x5401), True),
        ("ioctl", (0, 0x5412), False),
        ("ioctl", (0, 0x541B), True),
        ("prlimit64", (0, 7), True),
        ("prlimit64", (1, 7), False),
        ("openat", (0, 0, 0o1101), True),
    ],
)
def test_the_filter_looks_at_arguments(name: str, arguments: tuple[int, ...], is_allowed: bool) -> None:  # noqa: FBT001
    for machine, numbers in NUMBERS.items():
        verdict = allowed_by(seccomp_filter(machine, Files.BY_LANDLOCK), machine, numbers[name], *arguments)
        assert (verdict == ALLOW) == is_allowed


def test_without_landlock_the_filter_lets_nothing_be_written() -> None:
    for machine, numbers in NUMBERS.items():
        program = seccomp_filter(machine, Files.READ_ONLY)
        for flags, is_allowed in (
            (0, True),
            (0o2000000, True),
            (1, False),
            (2, False),
            (0o100, False),
            (0o1000, False),
        ):
            assert (allowed_by(program, machine, numbers["openat"], 0, 0, flags) == ALLOW) == is_allowed
        for name in ("unlinkat", "renameat2", "mkdirat", "ftruncate"):
            assert allowed_by(program, machine, numbers[name]) != ALLOW


def test_a_submission_is_staged_from_plain_files_only(tmp_path: Path) -> None:
    source, code = tmp_path / "submission", tmp_path / "code"
    source.mkdir()
    code.mkdir()
    (source / "network.py").write_text("w = 1")
    with pytest.raises(UsageError, match=r"has no file 'other\.py'"):
        stage(source, "other.py", code)
    assert stage(source, "network.py", code).read_text() == "w = 1"
    os.mkfifo(source / "pipe")
    with pytest.raises(UsageError, match="no plain file"):
        stage(source, "network.py", code)
    (tmp_path / "\udcff.py").write_text("w = 1")
    with pytest.raises(UsageError, match="no name that can be imported"):
        stage(tmp_path / "\udcff.py", "", code)
    with pytest.raises(UsageError, match="cannot be read"):
        stage(tmp_path / "nowhere.py", "", code)


def test_what_is_left_in_a_folder_is_measured_and_removed_however_deep_it_is(tmp_path: Path) -> None:
    folder, here = tmp_path / "scratch", os.getcwd()
    folder.mkdir()
    (folder / "file").write_bytes(bytes(5000))
    (folder / "link").symlink_to("/etc")
    assert 6000 <= used_bytes(folder) < 20_000
    os.chdir(folder)
    try:
        for _ in range(400):
            os.mkdir("inner folder", 0o500)
            os.chmod("inner folder", 0o700)
            os.chdir("inner folder")
    finally:
        os.chdir(here)
    empty(folder)
    assert list(folder.iterdir()) == []
    assert Path("/etc/passwd").exists()


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(UsageError, match="wall_seconds is"):
        Limits(wall_seconds=value)


IS_DUMPABLE = 3


@needs_sandbox
@pytest.mark.parametrize("file", ["mem", "environ", "maps"])
def test_the_memory_of_the_grader_and_of_the_zygote_is_closed_by_limits_alone(tmp_path: Path, file: str) -> None:
    with Zygote(settings_of(Tier.T0)) as zygote:
        assert ctypes.CDLL(None).prctl(IS_DUMPABLE, 0, 0, 0, 0) == 0
        for process in ("target[0]", "os.getppid()"):
            body = f"return os.open(f'/proc/{{{process}}}/{file}', os.O_RDONLY)"
            assert attempted(zygote, tmp_path, body, os.getpid()) in (-errno.EACCES, -errno.EPERM)
