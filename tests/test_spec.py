"""gradcheck.toml: every key, what is refused, how and in which line, and which of two declarations counts."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gradcheck import UsageError
from gradcheck.checks.targets import check_target, specs_here
from gradcheck.subjects.spec import KEYS, Key, SubjectSpec
from gradcheck.subjects.spec_file import read_spec, spec_beside
from gradcheck.subjects.spec_place import declares

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
        ('activation = ["relu", "tahn"]', "activation is 'tahn': choose one of sigmoid, .*tanh"),
        ('cost = "mse"', "cost is 'mse': choose one of quadratic, "),
        ('batch = "total"', "batch is 'total': choose one of sum, mean$"),
    ],
)
def test_a_wrong_line_is_refused_with_the_value_and_the_place(tmp_path: Path, line: str, sentence: str) -> None:
    path = written(tmp_path, f'[[subject]]\ntarget = "net.py"\n{line}\n')
    with pytest.raises(UsageError, match=sentence) as raised:
        read_spec(path)
    assert str(raised.value).startswith(f"{path}, line 3, [[subject]] number 1: ")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "line 3, .* number 2: target is None: a string such as"),
        ("target = 3", "line 4, .* number 2: target is 3: a string such as"),
        ('target = "b.py::Network"', "line 4, .* number 2: the target 'b.py::Network' has two colons in a row"),
        ('target = "network"\n[subject.shape]', r"line 5, .* the key 'shape' is not known: .* did you mean shapes\?"),
    ],
)
def test_a_subject_without_a_target_that_can_be_one_is_refused(tmp_path: Path, line: str, sentence: str) -> None:
    text = f'[[subject]]\ntarget = "a.py"\n[[subject]]\n{line}\n'
    with pytest.raises(UsageError, match=sentence):
        read_spec(written(tmp_path, text))


def test_the_line_is_that_of_the_key_whatever_stands_before_it(tmp_path: Path) -> None:
    text = '# activaton = 1\n\n[[subject]]\ntarget = "a.py"\ndata = [\n  "activaton = ]", # [[subject]]\n]\n  activaton = "tanh"\n'
    with pytest.raises(UsageError, match=r"line 8, .*'activaton' is not known: .* did you mean activation"):
        read_spec(written(tmp_path, text))
    inline = (
        'subject = [\n  { target = "a.py" },\n  { target = "b.py" },\n\n  { target = "c.py", cots = "quadratic" } ]\n'
    )
    with pytest.raises(UsageError, match=r"line 5, .* number 3: the key 'cots'"):
        read_spec(written(tmp_path, inline))


def test_a_file_that_is_declared_and_not_there_is_told_with_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, '[[subject]]\nactivation = "tanh"\ntarget = "nett.py"\n')
    written(tmp_path, "", "net.py")
    (spec,) = specs_here(tmp_path)
    (failure,) = check_target(spec).failures
    start = f"{path.name}, line 3, [[subject]] number 1: there is no file nett.py in {tmp_path}: did you mean net.py?"
    assert failure.sentence == start


def test_a_file_that_names_no_subject_says_so(tmp_path: Path) -> None:
    written(tmp_path, "# [[subject]]\n")
    with pytest.raises(UsageError, match=r"no target was given and gradcheck.toml names no subject"):
        specs_here(tmp_path)


def test_the_schema_has_every_key_and_no_other() -> None:
    fields = [field.name for field in dataclasses.fields(SubjectSpec) if field.name != "origin"]
    assert [key.name for key in KEYS] == fields
    assert all(key.meaning.endswith(".") for key in KEYS)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_example_of_each_key_is_one(tmp_path: Path, key: Key) -> None:
    line = "" if key.name == "target" else 'target = "net.py"'
    text = f"[[subject]]\n{line}\n{key.name} = {key.example}\n"
    assert getattr(read_spec(written(tmp_path, text))[0], key.name) not in (None, ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[subject]\n", "is not TOML"),
        ("subjects = []", r"the key 'subjects' is not known: one of subject is required; did you mean subject\?"),
        ("\n\nsubject = 3", r"line 3: subject is 3: one \[\[subject\]\] table for each subject"),
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


def test_a_wrong_line_of_a_pyproject_is_told_too(tmp_path: Path) -> None:
    text = '[project]\nname = "net"\n\n[[tool.gradcheck.subject]]\ntarget = "net.py"\nseed = 1\n'
    with pytest.raises(UsageError, match=r"pyproject.toml, line 6, .*the key 'seed' is not known"):
        read_spec(written(tmp_path, text, "pyproject.toml"))
    with pytest.raises(UsageError, match=r"pyproject.toml, line 2: gradcheck is 3: a table is required"):
        read_spec(written(tmp_path, "[tool]\ngradcheck = 3\n", "pyproject.toml"))


def test_a_pyproject_declares_something_only_with_the_table_and_where_no_gradcheck_toml_does(tmp_path: Path) -> None:
    assert not declares(written(tmp_path, '[project]\nname = "gradcheck"\n', "pyproject.toml"))
    assert not declares(written(tmp_path, "{{ a template }} gradcheck\n", "pyproject.toml"))
    assert declares(written(tmp_path, "[tool.gradcheck]\n{{\n", "pyproject.toml"))
    (tmp_path / "pyproject.toml").write_bytes(b"# \xff\n")
    assert not declares(tmp_path / "pyproject.toml")
    path = written(tmp_path, "[tool.gradcheck]\nsubject = []\n", "pyproject.toml")
    assert declares(path)
    assert declares(written(tmp_path, "")) and not declares(path)


def test_a_pyproject_that_does_not_mention_gradcheck_is_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(text: str) -> None:
        raise AssertionError(f"parsed: {text}")

    monkeypatch.setattr("tomllib.loads", parsed)
    assert not declares(written(tmp_path, '[project]\nname = "net"\n', "pyproject.toml"))
    with pytest.raises(AssertionError):
        declares(written(tmp_path, '[project]\nname = "gradcheck"\n', "pyproject.toml"))


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    assert read_spec(written(tmp_path, '\ufeff[[subject]]\r\ntarget = "net.py"\r\n')) == (SubjectSpec("net.py"),)


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
        if field.name not in ("target", "origin"):
            one = SubjectSpec("net.py", **{field.name: getattr(said, field.name)})
            expected = dataclasses.replace(WHOLE, target="net.py", **{field.name: getattr(said, field.name)})
            assert one.over(WHOLE) == expected


def test_what_neither_says_stays_unsaid_and_a_zero_of_the_file_is_kept() -> None:
    assert SubjectSpec("a.py").over(SubjectSpec("b.py")) == SubjectSpec("a.py")
    assert SubjectSpec("a.py").over(WHOLE).l1 == 0.0
