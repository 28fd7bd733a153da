"""gradcheck.toml: every key, what is refused and how, and which of two declarations counts."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gradcheck import UsageError
from gradcheck.subjects.spec import SubjectSpec, read_spec, spec_beside

WHOLE = SubjectSpec(
    target="net.py:Network",
    activation=("relu", "softmax"),
    cost="log_likelihood",
    l1=0.0,
    l2=0.5,
    batch="mean",
    at="params",
    data=("X", "y"),
    shapes=(("w", (4, 3)), ("b", (3,))),
)


def written(folder: Path, text: str, name: str = "gradcheck.toml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
[[subject]]
target = "net.py:Network"
activation = ["relu", "softmax"]
cost = "log_likelihood"
l1 = 0
l2 = 0.5
batch = "mean"
at = "params"
data = ["X", "y"]
shapes = { w = [4, 3], b = [3] }
"""
    assert read_spec(written(tmp_path, text)) == (WHOLE,)


def test_what_is_left_out_is_unsaid_and_one_string_is_a_list_of_one(tmp_path: Path) -> None:
    text = '[[subject]]\ntarget = "a.py"\n[[subject]]\ntarget = "b.py"\nactivation = "tanh"\ndata = "X"\n'
    first, second = read_spec(written(tmp_path, text))
    assert first == SubjectSpec("a.py")
    assert (second.activation, second.data) == (("tanh",), ("X",))


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    assert read_spec(written(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('activations = "tanh"', r"number 1: the key 'activations' is not known: .*; did you mean activation\?"),
        ("zebra = 1", r"the key 'zebra' is not known: one of target, activation, .* is required$"),
        ("activation = 3", "activation is 3: a string or a list of strings"),
        ('activation = ["tanh", 1]', r"activation is \['tanh', 1\]: a string or a list"),
        ("cost = 1", "cost is 1: a string is required"),
        ("batch = true", "batch is True: a string is required"),
        ("at = []", r"at is \[\]: a string is required"),
        ('l1 = "0.1"', "l1 is '0.1': a number of at least 0"),
        ("l2 = -0.5", "l2 is -0.5: a number of at least 0"),
        ("l2 = nan", "l2 is nan: a number of at least 0"),
        ("l2 = true", "l2 is True: a number of at least 0"),
        ("data = { X = 1 }", "data is {'X': 1}: a string or a list"),
        ("shapes = [4, 3]", r"shapes is \[4, 3\]: a table such as \{ w = \[4, 3\] \}"),
        ("shapes = { w = 3 }", "the shape of w is 3: a list of whole numbers above 0"),
        ("shapes = { w = [4, 0] }", r"the shape of w is \[4, 0\]: a list of whole numbers above 0"),
        ("shapes = { w = [4.0] }", r"the shape of w is \[4.0\]: a list of whole numbers above 0"),
    ],
)
def test_a_wrong_line_is_refused_with_the_value_and_the_place(tmp_path: Path, line: str, sentence: str) -> None:
    path = written(tmp_path, f'[[subject]]\ntarget = "net.py"\n{line}\n')
    with pytest.raises(UsageError, match=sentence) as raised:
        read_spec(path)
    assert str(raised.value).startswith(f"{path}, [[subject]] number 1: ")


@pytest.mark.parametrize("line", ["", "target = 3"])
def test_a_subject_without_a_target_is_refused(tmp_path: Path, line: str) -> None:
    text = f'[[subject]]\ntarget = "a.py"\n[[subject]]\n{line}\n'
    with pytest.raises(UsageError, match=r"number 2: target is (None|3): a string such as"):
        read_spec(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[subject]\n", "is not TOML"),
        ("subjects = []", r"the key 'subjects' is not known: one of subject is required; did you mean subject\?"),
        ('[subject]\ntarget = "a.py"', r"one \[\[subject\]\] table for each subject is required"),
        ("subject = [1]", r"subject is \[1\]: one \[\[subject\]\] table"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        read_spec(written(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "gradcheck.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not TOML"):
        read_spec(path)


def test_pyproject_has_its_own_table_and_others_are_left_alone(tmp_path: Path) -> None:
    text = '[project]\nname = "net"\n[[tool.gradcheck.subject]]\ntarget = "net.py"\nl2 = 0.5\n[tool.other]\nx = 1\n'
    path = written(tmp_path, text, "pyproject.toml")
    assert read_spec(path) == (SubjectSpec("net.py", l2=0.5),)
    assert spec_beside(tmp_path) == read_spec(path)


def test_a_pyproject_without_the_table_declares_nothing(tmp_path: Path) -> None:
    assert read_spec(written(tmp_path, '[project]\nname = "net"\n', "pyproject.toml")) == ()


def test_gradcheck_toml_comes_before_pyproject(tmp_path: Path) -> None:
    written(tmp_path, '[[tool.gradcheck.subject]]\ntarget = "old.py"\n', "pyproject.toml")
    written(tmp_path, '[[subject]]\ntarget = "new.py"\n')
    assert [spec.target for spec in spec_beside(tmp_path)] == ["new.py"]


def test_a_folder_with_neither_declares_nothing(tmp_path: Path) -> None:
    assert spec_beside(tmp_path) == ()


def test_the_command_counts_before_the_file_key_by_key() -> None:
    said = SubjectSpec(
        target="other.py",
        activation=("tanh",),
        cost="quadratic",
        l1=1.0,
        l2=0.0,
        batch="sum",
        at="w",
        data=("Z",),
        shapes=(("z", (2,)),),
    )
    assert said.over(WHOLE) == said
    for field in dataclasses.fields(SubjectSpec):
        if field.name != "target":
            one = SubjectSpec("net.py", **{field.name: getattr(said, field.name)})
            expected = dataclasses.replace(WHOLE, target="net.py", **{field.name: getattr(said, field.name)})
            assert one.over(WHOLE) == expected


def test_what_neither_says_stays_unsaid_and_a_zero_of_the_file_is_kept() -> None:
    assert SubjectSpec("a.py").over(SubjectSpec("b.py")) == SubjectSpec("a.py")
    assert SubjectSpec("a.py").over(WHOLE).l1 == 0.0
