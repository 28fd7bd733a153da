"""Grades one submission within Gradescope's container: what `run_autograder` starts, as root.

The grader stays root, for only root can give the submission's own process a uid that nothing else has. Before anything else a `results.json` is written that gives no points and no zero; it is replaced, whole, by that of
the graded submission.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import stat
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gradcheck.grading.formats import gradescope
from gradcheck.results.grades import GradeSheet
from gradcheck.whole_files import write_whole

Grader = Callable[[Path], GradeSheet]
"""Grades the submission in a folder."""

ROOT: Final = Path("/autograder")
"""Where Gradescope's container has its folders."""

USER: Final = "gradcheck-submission"
"""The user that setup.sh makes for submissions, and for nothing else."""

ISOLATION: Final = "isolation.json"
"""Beside the rubric: what setup.sh found."""

STOPPED: Final = "The grader was stopped before it had finished."
BROKEN: Final = "The grader met an error of its own; whoever runs the course finds it in the autograder's output."


WITH_LANDLOCK: Final = ("seccomp", "Landlock")
WITHOUT_LANDLOCK: Final = ("seccomp", "another user")
"""What is required where the kernel has no Landlock: the container, a uid of its own, and seccomp."""


@dataclasses.dataclass(frozen=True)
class Container:
    """What the container offers a grader.

    Attributes
    ----------
    rubric : Path
        The instructor's, in the closed source folder; what it refers to stands beside it.
    layers : tuple of str
        The layers of isolation that setup.sh found when the image was built, and without which nothing is graded.
    uid : int or None
        Whom the submission runs as; None where setup.sh made no user for it.

    Examples
    --------
    >>> Container(Path("rubric.toml")).layers
    ('seccomp', 'Landlock')
    """

    rubric: Path
    layers: tuple[str, ...] = WITH_LANDLOCK
    uid: int | None = None


def main(words: Sequence[str] | None = None) -> int:
    """Grade the submission under `--root`, or with `--probe` note what isolation there is; return the exit code.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     code = main(["--root", folder, "--probe"])
    ...     sorted(json.loads((Path(folder) / "source" / ISOLATION).read_text()))
    ['landlock_abi', 'layers']
    """
    parser = argparse.ArgumentParser(prog="run_autograder", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder that Gradescope calls /autograder")
    parser.add_argument("--probe", action="store_true", help="note what isolation there is, and grade nothing")
    options = parser.parse_args(words)
    if options.probe:
        from gradcheck.grading.isolation import landlock_abi

        note_isolation(options.root, landlock_abi())
        return 0
    return run(options.root, engine_grader)


def engine_grader(container: Container) -> Grader:
    """Return the grader that grades by the container's rubric."""
    from gradcheck.grading.autograder import container_grader

    return container_grader(container)


def run(root: Path, make: Callable[[Container], Grader]) -> int:
    """Grade root/submission into root/results/results.json; 0 if it was graded, 1 if the failing file stands.

    Errors of the grader's are told on standard output, which instructors alone see.
    """
    source, results = root / "source", root / "results" / "results.json"
    write_whole(results, gradescope.failing(STOPPED))
    close(source)
    close(results.parent)
    try:
        grader = make(Container(source / "rubric.toml", noted_layers(root), uid_of(USER)))
        sheet = grader(root / "submission")
        text, notes = gradescope.render(sheet), gradescope.instructor_notes(sheet)
    except Exception:
        write_whole(results, gradescope.failing(BROKEN))
        traceback.print_exc(file=sys.stdout)
        return 1
    write_whole(results, text)
    sys.stdout.write(notes)
    return 0


def close(folder: Path) -> None:
    """Take from all but its owner and group whatever they may do with a folder and what is in it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o770)


def note_isolation(root: Path, abi: int) -> None:
    """Note what is required of every run: Landlock with seccomp where there is Landlock, else a uid with seccomp."""
    layers = WITH_LANDLOCK if abi else WITHOUT_LANDLOCK
    write_whole(root / "source" / ISOLATION, json.dumps({"layers": layers, "landlock_abi": abi}) + "\n")


def noted_layers(root: Path) -> tuple[str, ...]:
    """Return what is required of a run; Landlock where nothing was noted.

    Raises
    ------
    ValueError
        If the note is none of ours.
    """
    path = root / "source" / ISOLATION
    if not path.exists():
        return WITH_LANDLOCK
    layers = tuple(json.loads(path.read_text(encoding="utf-8"))["layers"])
    if layers not in (WITH_LANDLOCK, WITHOUT_LANDLOCK):
        raise ValueError(f"{path}: layers are {layers}: {WITH_LANDLOCK} or {WITHOUT_LANDLOCK} was required")
    return layers


def uid_of(user: str) -> int | None:
    """Return a user's number, or None where there is no such user.

    Examples
    --------
    >>> uid_of("root"), uid_of("nobody of this name")
    (0, None)
    """
    import pwd

    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None
