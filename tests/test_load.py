"""Loading users' files as their users meet it: what they see, what is said when it fails, what is left behind."""

from __future__ import annotations

import contextlib
import importlib
import keyword
import os
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradcheck.errors import LoadError, UsageError, UserCodeError
from gradcheck.subjects.load import LoadedModule, attribute, load
from gradcheck.subjects.python2 import explain_python_2
from gradcheck.subjects.surroundings import forget
from gradcheck.subjects.targets import Target, parse_target
from gradcheck.subjects.tracebacks import user_traceback

SOON = 0.15
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start without what earlier loads left on purpose, and put back what a test changes of sys."""
    forget()
    monkeypatch.delenv("MPLBACKEND", raising=False)
    path, modules = list(sys.path), dict(sys.modules)
    yield
    forget()
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.modules.update(modules)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return write(name, text): a file in the user's folder, which is the current folder."""
    folder = tmp_path / "ada"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def write(name: str, text: str | bytes = "value = 1\n") -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def state() -> dict[str, Any]:
    """Return all of the process's state that a load must put back."""
    return {
        "argv": (id(sys.argv), list(sys.argv)),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "path": (id(sys.path), list(sys.path)),
        "bytecode": sys.dont_write_bytecode,
        "meta_path": list(sys.meta_path),
        "handler": signal.getsignal(signal.SIGALRM),
        "timer": signal.getitimer(signal.ITIMER_REAL),
        "folder": os.getcwd(),
        "backend": os.environ.get("MPLBACKEND"),
    }


def users_modules() -> set[str]:
    """Return the names of the modules imported from the current folder."""
    files = {
        name: str(vars(module).get("__file__")) for name, module in sys.modules.items() if hasattr(module, "__dict__")
    }
    return {name for name, file in files.items() if file.startswith(os.getcwd())}


def load_text(text: str | Path, timeout: float = 10.0) -> LoadedModule:
    return load(parse_target(str(text)), timeout=timeout)


def refused(text: str | Path, kind: type[Exception] = LoadError, timeout: float = 10.0) -> str:
    """Return what is said of a target that cannot be loaded, having looked whether all state is put back."""
    forget()
    before = state()
    with pytest.raises(kind) as caught:
        load_text(text, timeout)
    assert type(caught.value) is kind
    assert state() == before
    assert users_modules() == set()
    return str(caught.value)


# --- targets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "names", "is_file"),
    [
        ("file.py", "file.py", (), True),
        ("file.py:Name", "file.py", ("Name",), True),
        ("file.py:cost,gradient", "file.py", ("cost", "gradient"), True),
        ("file.py:cost, gradient", "file.py", ("cost", "gradient"), True),
        ("file.py:net.layer", "file.py", ("net.layer",), True),
        ("file.py:net.py", "file.py", ("net.py",), True),
        ("folder/file.py", "folder/file.py", (), True),
        ("folder.d/my-net.py:Name", "folder.d/my-net.py", ("Name",), True),
        ("a:b/file.py", "a:b/file.py", (), True),
        ("a:b/file.py:Name", "a:b/file.py", ("Name",), True),
        ("package.module:Name", "package.module", ("Name",), False),
        ("module:cost,gradient", "module", ("cost", "gradient"), False),
        ("module", "module", (), False),
        (r"C:\x\net.py:Name", r"C:\x\net.py", ("Name",), True),
        (r"C:\x\net.py", r"C:\x\net.py", (), True),
        ("c:/x/net.py", "c:/x/net.py", (), True),
        ("C:net.py", "C:net.py", (), True),
        ("NET.PY", "NET.PY", (), True),
    ],
)
def test_a_target_is_a_place_and_names(text: str, place: str, names: tuple[str, ...], *, is_file: bool) -> None:
    assert parse_target(text) == Target(text, place, names)
    assert parse_target(text).is_file is is_file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the target is empty ('')"),
        ("  ", "the target is empty"),
        (":Name", "no file or module before the colon"),
        ("file.py:", "an empty name after the colon"),
        ("file.py:cost,", "an empty name after the colon"),
        ("file.py:two words", "the name 'two words', which is no Python identifier"),
        ("file.py:1st", "the name '1st'"),
        ("file.py:net..layer", "the name 'net..layer'"),
        ("file.py:class", "the name 'class'"),
        ("file.py::Name", "two colons in a row"),
        ("my-net", "write its ending too (my-net.py)"),
        (".module", "'.module' is neither the path of a .py file nor the name of a module"),
        ("a..b", "'a..b' is neither"),
        ("file.py:a:b", "'file.py:a' is neither"),
    ],
)
def test_a_target_that_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        parse_target(text)
    assert said in str(caught.value)
    assert "network.py:Network" in str(caught.value)


# --- finding the file ---------------------------------------------------------------------------------------


def test_a_missing_file_is_named_with_those_like_it(write: Write) -> None:
    write("network.py")
    write("notes.txt")
    said = refused("netwrok.py")
    assert "there is no file netwrok.py in " in said
    assert said.endswith("did you mean network.py?")
    assert refused("Network2.py").endswith("did you mean network.py?")
    assert refused("zzzzz.py").endswith("the .py files there are network.py")
    assert "no folder nowhere either" in refused("nowhere/network.py")
    assert refused("x/../../network.py").startswith("there is no file")


def test_an_empty_folder_has_nothing_like_it(write: Write) -> None:
    write("empty/notes.txt")
    assert refused("empty/network.py").endswith("nor any other .py file")


def test_folders_notebooks_and_other_files_are_refused_each_in_its_words(write: Write) -> None:
    write("code/net.py")
    write("notebook.ipynb", "{}")
    write("net.txt")
    write("folder/net.txt")
    assert "code/ is a folder: name one file in it, such as code/net.py" in refused("code/")
    assert "code is a folder: name one file in it, such as code/net.py" in refused("code")
    assert "there is no .py file in it" in refused("folder/")
    assert "notebook.ipynb is a notebook" in refused("notebook.ipynb")
    assert "gradcheck.check in a cell" in refused("notebook.ipynb:Net")
    assert "its name ends in '.txt', and .py is needed" in refused("net.txt")
    assert "its name ends in '.txt', and .py is needed" in refused("folder/net.txt:Net")


def test_a_module_that_is_not_there(write: Write) -> None:
    write("network.py")
    said = refused("netwrok:Network")
    assert "there is no module 'netwrok'" in said
    assert "did you mean network?" in said
    assert "('nowhere' is not found)" in refused("nowhere.deep.module")


def test_a_module_of_the_current_folder(write: Write) -> None:
    write("package/__init__.py", "")
    write("package/module.py", "from .sibling import value\nimport sys\nargv = sys.argv\n")
    write("package/sibling.py", "value = 7\n")
    loaded = load_text("package.module:value")
    assert attribute(loaded, "value") == 7
    assert loaded.path == Path.cwd() / "package" / "module.py"
    assert loaded.module.argv == ["package.module"]
    assert load_text("package").path == Path.cwd() / "package" / "__init__.py"
    assert not list(Path.cwd().rglob("__pycache__"))


def test_a_module_is_imported_anew_each_time(write: Write) -> None:
    path = write("package/module.py", "value = 1\n")
    assert load_text("package.module").module.value == 1
    path.write_text("value = 2\n")
    assert load_text("package.module").module.value == 2


def test_a_missing_dependency_of_a_module_is_no_missing_module(write: Write) -> None:
    write("package/module.py", "import missing_thing\n")
    said = refused("package.module")
    assert "module.py, line 1, imports 'missing_thing', which is not installed" in said


def test_a_bare_name_means_the_file_of_that_name(write: Write) -> None:
    path = write("random.py", "value = 5\n")
    loaded = load_text("random:value")
    assert (loaded.path, attribute(loaded, "value")) == (path, 5)


# --- what the file sees -------------------------------------------------------------------------------------


def test_the_main_block_does_not_run_and_the_name_is_the_stem(write: Write) -> None:
    path = write("network.py", 'ran = __name__\nif __name__ == "__main__":\n    ran = "main"\n')
    loaded = load_text(path)
    assert loaded.module.ran == "network"
    assert sys.modules["network"] is loaded.module
    assert loaded.path == path
    assert loaded.module.__file__ == str(path)
    assert loaded.notes == ()


def test_argv_is_the_path_alone(write: Write) -> None:
    path = write("network.py", "import sys\nargv = sys.argv\n")
    before = state()
    assert load_text("network.py").module.argv == [str(path)]
    assert state()["argv"] == before["argv"]


def test_siblings_import_at_once_and_later(write: Write) -> None:
    write("code/early.py", "value = 1\n")
    write("code/late.py", "value = 2\n")
    write("code/parts/__init__.py", "")
    write("code/parts/deep.py", "value = 3\n")
    text = "import early, sys\nfirst = sys.path[0]\ndef f():\n    import late\n    from parts import deep\n    return late.value + deep.value\n"
    path = write("code/network.py", text)
    entries = list(sys.path)
    loaded = load_text("code/network.py")
    assert loaded.module.first == str(path.parent)
    assert sys.path == [*entries, str(path.parent)]
    assert (loaded.module.early.value, loaded.module.f()) == (1, 5)


def test_no_bytecode_is_left(write: Write) -> None:
    write("helper.py")
    write("parts/__init__.py")
    write("network.py", "import sys\nassert sys.dont_write_bytecode\nimport helper, parts\n")
    sys.dont_write_bytecode, before = False, sys.dont_write_bytecode
    try:
        load_text("network.py")
        assert sys.dont_write_bytecode is False
    finally:
        sys.dont_write_bytecode = before
    assert not list(Path.cwd().rglob("__pycache__"))


def test_what_is_printed_goes_to_standard_error(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "network.py",
        "import sys\nprint('training\\u2026')\nprint('careful', file=sys.stderr)\nsys.stdout.buffer.write(b'raw')\n",
    )
    load_text("network.py")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "training\u2026\ncareful\nraw"


def test_programs_started_at_import_can_write_too(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    text = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'], stdout=sys.stdout)\n"
    write("network.py", text)
    load_text("network.py")
    assert capfd.readouterr() == ("", "1\n")


def test_without_standard_error_printing_is_silent(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("network.py", "print('training')\nvalue = 1\n")
    monkeypatch.setattr(sys, "stderr", None)
    assert load_text("network.py").module.value == 1


def test_additions_to_the_path_stay_but_at_the_end(write: Write) -> None:
    write("lib/extra.py", "value = 4\n")
    write("network.py", "import sys\nsys.path.insert(0, 'lib')\ndef f():\n    import extra\n    return extra.value\n")
    entries = list(sys.path)
    loaded = load_text("network.py")
    assert sys.path == [*entries, str(Path.cwd()), "lib"]
    assert loaded.module.f() == 4


def test_what_a_file_does_to_the_process_is_undone(write: Write) -> None:
    text = "import io, os, signal, sys\nsys.path = list(sys.path)\nsys.argv = []\nos.chdir('/')\nsys.dont_write_bytecode = 0\n"
    text += "os.environ['MPLBACKEND'] = 'TkAgg'\nsys.stdin, sys.stdout, sys.stderr = None, io.StringIO(), None\n"
    text += "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
    write("network.py", text)
    before = state()
    load_text("network.py")
    assert state() == {**before, "path": (before["path"][0], [*before["path"][1], os.getcwd()])}
    write("network.py", text + "1 / 0\n")
    refused("network.py", UserCodeError)


@pytest.mark.parametrize(
    "text",
    [
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')",
        "sys.stdout, sys.stderr = (io.TextIOWrapper(one.detach(), encoding='utf-8') for one in (sys.stdout, sys.stderr))",
        "sys.stdout.close()\nsys.stderr.close()",
    ],
)
def test_standard_error_outlives_what_a_file_wraps_around_it(write: Write, text: str) -> None:
    write("network.py", f"import io, sys\n{text}\n1 / 0\n")
    code = "import sys; from gradcheck.subjects.load import load; from gradcheck.subjects.targets import parse_target\n"
    code += "try: load(parse_target('network.py'))\nexcept Exception as error: print(error, file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True, text=True)
    line = 3 + text.count("\n")
    assert done.stderr.startswith(f"network.py, line {line}, raised an exception")


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["random", "test", "this", "pytest", "pydoc_data", "winreg"])
def test_a_file_with_another_modules_name_shadows_nothing_and_is_not_shadowed(write: Write, name: str) -> None:
    write(f"{name}.py", f"value = 3\ndef later():\n    import {name}\n    return {name}\n")
    there = sys.modules.get(name)
    loaded = load_text(f"{name}.py")
    assert loaded.module.value == 3
    assert sys.modules.get(name) is there
    assert loaded.module.__name__ == f"gradcheck_user_{name}"
    assert sys.modules[loaded.module.__name__] is loaded.module
    assert f"{name}.py has the name of another module" in loaded.notes[0]
    assert not hasattr(importlib.import_module("random"), "value")


@pytest.mark.parametrize("name", ["my-net", "class", "net.v2", "1st", "__init__", "__main__"])
def test_a_name_that_is_no_identifier_is_loaded_all_the_same(write: Write, name: str) -> None:
    text = "import dataclasses\n@dataclasses.dataclass\nclass Net:\n    size: int = 2\nmain = __name__ == '__main__'\n"
    write(f"{name}.py", text)
    loaded = load_text(f"{name}.py:Net")
    assert attribute(loaded, "Net")().size == 2
    assert loaded.module.main is False
    assert loaded.module.__name__.isidentifier()
    assert not keyword.iskeyword(loaded.module.__name__)
    assert sys.modules[loaded.module.__name__] is loaded.module


def test_a_file_loaded_twice_is_read_twice(write: Write) -> None:
    path = write("network.py", "value = 1\n")
    first = load_text(path).module
    path.write_text("value = 2\n")
    second = load_text(path).module
    assert (first.value, second.value) == (1, 2)
    assert sys.modules["network"] is second
    assert sys.path.count(str(path.parent)) == 1


def test_two_users_files_each_get_their_own_siblings(write: Write) -> None:
    text = "import helper\nfrom parts import deep\ndef late():\n    import later\n    return later.value\n"
    for user in ("bob", "eve"):
        write(f"{user}/network.py", text)
        write(f"{user}/helper.py", f"value = {user!r}\n")
        write(f"{user}/later.py", f"value = {user!r}\n")
        write(f"{user}/parts/deep.py", f"value = {user!r}\n")
    for user in ("bob", "eve", "bob"):
        module = load_text(f"{user}/network.py").module
        found = (module.__name__, module.helper.value, module.deep.value, module.late())
        assert found == ("network", user, user, user)


def test_a_sibling_written_since_is_found(write: Write) -> None:
    write("network.py", "import helper\n")
    refused("network.py")
    age = Path.cwd().stat()
    write("helper.py")
    os.utime(Path.cwd(), ns=(age.st_atime_ns, age.st_mtime_ns))
    assert load_text("network.py").module.helper.value == 1


def test_what_others_did_with_the_folder_is_left_alone(write: Write) -> None:
    write("helper.py")
    write("network.py", "import helper\n")
    write("../installed/network/data.txt")
    sys.path[:0] = [os.getcwd(), str(Path.cwd().parent / "installed")]
    theirs, entries = importlib.import_module("helper"), list(sys.path)
    for _ in range(2):
        loaded = load_text("network.py")
        assert (loaded.module.__name__, loaded.notes, sys.path) == ("network", (), entries)
        assert sys.modules["helper"] is loaded.module.helper is theirs


def test_a_symlink_has_the_siblings_of_the_file_itself(write: Write) -> None:
    write(
        "real/network.py", "import helper\nvalue = helper.value\n1 / one\n".replace("1 / one", "two = 1 / helper.one")
    )
    write("real/helper.py", "value = 6\none = 1\n")
    link = Path.cwd() / "link.py"
    link.symlink_to("real/network.py")
    for _ in range(2):
        loaded = load_text("link.py")
        assert (loaded.module.value, loaded.module.__name__, loaded.path) == (6, "link", link)
    write("real/helper.py", "value = 6\none = 0\n")
    assert refused("link.py", UserCodeError).startswith("link.py, line 3, raised an exception")


def test_a_broken_symlink_is_a_missing_file(write: Write) -> None:
    write("network.py")
    (Path.cwd() / "link.py").symlink_to("gone.py")
    assert refused("link.py").startswith("there is no file link.py")


# --- what the file raises -----------------------------------------------------------------------------------


def test_an_exception_is_the_cause_and_its_line_is_said(write: Write) -> None:
    write("network.py", "import helper\n\nhelper.f()\n")
    write("helper.py", "def f():\n    return 1 / 0\n")
    before = state()
    with pytest.raises(UserCodeError) as caught:
        load_text("network.py")
    assert state() == before
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert str(caught.value) == (
        "helper.py, line 2, raised an exception when it was imported: ZeroDivisionError: division by zero"
    )


def test_a_library_that_raises_is_blamed_on_the_line_that_called_it(write: Write) -> None:
    write("network.py", "import json\n\njson.loads('')\n")
    assert refused("network.py", UserCodeError).startswith("network.py, line 3, raised an exception")


@pytest.mark.parametrize("raised", ["BaseException", "GeneratorExit", "Stop"])
def test_any_base_exception_is_the_users(write: Write, raised: str) -> None:
    write("network.py", f"class Stop(BaseException): pass\nraise {raised}('now')\n")
    assert f"{raised}: now" in refused("network.py", UserCodeError)


def test_an_exception_without_words_is_still_reported(write: Write) -> None:
    text = "class Mute(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Mute\n"
    write("network.py", text)
    assert "network.py, line 4," in refused("network.py", UserCodeError)


def test_a_keyboard_interrupt_passes(write: Write) -> None:
    write("network.py", "raise KeyboardInterrupt\n")
    before = state()
    with pytest.raises(KeyboardInterrupt):
        load_text("network.py")
    assert state() == before


@pytest.mark.parametrize("call", ["sys.exit()", "sys.exit(3)", "raise SystemExit('bye')", "exit(3)"])
def test_exiting_is_no_exit(write: Write, call: str) -> None:
    write("network.py", f"import sys\n{call}\n")
    said = refused("network.py")
    assert said.startswith("network.py, line 2, calls sys.exit() when it is imported (SystemExit")
    assert 'under `if __name__ == "__main__":`' in said


@pytest.mark.parametrize("read", ["input('go? ')", "sys.stdin.readline()", "sys.stdin.read()", "next(iter(sys.stdin))"])
def test_waiting_for_input_is_said(write: Write, read: str) -> None:
    write("network.py", f"import sys\n\n{read}\n")
    said = refused("network.py")
    assert said.startswith("network.py, line 3, waits for input when it is imported")
    assert 'under `if __name__ == "__main__":`' in said


def test_a_file_that_does_without_input_is_loaded(write: Write) -> None:
    write("network.py", "try:\n    n = int(input())\nexcept EOFError:\n    n = 3\n")
    assert load_text("network.py").module.n == 3


def test_a_missing_module_is_named(write: Write) -> None:
    write("network.py", "import os\nimport mnist_loader\n")
    said = refused("network.py")
    assert said.startswith(
        "network.py, line 2, imports 'mnist_loader', which is not installed and not beside it: install it"
    )
    write("mnist-loader.py")
    assert "(there is mnist-loader.py)" in refused("network.py")
    write("network.py", "import mnist_loader.data\n")
    assert "imports 'mnist_loader'" in refused("network.py")


def test_a_library_that_lacks_something_is_told_from_the_user(write: Write) -> None:
    write("../installed/library.py", "import missing_part\n")
    write("network.py", "import library\n")
    sys.path.append(str(Path.cwd().parent / "installed"))
    assert refused("network.py").startswith("network.py, line 1, imports something that needs 'missing_part'")


def test_leading_dots_want_the_package(write: Write) -> None:
    write("package/__init__.py", "")
    write("package/network.py", "from . import helper\n")
    said = refused("package/network.py")
    assert "network.py, line 1, imports with a leading dot" in said
    assert f"package.network, from the folder {Path.cwd()}" in said


def test_the_siblings_of_a_file_that_failed_are_forgotten(write: Write) -> None:
    write("network.py", "import helper\nimport missing_thing\n")
    write("helper.py", "value = 1\n")
    refused("network.py")
    assert "helper" not in sys.modules


# --- text that is no Python 3 -------------------------------------------------------------------------------


def test_a_syntax_error_has_its_line(write: Write) -> None:
    write("network.py", "x = 1\ndef f(:\n    pass\n")
    said = refused("network.py")
    assert said == "network.py, line 2, is not valid Python: def f(: (invalid syntax)"
    write("network.py", "import helper\n")
    write("helper.py", "\n\nx = (1\n")
    assert refused("network.py").startswith("helper.py, line 3, is not valid Python: x = (1 ('(' was never closed)")


def test_a_syntax_error_of_text_that_the_user_compiles_is_the_users(write: Write) -> None:
    write("network.py", "eval('1 +')\n")
    assert refused("network.py", UserCodeError).startswith("network.py, line 1, raised an exception")


@pytest.mark.parametrize(
    ("text", "kind", "old", "new"),
    [
        ('print "Epoch {0}"', LoadError, "`print x`", "`print(x)`"),
        ("x = 1; print x", LoadError, "`print x`", "`print(x)`"),
        ("try:\n    pass\nexcept ValueError, e:\n    e.args", LoadError, "`except E, e`", "`except E as e`"),
        ("try:\n    pass\nexcept (ValueError, KeyError), e:\n    e", LoadError, "`except E, e`", "`except E as e`"),
        (
            "if 1:\n        x = 1\n\ty = 2",
            LoadError,
            "an indentation of tabs mixed with spaces",
            "with four spaces a level",
        ),
        ("for j in xrange(3): pass", UserCodeError, "`xrange`", "`range`"),
        ("raw_input()", UserCodeError, "`raw_input`", "`input`"),
        ("unicode('x')", UserCodeError, "`unicode`", "`str`"),
        ("import cPickle", LoadError, "`import cPickle`", "`import pickle`"),
        ("import cPickle as pickle, gzip", LoadError, "`import cPickle`", "`import pickle`"),
    ],
)
def test_python_2_is_recognised(write: Write, text: str, kind: type[Exception], old: str, new: str) -> None:
    write("network.py", text + "\n")
    said = refused("network.py", kind)
    assert "this is Python 2 (as the chapter's own program is): " + old in said
    assert f"is written {new}" in said
    assert "network.py, line" in said


@pytest.mark.parametrize(
    "text", ["x = (1", "def f(:\n    pass", "print('a' 'b", "from math import izip", "retrun 1", "xrnage(3)", "1()"]
)
def test_other_mistakes_are_not_python_2(write: Write, text: str) -> None:
    write("network.py", text + "\n")
    with pytest.raises((LoadError, UserCodeError)) as caught:
        load_text("network.py")
    assert "Python 2" not in str(caught.value)


def test_python_2_is_explained_when_it_is_called_later(write: Write) -> None:
    write("network.py", "def backprop():\n\n    return xrange(3)\n\ndef right():\n    return rnage(3)\n")
    module = load_text("network.py").module
    with pytest.raises(NameError) as caught:
        module.backprop()
    assert explain_python_2(caught.value) == (
        "this is Python 2 (as the chapter's own program is): `xrange` (network.py, line 3) is written `range` in Python 3"
    )
    with pytest.raises(NameError) as caught:
        module.right()
    assert explain_python_2(caught.value) is None
    assert explain_python_2(KeyboardInterrupt()) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x = 1\0\n", "network.py has null bytes (the first is byte 5)"),
        ("x = 1\n".encode("utf-16"), "or text in UTF-16; save it as UTF-8"),
        (b"x = 1\n# caf\xe9\n", "network.py, line 2, has the byte 0xe9, which is not UTF-8"),
        (b"\n\n\n# caf\xe9\n", "network.py, line 4, has the byte 0xe9, which is not UTF-8"),
        (b"# -*- coding: ascii -*-\n# caf\xc3\xa9\n", "has the byte 0xc3, which is not ASCII"),
        (b"# -*- coding: klingon -*-\n", "cannot be read as text (unknown encoding"),
        (b"# caf\xe9\n", "save it as UTF-8"),
    ],
)
def test_bytes_that_are_no_text(write: Write, data: bytes, said: str) -> None:
    write("network.py", data)
    assert said in refused("network.py")


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbfs = 'caf\xc3\xa9'\r\n", b"# coding: latin-1\ns = 'caf\xe9'\n", b"s = 'caf\xc3\xa9'"]
)
def test_text_in_other_forms_is_read(write: Write, data: bytes) -> None:
    write("network.py", data)
    assert load_text("network.py").module.s == "caf\u00e9"


def test_an_empty_file_is_a_module_without_names(write: Write) -> None:
    write("network.py", "")
    with pytest.raises(LoadError, match=r"network\.py has no 'Net': it has no public names at all"):
        attribute(load_text("network.py"), "Net")


def test_a_file_that_may_not_be_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("network.py")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert refused("network.py") == f"{path} cannot be read: Permission denied"


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\nwhile True:\n    x += 1\n", (2, 3)),
        ("import time\ntime.sleep(60)\n", (2,)),
        ("import helper\n\nhelper.train()\n", (3,)),
        ("while True:\n    try:\n        x = len('abc')\n    except Exception:\n        pass\n", (1, 2, 3)),
    ],
)
def test_what_never_ends_is_ended_and_its_line_said(write: Write, text: str, line: tuple[int, ...]) -> None:
    write("network.py", text)
    write("helper.py", "import time\n\n\ndef train():\n    time.sleep(60)\n")
    said = refused("network.py", timeout=SOON)
    file, there = ("helper.py", (5,)) if "helper" in text else ("network.py", line)
    places = [
        f"importing network.py took more than 0.15 s (it was at line {n} of {file}): it seems to train" for n in there
    ]
    assert any(said.startswith(place) for place in places)
    assert 'under `if __name__ == "__main__":`' in said
    assert said.endswith("--import-timeout")


def test_a_module_that_never_ends_is_ended(write: Write) -> None:
    write("package/module.py", "import time\ntime.sleep(60)\n")
    assert "(it was at line 2 of module.py)" in refused("package.module", timeout=SOON)


def test_a_limit_must_be_positive_and_may_be_infinite(write: Write) -> None:
    write("network.py")
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(UsageError, match="must be positive"):
            load_text("network.py", wrong)
    for right in (float("inf"), 1e300, 1e8):
        assert load_text("network.py", right).module.value == 1


def test_somebody_elses_timer_still_rings(write: Write) -> None:
    write("network.py", "import time\ntime.sleep(0.1)\n")
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 50.0)
        load_text("network.py")
        assert rung == []
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0.0 < left < 50.0 - 0.09
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        load_text("network.py")
        waited = time.monotonic() + 30.0
        while not rung and time.monotonic() < waited:
            time.sleep(0.01)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_there_is_no_limit_and_a_note_says_so(write: Write) -> None:
    write("network.py", "import time\ntime.sleep(0.1)\nvalue = 1\n")
    loaded: list[LoadedModule] = []
    thread = threading.Thread(target=lambda: loaded.append(load_text("network.py", 0.01)))
    thread.start()
    thread.join()
    assert loaded[0].module.value == 1
    assert loaded[0].notes == ("importing had no limit of 0.01 s here: that needs the main thread, and not Windows",)


# --- unusual files ------------------------------------------------------------------------------------------


def test_a_file_that_takes_itself_out_of_sys_modules(write: Write) -> None:
    write("network.py", "import sys\ndel sys.modules[__name__]\nvalue = 1\n")
    assert load_text("network.py").module.value == 1
    write("network.py", "import sys\nsys.modules[__name__] = None\nvalue = 2\n")
    assert load_text("network.py").module.value == 2


def test_a_file_that_puts_something_else_in_its_place(write: Write) -> None:
    write("network.py", "import sys\nclass Lazy:\n    value = 3\nsys.modules[__name__] = Lazy()\n")
    assert attribute(load_text("network.py"), "value") == 3


def test_a_file_that_answers_for_every_name(write: Write) -> None:
    write(
        "network.py", "def __getattr__(name):\n    if name == 'Net':\n        return 5\n    raise RuntimeError(name)\n"
    )
    loaded = load_text("network.py")
    assert attribute(loaded, "Net") == 5
    with pytest.raises(
        UserCodeError, match=r"network\.py raised an exception when asked for 'Other': RuntimeError: Other"
    ) as caught:
        attribute(loaded, "Other")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_file_that_loads_another(write: Write) -> None:
    other = write("../bob/other.py", "import sys\nargv = sys.argv\n")
    text = "from gradcheck.subjects.load import load\nfrom gradcheck.subjects.targets import parse_target\nother = load(parse_target('../bob/other.py')).module\nimport sys\nargv = sys.argv\n"
    path, entries = write("network.py", text), list(sys.path)
    module = load_text("network.py").module
    assert (module.argv, module.other.argv) == ([str(path)], [os.path.abspath(other)])
    forget()
    assert sys.path == entries
    assert not {"network", "other"} & set(sys.modules)


def test_what_somebody_else_had_imported_is_put_back_when_a_load_is_forgotten(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("network.py")
    monkeypatch.syspath_prepend(os.getcwd())
    theirs = importlib.import_module("network")
    ours = load_text("network.py").module
    assert ours is not theirs and sys.modules["network"] is ours
    load_text("network.py")
    forget()
    assert sys.modules["network"] is theirs


def test_numpys_global_state_is_left_alone(write: Write) -> None:
    write("network.py")
    code = "import sys; from gradcheck.subjects.load import load; from gradcheck.subjects.targets import parse_target\n"
    code += "load(parse_target('network.py')); assert 'numpy' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    )


# --- matplotlib ---------------------------------------------------------------------------------------------

FAKE_MATPLOTLIB = "import os\nbackend = os.environ.get('MPLBACKEND', 'GUI')\n"
FAKE_PYPLOT = "shown = []\ndef show(*args, **kwargs):\n    shown.append(1)\n"


@pytest.fixture
def matplotlib(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a matplotlib that says whether it opened a window."""
    write("../installed/matplotlib/__init__.py", FAKE_MATPLOTLIB)
    write("../installed/matplotlib/pyplot.py", FAKE_PYPLOT)
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("chosen", ["GUI", None])
def test_matplotlib_draws_into_memory(write: Write, monkeypatch: pytest.MonkeyPatch, chosen: str | None) -> None:
    if chosen:
        monkeypatch.setenv("MPLBACKEND", chosen)
    write("network.py", "import matplotlib\n")
    assert load_text("network.py").module.matplotlib.backend == "Agg"
    assert os.environ.get("MPLBACKEND") == chosen


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize("ending", ["", "1 / 0\n"])
def test_a_pyplot_in_use_shows_nothing(write: Write, ending: str) -> None:
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    write("network.py", f"import matplotlib.pyplot as plt\nplt.show(block=True)\n{ending}")
    with contextlib.suppress(UserCodeError):
        load_text("network.py")
    assert pyplot.shown == []
    pyplot.show()
    assert pyplot.shown == [1]


def test_a_file_called_matplotlib_is_only_a_file(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)  # another test may have drawn a picture
    write("matplotlib.py", "value = 1\n")
    write("network.py", "import matplotlib\nvalue = matplotlib.value\n")
    assert load_text("matplotlib.py").module.value == 1
    assert load_text("network.py").module.value == 1


# --- names in the module ------------------------------------------------------------------------------------


def test_attributes_are_found_through_dots_and_misses_are_explained(write: Write) -> None:
    text = "import os\nclass Network:\n    class layer:\n        size = 3\n    def backprop(self): pass\ndef cost(): pass\n_hidden = 1\n"
    write("network.py", text)
    loaded = load_text("network.py")
    assert attribute(loaded, "Network.layer.size") == 3
    assert attribute(loaded, "_hidden") == 1
    with pytest.raises(LoadError) as caught:
        attribute(loaded, "network")
    assert str(caught.value) == "network.py has no 'network': did you mean Network? its names are Network, cost"
    with pytest.raises(LoadError) as caught:
        attribute(loaded, "Network.backpro")
    assert (
        str(caught.value) == "network.py:Network has no 'backpro': did you mean backprop? its names are layer, backprop"
    )
    with pytest.raises(LoadError, match="it has no public names at all"):
        attribute(loaded, "_hidden.size")


def test_a_long_list_of_names_is_cut() -> None:
    module = types.ModuleType("many")
    module.__dict__.update({f"name{i}": i for i in range(25)})
    with pytest.raises(LoadError, match=r"name18, name19 and 5 more$"):
        attribute(LoadedModule(module, None), "zzz")


# --- tracebacks ---------------------------------------------------------------------------------------------


def test_a_traceback_has_the_users_frames_and_those_they_called(write: Write) -> None:
    path = write("network.py", "import json\nimport helper\n")
    write("helper.py", "import json\n\njson.loads('')\n")
    with pytest.raises(UserCodeError) as caught:
        load_text("network.py")
    error = caught.value.__cause__
    assert error is not None
    for inside in (None, path, path.parent, "network.py"):
        text = user_traceback(error, inside=inside)
        files = [line.split('"')[1] for line in text.splitlines() if line.startswith('  File "')]
        assert files[:2] == [str(path), str(path.parent / "helper.py")]
        assert [Path(file).name for file in files[2:]] == ["__init__.py", "decoder.py", "decoder.py"]
        assert text.startswith("Traceback (most recent call last):\n")
        assert text.endswith("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n")
        assert "json.loads('')" in text


@pytest.mark.parametrize("name", ["network.py", "link.py"])
def test_frames_before_the_users_first_are_cut_away(write: Write, name: str) -> None:
    write("network.py", "def f():\n    return 1 / 0\n")
    path = Path.cwd() / name
    (Path.cwd() / "link.py").symlink_to("network.py")
    module = load_text(path).module
    with pytest.raises(ZeroDivisionError) as caught:
        module.f()
    assert "test_load.py" in user_traceback(caught.value, inside=None)
    text = user_traceback(caught.value, inside=path)
    assert "test_load.py" not in text
    assert f'{name}", line 2, in f' in text


def test_causes_are_cut_too_and_chains_may_be_long(write: Write) -> None:
    text = "def f(n):\n    try:\n        1 / 0\n    except ZeroDivisionError as error:\n        raise ValueError('f') from error\n"
    path = write("network.py", text)
    module = load_text(path).module
    with pytest.raises(ValueError, match="f") as caught:
        module.f(1)
    shown = user_traceback(caught.value, inside=path)
    assert "test_load.py" not in shown
    assert shown.index("ZeroDivisionError: ") < shown.index("direct cause") < shown.index("ValueError: f")


@pytest.mark.parametrize("target", ["package/network.py", "package.network"])
def test_a_cause_with_frames_of_ours_loses_them(write: Write, target: str) -> None:
    path = write("package/network.py", "1 / 0\n")
    with pytest.raises(UserCodeError) as caught:
        load_text(target)
    shown = user_traceback(caught.value, inside=None)
    assert f'File "{path}", line 1' in shown
    assert "load.py" not in shown.replace("test_load.py", "")
    assert "importlib" not in shown


def test_a_syntax_error_has_no_frames_of_ours(write: Write) -> None:
    path = write("network.py", "def f(:\n")
    with pytest.raises(LoadError) as caught:
        load_text(path)
    assert caught.value.__cause__ is not None
    text = user_traceback(caught.value.__cause__, inside=path)
    assert "load.py" not in text
    assert text.startswith(f'  File "{path}", line 1\n') or text.startswith("Traceback (most recent call last):\n")
    assert text.endswith("SyntaxError: invalid syntax\n")
