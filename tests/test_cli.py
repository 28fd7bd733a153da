"""The command as a user types it."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from gradcheck import __version__
from gradcheck.cli import main

RIGHT = "gradcheck.examples.cost_gradient_right"
WRONG = "gradcheck.examples.cost_gradient_wrong"


def gradcheck(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gradcheck")


def written(folder: Path, text: str, name: str = "program.py") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_version_and_help() -> None:
    assert __version__ in gradcheck("--version").output
    assert "check" in gradcheck("--help").output
    assert gradcheck("-h").exit_code == 0


def test_a_right_program_agrees_and_exits_0() -> None:
    done = gradcheck("check", RIGHT)
    assert done.exit_code == 0
    assert done.output.startswith("AGREE")


def test_a_wrong_program_disagrees_and_exits_1() -> None:
    done = gradcheck("check", WRONG, "--seed", "5")
    assert done.exit_code == 1
    assert done.output.startswith("DISAGREE")
    assert "claimed" in done.output
    assert "(P + 1)" in done.output


def test_the_reproduce_line_reproduces() -> None:
    first = gradcheck("check", WRONG)
    line = next(line for line in first.output.splitlines() if line.startswith("reproduce: "))
    again = gradcheck(*line.removeprefix("reproduce: gradcheck ").split())
    assert again.output == first.output


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "import numpy as np\nw = np.zeros(2)\ndef cost(w): return np.sum(abs(w))\ndef gradient(w): return np.sign(w)\n",
            3,
        ),
        ("import numpy as np\nw = np.ones(2)\ndef cost(w): return 1.0\ndef gradient(w): return 0 * w\n", 3),
        (
            "import numpy as np\nw = np.ones(2)\ndef cost(w): return w @ w\ndef gradient(w): return 2 * w.reshape(2, 1)\n",
            1,
        ),
        ("import numpy as np\nw = np.ones(2)\ndef cost(w): return w @ w\ndef gradient(w): return [2, 2, 2]\n", 1),
        ("import numpy as np\nw = np.ones(2)\ndef cost(w): return w @ w\ndef gradient(w): return w * np.nan\n", 1),
        (
            "import numpy as np\nw = np.ones(2)\ndef cost(w): return w @ w\ndef gradient(w): return np.array([2, 2])\n",
            1,
        ),
        ("w = []\ndef cost(w): return 0.0\ndef gradient(w): return []\n", 2),
        ("import numpy as np\nw = np.ones(2) * 1j\ndef cost(w): return 0.0\ndef gradient(w): return w\n", 2),
        ("import numpy as np\nw = np.ones(2)\ndef cost(w): return w\ndef gradient(w): return w\n", 2),
        ("x = 1\n", 2),
        ("def cost(:\n", 2),
        ("import numpy as np\nw = np.ones(2)\ndef cost(w): return w @ q\ndef gradient(w): return w\n", 4),
        ("raise RuntimeError('no data')\n", 4),
        ("class Network:\n    def __init__(self, a, b): pass\n    def backprop(self, x, y): pass\n", 2),
        ("class Network:\n    def __init__(self, sizes): pass\n    def backprop(self, x, y): pass\n", 2),
        ("class Network:\n    def __init__(self, sizes): self.q\n    def backprop(self, x, y): pass\n", 4),
    ],
)
def test_exit_codes_and_no_traceback_from_our_insides(tmp_path: Path, text: str, code: int) -> None:
    done = gradcheck("check", written(tmp_path, text))
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "gradcheck/checks" not in done.output
    assert "gradcheck/subjects" not in done.output


def test_the_users_own_traceback_is_shown_with_ours_cut_away(tmp_path: Path) -> None:
    done = gradcheck(
        "check",
        written(
            tmp_path, "import numpy as np\nw = np.ones(2)\ndef cost(w):\n    return w @ q\ndef gradient(w): return w\n"
        ),
    )
    assert "line 4, in cost" in done.stderr
    assert "NameError" in done.stderr
    assert "gradcheck" not in done.stderr.replace("program.py", "").split("ERROR")[0].replace(str(tmp_path), "")


def test_python_2_is_explained_when_the_call_meets_it(tmp_path: Path) -> None:
    text = "import numpy as np\nw = np.ones(2)\ndef cost(w):\n    for i in xrange(2): pass\n    return w @ w\ndef gradient(w): return w\n"
    done = gradcheck("check", written(tmp_path, text))
    assert done.exit_code == 4
    assert "Python 2" in done.stderr


def test_a_missing_file_names_one_like_it(tmp_path: Path) -> None:
    written(tmp_path, "", "network.py")
    done = gradcheck("check", str(tmp_path / "netwrk.py"))
    assert done.exit_code == 2
    assert "network.py" in done.stderr


def test_several_targets_each_get_a_report_and_the_gravest_code_counts(tmp_path: Path) -> None:
    raises = written(tmp_path, "raise RuntimeError('no')\n")
    both = gradcheck("check", RIGHT, WRONG)
    assert both.exit_code == 1
    assert both.output.count("reproduce:") == 2
    all_three = gradcheck("check", RIGHT, WRONG, raises)
    assert all_three.exit_code == 4
    assert all_three.output.count("reproduce:") == 2


def test_json_carries_what_the_text_says(tmp_path: Path) -> None:
    done = gradcheck("check", WRONG, RIGHT, "nowhere.py", "--format", "json", "--seed", "1")
    data = json.loads(done.stdout)
    assert data["schema_version"] == 1
    wrong, right = data["results"]
    assert (wrong["verdict"], right["verdict"]) == ("disagree", "agree")
    assert wrong["seed"] == 1
    assert wrong["forward_passes"] > 0
    assert wrong["blocks"][0]["bound"] > 0
    assert data["failures"][0]["kind"] == "misuse"
    assert done.exit_code == 2


def test_junit_is_xml_with_a_failure_and_an_error() -> None:
    done = gradcheck("check", WRONG, RIGHT, "nowhere.py", "--format", "junit", "--seed", "1")
    tree = ElementTree.fromstring(done.stdout)
    assert len(tree.findall(".//failure")) == 1
    assert len(tree.findall(".//error")) == 1
    assert len(tree.findall(".//testcase")) == 3


@pytest.mark.parametrize("layout", ["text", "junit"])
def test_explain_limits_what_is_told_and_the_reproduce_line_keeps_to_it(layout: str) -> None:
    told = [gradcheck("check", WRONG, "--seed", "5", "--format", layout, "--explain", str(n)).output for n in range(5)]
    assert [("estimated" in text, "Blocks:" in text) for text in told] == [
        (False, False),
        *[(False, True)] * 3,
        (True, True),
    ]
    for level, text in enumerate(told[:4]):
        line = next(line for line in text.splitlines() if line.startswith("reproduce: "))
        assert f"--seed 5 --explain {level}" in line
        words = shlex.split(line.removeprefix("reproduce: gradcheck ").split("<")[0])
        assert gradcheck(*words, "--format", layout).output == text


def test_json_tells_all_at_every_level() -> None:
    words = ("check", WRONG, "--seed", "5", "--format", "json")
    assert gradcheck(*words, "--explain", "0").output == gradcheck(*words).output
    assert "json always tells all" in " ".join(gradcheck("check", "--help").output.split())


def test_there_are_five_levels_and_the_last_is_the_default() -> None:
    from gradcheck.cli.printing import EVERYTHING
    from gradcheck.reporting.levels import Explain

    assert max(Explain) == EVERYTHING == len(Explain) - 1
    assert gradcheck("check", WRONG, "--explain", "5").exit_code == 2
    assert (
        gradcheck("check", WRONG, "--seed", "5", "--explain", "4").output
        == gradcheck("check", WRONG, "--seed", "5").output
    )


def test_what_the_users_code_prints_stays_out_of_the_report(tmp_path: Path) -> None:
    text = "import numpy as np\nprint('hello')\nw = np.ones(2)\ndef cost(w):\n    print('pass')\n    return w @ w\ndef gradient(w): return 2 * w\n"
    done = gradcheck("check", written(tmp_path, text), "--format", "json")
    assert json.loads(done.stdout)["results"][0]["verdict"] == "agree"
    assert "hello" in done.stderr


def test_options_reach_the_check(tmp_path: Path) -> None:
    budget = gradcheck("check", RIGHT, "--budget", "5")
    assert budget.exit_code == 3
    assert "budget" in budget.output
    text = "import numpy as np\ndef loss(w, x):\n    return (w @ x) ** 2, 2 * (w @ x) * x\n"
    path = written(tmp_path, text)
    needs = gradcheck("check", path)
    assert needs.exit_code == 2
    assert "--shape w=4x3" in needs.stderr
    assert gradcheck("check", path, "--shape", "w=4", "--shape", "x=4").exit_code == 0
    assert gradcheck("check", path, "--shape", "w=four").exit_code == 2


def test_the_activation_is_declared_on_the_command_line(tmp_path: Path) -> None:
    source = Path(__file__).parent.parent / "gradcheck" / "examples" / "network_tanh_right.py"
    path = written(tmp_path, _example("network_tanh_right") if not source.is_file() else source.read_text(), "net.py")
    undeclared = gradcheck("check", path)
    assert undeclared.exit_code == 1
    assert "--activation tanh" in undeclared.output
    assert gradcheck("check", path, "--activation", "tanh").exit_code == 0
    assert gradcheck("check", path, "--activation", "tanhh").exit_code == 2


def test_what_the_current_folder_declares_of_a_file_below_it_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path / "deep", _example("network_tanh_right"), "net.py")
    written(tmp_path, '[[subject]]\ntarget = "deep/net.py"\nactivation = "tanh"\n', "gradcheck.toml")
    monkeypatch.chdir(tmp_path)
    assert gradcheck("check", "deep/net.py").exit_code == 0
    monkeypatch.chdir(tmp_path / "deep")
    assert gradcheck("check", "net.py").exit_code == 1


def _example(name: str) -> str:
    import gradcheck.examples

    return (Path(gradcheck.examples.__file__).parent / f"{name}.py").read_text()


def run_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "gradcheck", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def test_nothing_is_left_in_the_users_folder_and_targets_come_from_its_toml(tmp_path: Path) -> None:
    written(tmp_path, _example("network_right"), "network.py")
    written(tmp_path, '[[subject]]\ntarget = "network.py"\n', "gradcheck.toml")
    done = run_in(tmp_path, "check", "--seed", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("AGREE")
    assert done.stderr == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gradcheck.toml", "network.py"]


def test_no_target_and_no_toml_is_misuse(tmp_path: Path) -> None:
    done = run_in(tmp_path, "check")
    assert done.returncode == 2
    assert "gradcheck check network.py" in done.stderr


def test_demo_shows_both_verdicts() -> None:
    done = gradcheck("demo")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("AGREE")
    assert "\nDISAGREE" in done.output
    assert "Every verdict is the expected one." in done.output


def test_demo_exits_1_when_a_verdict_is_not_the_expected_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from gradcheck.checks import examples

    monkeypatch.setattr(examples, "RIGHT_THEN_WRONG", ("cost_gradient_right",))
    monkeypatch.setattr(examples.ExampleOutcome, "is_expected", False)
    done = gradcheck("demo")
    assert done.exit_code == 1
    assert "not the expected" in done.output


@pytest.mark.parametrize("words", ["sys.exit(0)", "sys.exit(1)", "sys.exit('done')"])
def test_an_exit_in_the_users_code_is_no_verdict(tmp_path: Path, words: str) -> None:
    text = f"import sys\nimport numpy as np\nw = np.ones(2)\ndef cost(w):\n    {words}\ndef gradient(w): return w\n"
    done = gradcheck("check", written(tmp_path, text))
    assert done.exit_code == 4
    assert "SystemExit" in done.stderr


def test_ctrl_c_is_told_apart_from_a_verdict(tmp_path: Path) -> None:
    text = "import numpy as np\nw = np.ones(2)\ndef cost(w):\n    raise KeyboardInterrupt\ndef gradient(w): return w\n"
    assert gradcheck("check", written(tmp_path, text)).exit_code == 130


def test_the_reproduce_line_quotes_and_repeats_every_option(tmp_path: Path) -> None:
    path = written(tmp_path, _example("network_factor_two_wrong"), "it's mine.py")
    done = gradcheck("check", path, "--l2", "0.12345678901", "--locate", "never", "--budget", "5000")
    line = next(line for line in done.output.splitlines() if line.startswith("reproduce: "))
    again = gradcheck(*shlex.split(line.removeprefix("reproduce: gradcheck ")))
    assert again.output == done.output


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are those of POSIX")
@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_only_on_a_terminal_and_not_against_no_color(environment: dict[str, str], coloured: bool) -> None:  # noqa: FBT001
    import pty

    main_end, their_end = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "gradcheck", "check", WRONG, "--seed", "1"]
    with subprocess.Popen(command, stdout=their_end, env={**kept, "TERM": "xterm", **environment}) as process:
        os.close(their_end)
        output = b""
        with contextlib.suppress(OSError):  # the other end was closed: that is how a terminal says that it is over
            while chunk := os.read(main_end, 4096):
                output += chunk
        assert process.wait() == 1
    os.close(main_end)
    assert b"DISAGREE" in output
    assert (b"\x1b[31m" in output) is coloured


@pytest.mark.parametrize("declared", ["net.py", "net.py:Network"])
@pytest.mark.parametrize("typed", ["", ":Network"])
def test_what_the_toml_declares_holds_however_the_target_is_typed(tmp_path: Path, declared: str, typed: str) -> None:
    path = written(tmp_path, _example("network_tanh_right"), "net.py")
    (tmp_path / "gradcheck.toml").write_text(f'[[subject]]\ntarget = "{declared}"\nactivation = "tanh"\n')
    assert gradcheck("check", path + typed).exit_code == 0


FIRST_NUMPY = """
import os, sys

class Told:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            sys.meta_path.remove(self)
            print("threads", os.environ["OPENBLAS_NUM_THREADS"])

sys.meta_path.insert(0, Told())
from gradcheck.cli import main
main(["check", "gradcheck.examples.sigma_pair_right", "--seed", "0"])
"""


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("2", "2")])
def test_one_blas_thread_is_set_before_numpy_is_imported_unless_the_user_has_said(
    given: str | None, expected: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    environment |= {} if given is None else {"OPENBLAS_NUM_THREADS": given}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_NUMPY], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"threads {expected}\n")
