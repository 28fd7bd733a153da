"""Submissions: folders, zips, notebooks and files as students hand them in, and as attackers do; none of them is ever run."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck import UsageError
from gradcheck.errors import LoadError
from gradcheck.grading.gathering import MOST_FILES, SubmittedFile
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.submissions import Submission, hash_of, stage, submissions_in
from gradcheck.grading.zip_files import files_of_zip
from tests.grading.rubrics_for_tests import LAYERS, NETWORK, rubric_of

PROGRAM = "class Network:\n    pass\n"


@pytest.fixture
def rubric(tmp_path_factory: pytest.TempPathFactory) -> Rubric:
    """A rubric whose file is network.py, and of which 1 MiB may be handed in."""
    text = NETWORK.replace("memory_mb = 256", "submission_mb = 1")
    return rubric_of(tmp_path_factory.mktemp("rubric"), text)


def put(folder: Path, **files: str) -> None:
    """Write files; two underscores stand for a slash and one before the ending for the dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py").replace("_txt", ".txt").replace(
            "_ipynb", ".ipynb"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    """Write a zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def only(found: tuple[Submission, ...]) -> Submission:
    """Return the only submission."""
    (one,) = found
    return one


# --- what a course's folder may hold ------------------------------------------------------------------------------------------


def test_files_folders_zips_and_notebooks_are_submissions_beside_each_other(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada_py=PROGRAM, bob__network_py=PROGRAM, cy_ipynb=notebook(PROGRAM))
    zipped(tmp_path / "dee.zip", {"network.py": PROGRAM})
    found = submissions_in(tmp_path, rubric)
    assert [one.name for one in found] == ["ada", "bob", "cy", "dee"]
    assert [one.problem for one in found] == [""] * 4
    assert [one.entry for one in found] == ["network.py"] * 4
    assert all("class Network" in one.source for one in found)
    assert found[2].notes == ("network.ipynb is a notebook: the program is made of its 1 code cell",)


def test_the_same_files_have_the_same_hash_however_they_are_handed_in(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada_py=PROGRAM, bob__network_py=PROGRAM, cy__hw__network_py=PROGRAM, eve__my_py=PROGRAM)
    zipped(tmp_path / "dee.zip", {"hw/sub/network.py": PROGRAM, "__MACOSX/hw/._network.py": "junk"})
    put(tmp_path, fay_py=PROGRAM + "\n")
    found = {one.name: one.sha256 for one in submissions_in(tmp_path, rubric)}
    assert len({found[name] for name in ("ada", "bob", "cy", "dee", "eve")}) == 1
    assert found["fay"] != found["ada"]


def test_the_hash_tells_files_apart_that_run_into_each_other() -> None:
    some = [("a", b"bc"), ("ab", b"c"), ("abc", b"")]
    hashes = {hash_of((SubmittedFile(*one),)) for one in some}
    hashes.add(hash_of((SubmittedFile("a", b""), SubmittedFile("b", b"c"))))
    assert len(hashes) == 4


def test_one_file_is_one_submission(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada_py=PROGRAM)
    assert only(submissions_in(tmp_path / "ada.py", rubric)).name == "ada"
    path = zipped(tmp_path / "bob.zip", {"network.py": PROGRAM})
    assert only(submissions_in(path, rubric)).name == "bob"


def test_a_folder_with_the_wanted_file_in_it_is_one_submission(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_py=PROGRAM, ada__more_py="x = 1")
    one = only(submissions_in(tmp_path / "ada", rubric))
    assert (one.name, one.entry, len(one.files)) == ("ada", "network.py", 2)


def test_what_systems_leave_behind_is_no_submission_and_no_file_of_one(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_py=PROGRAM)
    for junk in (".DS_Store", "Thumbs.db", "ada/.git/config", "ada/__pycache__/network.pyc", "__MACOSX/x", "ada/x.pyc"):
        (tmp_path / junk).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / junk).write_text("junk")
    one = only(submissions_in(tmp_path, rubric))
    assert [file.path for file in one.files] == ["network.py"]


def test_the_courses_own_rubric_and_reference_are_no_submissions(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path, LAYERS)
    put(tmp_path, ada_py=PROGRAM)
    assert (tmp_path / "right.py").is_file()
    assert only(submissions_in(tmp_path, rubric)).name == "ada"


def test_a_folder_as_course_platforms_give_out_with_one_zip_in_it_is_read(tmp_path: Path, rubric: Rubric) -> None:
    zipped(tmp_path / "Ada_123_file" / "hw.zip", {"hw/network.py": PROGRAM})
    one = only(submissions_in(tmp_path, rubric))
    assert (one.name, one.entry, one.problem) == ("Ada_123_file", "network.py", "")
    assert one.notes == ("read from hw.zip",)


@pytest.mark.parametrize(
    ("name", "ending"), [("ada.rar", ".rar"), ("ada.tar.gz", ".gz"), ("ada", "nothing"), ("ada.txt", ".txt")]
)
def test_a_file_of_another_kind_is_a_submission_with_a_problem(
    tmp_path: Path, rubric: Rubric, name: str, ending: str
) -> None:
    (tmp_path / name).write_text("x")
    put(tmp_path, bob_py=PROGRAM)
    ada, bob = submissions_in(tmp_path, rubric)
    assert ada.problem == f"it is a file that ends in {ending}: a .py, an .ipynb or a .zip is required"
    assert (ada.files, ada.entry, ada.source) == ((), "", "")
    assert bob.problem == ""


def test_nothing_there_and_nothing_in_it_are_told(tmp_path: Path, rubric: Rubric) -> None:
    with pytest.raises(UsageError, match=r"there is nothing at .*none"):
        submissions_in(tmp_path / "none", rubric)
    with pytest.raises(UsageError, match="has no submission in it"):
        submissions_in(tmp_path, rubric)


# --- which file is the program ------------------------------------------------------------------------------------------------


def test_the_rubrics_name_comes_before_all_others(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__test_py="x", ada__network_py=PROGRAM, ada__network_ipynb="broken", ada__old__network_py="y")
    one = only(submissions_in(tmp_path, rubric))
    assert (one.entry, one.problem, one.notes) == ("network.py", "", ())


def test_a_lone_program_of_another_name_is_taken_and_it_is_said(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__hw3_py=PROGRAM, ada__data__notes_txt="x")
    one = only(submissions_in(tmp_path, rubric))
    assert (one.entry, one.problem, one.notes) == ("network.py", "", ("hw3.py is taken as network.py",))


def test_a_notebook_beside_modules_of_its_own_keeps_its_name(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_ipynb=notebook("import more"), ada__more_py="x = 1", ada__most_py="x = 1")
    one = only(submissions_in(tmp_path, rubric))
    assert (one.entry, [file.path for file in one.files]) == ("network.py", ["more.py", "most.py", "network.py"])


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"a_py": "x", "b_py": "x"}, "none of its files is called network.py: which is meant, a.py, b.py?"),
        ({"a_ipynb": "x", "b_ipynb": "x"}, "none of its files is called network.py: which is meant, a.ipynb, b.ipynb?"),
        ({f"n{i}_py": "x" for i in range(7)}, "which is meant, n0.py, n1.py, n2.py, n3.py, n4.py and 2 more?"),
        (
            {"a__network_py": "x", "b__network_py": "x"},
            "network.py in several places: which is meant, a/network.py, b/",
        ),
        ({"readme_txt": "x"}, "it has no program: network.py is to be handed in, and there is readme.txt"),
        ({"network_ipynb": "{"}, "the notebook is broken: it is no JSON"),
        ({"network_py": "a = 1\nprint a\n"}, "this is Python 2 .*print x` (network.py, line 2) is written `print(x)`"),
        ({"network_py": "try:\n  x\nexcept A, e:\n  y\n"}, "this is Python 2 .*except E, e` (network.py, line 3)"),
        ({"network_py": "if a:\n        x = 1\n\ty = 2\n"}, "this is Python 2 .*tabs mixed with spaces"),
    ],
)
def test_a_program_that_cannot_be_found_or_read_is_a_problem(
    tmp_path: Path, rubric: Rubric, files: dict[str, str], sentence: str
) -> None:
    put(tmp_path / "class" / "ada", **files)
    put(tmp_path / "class", bob_py=PROGRAM)
    ada, bob = submissions_in(tmp_path / "class", rubric)
    assert all(words in ada.problem for words in sentence.split(".*"))
    assert (ada.entry, bob.problem) == ("", "")


def test_an_empty_folder_is_a_problem(tmp_path: Path, rubric: Rubric) -> None:
    (tmp_path / "ada").mkdir()
    one = only(submissions_in(tmp_path, rubric))
    assert one.problem == "it has no program: network.py is to be handed in, and there is nothing that can be read"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"x = 1\n\0\n", "network.py has null bytes (the first is byte 6)"),
        (b"x = 1\n\n# caf\xe9\n", "network.py, line 3, has the byte 0xe9, which is not UTF-8: save the file as UTF-8"),
        (b"# -*- coding: klingon -*-\n", "network.py cannot be read as text (unknown encoding: klingon)"),
    ],
)
def test_a_program_that_is_no_text_is_a_problem(tmp_path: Path, rubric: Rubric, content: bytes, sentence: str) -> None:
    (tmp_path / "ada.py").write_bytes(content)
    assert sentence in only(submissions_in(tmp_path, rubric)).problem


@pytest.mark.parametrize(
    "source",
    [
        '"""Return it.\n\n    print the cost\n    """\n',
        "print (1)\nx = 1\n",
        "def f(:\n",  # told when it is run
        "(" * 100_000,
        "-" * 100_000 + "1\nprint x",
    ],
)
def test_a_program_that_only_looks_like_python_2_is_no_problem(tmp_path: Path, rubric: Rubric, source: str) -> None:
    (tmp_path / "ada.py").write_text(source)
    assert only(submissions_in(tmp_path, rubric)).problem == ""


def test_nothing_of_a_submission_is_run(tmp_path: Path, rubric: Rubric) -> None:
    trace = tmp_path / "ran"
    run = f"open({str(trace)!r}, 'w')\n"
    put(
        tmp_path / "class",
        ada_py=run,
        bob__network_py=run,
        cy_ipynb=notebook(run),
        eve_py=run + "if 0:\n\tprint (1)\n x",
    )
    put(tmp_path / "class", bob__conftest_py=run, bob__sitecustomize_py=run, bob____init___py=run)
    zipped(tmp_path / "class" / "dee.zip", {"network.py": run, "__main__.py": run})
    assert len(submissions_in(tmp_path / "class", rubric)) == 5
    assert not trace.exists()


# --- folders that attack ------------------------------------------------------------------------------------------------------


def test_links_are_left_out_and_never_followed(tmp_path: Path, rubric: Rubric) -> None:
    (tmp_path / "secret").mkdir()
    put(tmp_path, secret__answers_py="x", **{"class__ada__network_py": PROGRAM})
    ada = tmp_path / "class" / "ada"
    (ada / "answers.py").symlink_to(tmp_path / "secret" / "answers.py")
    (ada / "all").symlink_to(tmp_path / "secret")
    (ada / "around").symlink_to(ada)
    one = only(submissions_in(tmp_path / "class", rubric))
    assert [file.path for file in one.files] == ["network.py"]
    assert sorted(one.notes) == [
        f"{name} is a symbolic link: it was left out" for name in ("all", "answers.py", "around")
    ]


def test_a_submission_that_is_a_link_is_a_problem(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, secret__network_py="x", secret_py="x", **{"class__bob_py": PROGRAM})
    (tmp_path / "class" / "ada").symlink_to(tmp_path / "secret")
    (tmp_path / "class" / "eve.py").symlink_to(tmp_path / "secret.py")
    ada, bob, eve = submissions_in(tmp_path / "class", rubric)
    assert ada.problem == eve.problem == "it is a symbolic link: put the files themselves in its place"
    assert (ada.files, eve.files, bob.problem) == ((), (), "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_py=PROGRAM)
    os.mkfifo(tmp_path / "ada" / "data.txt")
    os.mkfifo(tmp_path / "bob.py")
    ada, bob = submissions_in(tmp_path, rubric)
    assert (ada.problem, ada.notes) == ("", ("data.txt is no plain file: it was left out",))
    assert bob.problem == "it is a symbolic link or no plain file: hand in the file itself"


def test_too_much_and_too_many_and_too_deep_are_refused_each_alone(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_py=PROGRAM, ada__data_txt="x" * (1 << 20), bob_py="x" * (1 << 20) + "x", fay_py=PROGRAM)
    put(tmp_path, **{f"cy__f{i}_txt": "" for i in range(MOST_FILES + 1)})
    (tmp_path / "dee").joinpath(*["d"] * 30).mkdir(parents=True)
    with (tmp_path / "eve.py").open("wb") as sparse:
        sparse.truncate(1 << 40)
    ada, bob, cy, dee, eve, fay = submissions_in(tmp_path, rubric)
    much = "it has more than 1 MiB: hand in the program and what it needs"
    assert [ada.problem, bob.problem, eve.problem, fay.problem] == [much, much, much, ""]
    assert cy.problem == "it has more than 1000 files: hand in the program and what it needs"
    assert dee.problem == "it has folders more than 20 deep: hand in the program and what it needs"


def test_names_within_a_submission_that_hide_something_are_left_out(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_py=PROGRAM)
    (tmp_path / "ada" / "data\u202etxt.py").write_text("x")
    (tmp_path / "ada" / "a\x1b[31mb").write_text("x")
    one = only(submissions_in(tmp_path, rubric))
    assert [file.path for file in one.files] == ["network.py"]
    assert one.notes == (
        "the name a\\u001b[31mb cannot be written everywhere: the file was left out",
        "the name data\\u202etxt.py cannot be written everywhere: the file was left out",
    )


def test_a_name_that_is_no_text_is_read_and_made_one(tmp_path: Path, rubric: Rubric) -> None:
    name = os.fsencode(tmp_path) + b"/ad\xffa.py"
    with open(name, "w") as file:
        file.write(PROGRAM)
    one = only(submissions_in(tmp_path, rubric))
    assert (one.name, one.problem) == ("ada", "")
    assert "is written" in one.notes[0]


def test_names_that_become_one_are_two_submissions(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path, ada__network_py=PROGRAM)
    (tmp_path / "ada.py").write_text(PROGRAM)
    (tmp_path / "ada\u200b.py").write_text(PROGRAM)
    found = submissions_in(tmp_path, rubric)
    assert len({one.name for one in found}) == 3
    assert all(one.name.startswith("ada-") and "another's too" in one.notes[0] for one in found)


# --- zips that attack ---------------------------------------------------------------------------------------------------------


def member(name: str, content: bytes = b"x", **changed: Any) -> tuple[zipfile.ZipInfo, bytes]:
    """Return an entry of a zip, with some of its fields changed."""
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    for field, value in changed.items():
        setattr(info, field, value)
    return info, content


def zip_of(*members: tuple[zipfile.ZipInfo, bytes]) -> io.BytesIO:
    """Return a zip with a network.py and some entries more."""
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w") as file:
        warnings.simplefilter("ignore")  # of a name that is there twice
        file.writestr("network.py", PROGRAM)
        for info, content in members:
            file.writestr(info, content, compress_type=info.compress_type)
    return packed


def mode(kind: int) -> int:
    return (kind | 0o644) << 16


def with_flag(packed: io.BytesIO, flag: int) -> io.BytesIO:
    """Return a zip with a flag set in the headers of all its entries."""
    data = bytearray(packed.getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= flag
            at = data.find(signature, at + 4)
    return io.BytesIO(bytes(data))


def with_size(packed: io.BytesIO, size: int) -> io.BytesIO:
    """Return a zip of which every entry says that it is so large, unpacked."""
    data = bytearray(packed.getvalue())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset : at + offset + 4] = struct.pack("<I", size)
            at = data.find(signature, at + 4)
    return io.BytesIO(bytes(data))


def deflated(name: str, content: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    return member(name, content, compress_type=zipfile.ZIP_DEFLATED)


ATTACKS = {
    "slips out of its folder": (zip_of(member("../../evil.py")), "leads out of it"),
    "slips out further in": (zip_of(member("a/../../evil.py")), "leads out of it"),
    "slips out by a backslash": (zip_of(member("..\\evil.py")), "leads out of it"),
    "is absolute": (zip_of(member("/etc/cron.d/evil")), "the path /etc/cron.d/evil, which leads out of it"),
    "is absolute with a drive": (zip_of(member("C:\\evil.py")), "leads out of it"),
    "is absolute on a share": (zip_of(member("\\\\host\\evil.py")), "leads out of it"),
    "has a backslash": (zip_of(member("a\\b.py")), "different files on different systems"),
    "has a symbolic link": (
        zip_of(member("answers.py", b"/etc/passwd", external_attr=mode(stat.S_IFLNK))),
        "a symbolic link or a device, answers.py",
    ),
    "has a device": (zip_of(member("zero", external_attr=mode(stat.S_IFCHR))), "a symbolic link or a device, zero"),
    "has a pipe": (zip_of(member("pipe", external_attr=mode(stat.S_IFIFO))), "a symbolic link or a device, pipe"),
    "is encrypted": (with_flag(zip_of(), 1), "the zip is encrypted (network.py)"),
    "has a zip in it": (zip_of(member("inner.zip")), "an archive in it, inner.zip"),
    "has a tar in it": (zip_of(member("a/inner.tar.gz")), "an archive in it, a/inner.tar.gz"),
    "is packed by lzma": (zip_of(member("a", compress_type=zipfile.ZIP_LZMA)), "packed in an unusual way (a)"),
    "is packed by bzip2": (zip_of(member("a", compress_type=zipfile.ZIP_BZIP2)), "packed in an unusual way (a)"),
    "is a bomb by its ratio": (zip_of(deflated("a", b"\0" * (1 << 23))), "a is 8,388,608 bytes, packed into"),
    "is a bomb by its size": (
        zip_of(*(deflated(f"f{i}", os.urandom(1000) * 900) for i in range(2))),
        "the zip has 1.7 MiB of files: 1 MiB are the most",
    ),
    "is a bomb by its count": (zip_of(*(member(f"f{i}") for i in range(MOST_FILES))), "has 1001 entries: 1000 are"),
    "is a bomb that says it is small": (with_size(zip_of(deflated("a", b"\0" * (1 << 24))), 10), "the zip is broken"),
    "has the same name twice": (zip_of(member("a"), member("a")), "the zip has a twice"),
    "has a file that is a folder": (zip_of(member("a"), member("a/b")), "a as a file and as a folder"),
    "is no zip": (io.BytesIO(b"PK\x03\x04" + b"junk" * 99), "the zip is broken (File is not a zip file)"),
    "is empty": (io.BytesIO(b""), "the zip is broken"),
    "is cut off": (io.BytesIO(zip_of(deflated("a", os.urandom(999))).getvalue()[100:]), "the zip is broken"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_zip_is_refused_that(attack: str, tmp_path: Path, rubric: Rubric) -> None:
    packed, sentence = ATTACKS[attack]
    (tmp_path / "ada.zip").write_bytes(packed.getvalue())
    put(tmp_path, bob_py=PROGRAM)
    before = sorted(tmp_path.parent.rglob("*"))
    ada, bob = submissions_in(tmp_path, rubric)
    assert sentence in ada.problem
    assert (ada.files, ada.entry, bob.problem) == ((), "", "")
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_a_zip_with_nothing_wrong_is_read_whole(tmp_path: Path, rubric: Rubric) -> None:
    path = tmp_path / "ada.zip"
    zipped(path, {"hw/": "", "hw/network.py": PROGRAM, "hw/data/x.npz": b"PK\x03\x04", "hw/mnist.pkl.gz": b"\x1f\x8b"})
    one = only(submissions_in(tmp_path, rubric))
    assert [file.path for file in one.files] == ["data/x.npz", "mnist.pkl.gz", "network.py"]
    assert (one.entry, one.problem, one.notes) == ("network.py", "", ())


def test_the_same_zip_within_a_folder_is_refused_too(tmp_path: Path, rubric: Rubric) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "hw.zip").write_bytes(ATTACKS["slips out of its folder"][0].getvalue())
    assert "leads out of it" in only(submissions_in(tmp_path, rubric)).problem


GOOD_ZIP = zip_of(deflated("data/a.txt", b"some text " * 50)).getvalue()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD_ZIP) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_whatever_is_wrong_with_a_zip_it_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD_ZIP)
    for at, value in changes:
        data[at] = value
    try:
        found = files_of_zip(io.BytesIO(bytes(data)), 1 << 20)
    except LoadError as error:
        assert str(error)
    else:
        assert all(".." not in one.path.split("/") and not one.path.startswith("/") for one in found.files)


# --- staging ------------------------------------------------------------------------------------------------------------------


def test_staged_files_are_those_that_were_read_and_nothing_else(tmp_path: Path, rubric: Rubric) -> None:
    put(tmp_path / "in", **{"ada__src__network_py": PROGRAM, "ada__data__x_txt": "5"})
    (tmp_path / "in" / "ada" / "link").symlink_to("/etc/passwd")
    one = only(submissions_in(tmp_path / "in", rubric))
    out = tmp_path / "out"
    assert stage(one, out) == out / "src" / "network.py"
    written = {str(path.relative_to(out)): path.read_text() for path in out.rglob("*") if path.is_file()}
    assert written == {"src/network.py": PROGRAM, "data/x.txt": "5"}
    assert not any(path.is_symlink() for path in out.rglob("*"))


def test_a_submission_with_a_problem_and_a_folder_with_files_are_not_staged(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ada cannot be staged: it is broken"):
        stage(Submission("ada", problem="it is broken"), tmp_path / "new")
    (tmp_path / "there").write_text("x")
    ada = Submission("ada", (SubmittedFile("network.py", b"x"),), entry="network.py")
    with pytest.raises(UsageError, match="is not empty"):
        stage(ada, tmp_path)
    assert (tmp_path / "there").read_text() == "x"
