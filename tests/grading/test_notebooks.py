"""Notebooks: the program of their code cells, without what only a notebook understands; broken ones are told."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import LoadError
from gradcheck.grading.notebooks import NotebookProgram, program_in


def notebook(*cells: Any) -> str:
    """Return a notebook with such code cells, and text between them."""
    text = {"cell_type": "markdown", "source": ["# not code\n", "x = 'text'"]}
    code = [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": [text, *code, text]})


def values_of(program: NotebookProgram) -> dict[str, Any]:
    """Run a program of ours and return what it defines."""
    found: dict[str, Any] = {}
    exec(program.source, found)
    return {name: value for name, value in found.items() if not name.startswith("__")}


def test_code_cells_follow_each_other_and_text_is_left_out() -> None:
    program = program_in(notebook("a = 1\n", ["b = a + 1\n", "c = b + 1"]))
    assert values_of(program) == {"a": 1, "b": 2, "c": 3}
    assert (program.cells, program.dropped) == (2, 0)
    assert program.note == "a notebook: the program is made of its 2 code cells"


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "  %timeit f()",
        "!pip install numpy",
        "!!ls",
        "?print",
        "??print",
        "print?",
        "np.array??",
        "files = !ls",
        "a, b = %sx ls",
    ],
)
def test_a_line_that_only_a_notebook_understands_is_left_out(line: str) -> None:
    program = program_in(notebook(f"a = 1\n{line}\nb = 2"))
    assert program.dropped == 1
    assert f"# left out: {line.strip()}" in program.source
    assert program.note.endswith("; 1 line of magics and shell commands is left out")


def test_what_is_left_out_within_a_block_leaves_it_a_block() -> None:
    program = program_in(notebook("for i in range(3):\n    !echo hi\nelse:\n    %time\n    a = 1"))
    assert values_of(program) == {"i": 2, "a": 1}
    assert program.dropped == 2


@pytest.mark.parametrize(
    "source",
    [
        "a = '''\n%not magic\n!nor this\n'''",
        'a = """x\n%magic? no\n"""; b = \'"""\'\n',
        "a = (5\n% 3)",
        "a = 7 \\\n% 4",
        "a = 5 % 3",
        "a = '%magic'\n# %comment\n# a = !ls",
        "def f():\n    '''Doc.\n\n    %not magic\n    '''\n    return 1",
        "a = 'it' ; b = \"'''\"\nc = 1",
        "a = 1 if 2 != 3 else 4",
        "a = b'''\n!x'''",
    ],
)
def test_what_only_looks_like_magic_stays(source: str) -> None:
    program = program_in(notebook(source))
    assert program.dropped == 0
    assert ast.dump(ast.parse(program.source)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    ("source", "dropped", "kept"),
    [
        ("%%time\na = 1", 1, {"a": 1}),
        ("\n%%capture out\na = 1\n%magic", 2, {"a": 1}),
        ("%%bash\nrm -rf /\na = 1", 3, {}),
        ("%%writefile network.py\nclass Network: ...", 2, {}),
        ("%%html\n<b>'''</b>", 2, {}),
    ],
)
def test_a_cell_with_a_magic_of_its_own_is_code_or_not_as_the_magic_says(
    source: str, dropped: int, kept: dict[str, Any]
) -> None:
    program = program_in(notebook(source, "z = 9"))
    assert program.dropped == dropped
    assert values_of(program) == {**kept, "z": 9}


def test_an_older_notebook_keeps_its_cells_in_worksheets() -> None:
    cell = {"cell_type": "code", "input": ["a = 1\n", "b = 2"]}
    program = program_in(json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}))
    assert values_of(program) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"the notebook is broken: it is no JSON \(Expecting value at line 1\)"),
        ('{"cells": [\n', r"it is no JSON \(.* at line 2\): save it again, or hand in a .py file"),
        ("[" * 100_000, "its JSON cannot be read"),
        ('{"cells": ' + "9" * 5000 + "}", "its JSON cannot be read"),
        ("[]", "it has no cells"),
        ("3", "it has no cells"),
        ('{"cells": 3}', "it has no cells"),
        ('{"worksheets": [3]}', "it has no cells"),
        ('{"cells": []}', "the notebook has no code cells"),
        ('{"cells": [3, {"cell_type": "markdown"}]}', "the notebook has no code cells"),
        (notebook("", "\n  \n"), "the notebook has no code cells"),
        (notebook(3), "the source of a code cell is no text"),
        (notebook(["a", 3]), "the source of a code cell is no text"),
        (notebook({"a": 1}), "the source of a code cell is no text"),
    ],
)
def test_a_broken_notebook_is_told(text: str, sentence: str) -> None:
    with pytest.raises(LoadError, match=sentence):
        program_in(text)


@given(st.text("ab =%!?'\"\\\n#([", max_size=60))
def test_whatever_a_cell_holds_no_line_is_lost(source: str) -> None:
    if not source.strip():
        return
    program = program_in(notebook(source))
    kept = program.source.removeprefix("# code cell 1\n").rstrip().split("\n")
    whole = source.rstrip().strip("\n").split("\n") if program.dropped else source.rstrip().split("\n")
    for line in whole:
        assert any(line.strip() in one for one in kept), line


def test_a_cell_made_to_be_slow_is_not() -> None:
    for source in (
        "(" * 200_000,
        " " * 500_000 + "x",
        "'" * 200_001,
        "a?" * 100_000,
        "a, " * 200_000,
        "\\\n" * 100_000,
    ):
        assert program_in(notebook(source)).cells == 1
