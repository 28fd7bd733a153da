"""Submissions that lie: about numpy, about equality, about which question they answer; none is believed, and the checks see numbers only."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradcheck import Options, Verdict, check
from gradcheck.grading.failures import Failure, SubmissionError
from gradcheck.grading.isolation import Tier
from gradcheck.grading.remote import judge, remote_functions
from gradcheck.grading.sandbox import Zygote
from tests.grading.asking_for_tests import SMALL, answers_honestly, needs_sandbox, settings_of, written

pytestmark = needs_sandbox


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(settings_of(Tier.T2)) as started:
        yield started


WIRE = "import os, struct, sys\nimport numpy as np\np = sys.modules['protocol']\ndef say(n, v, kind=20):\n    os.write(3, p.encode(p.Frame(kind, n, v)))\n"

LIES = {
    "answers_before_it_is_asked": (
        "say(1, None)",
        "return 1.0",
        "answered before it was asked|question 1 was answered",
    ),
    "answers_another_question": ("", "say(77, [1.0, [], {}])", "question 77 was answered"),
    "answers_an_earlier_question": ("", "say(1, [1.0, [], {}])", "question 1 was answered"),
    "answers_with_a_request": ("", "say(2, [1.0, [], {}], 2)", "is no answer"),
    "answers_with_another_structure": ("", "say(2, [1.0])", "something else than what a call returns"),
    "claims_to_have_written_to_nothing": ("", "say(2, [1.0, [[]], {}])", "something else than what a call returns"),
    "answers_with_junk": ("", "os.write(3, b'100 points' * 10)", "no answer"),
    "answers_with_a_negative_side": (
        "",
        "os.write(3, p.HEADER.pack(p.MAGIC, 1, 20, 0, 2, 1, 8) + p.NODE.pack(1, 0, 1, 0, 2**32 - 1, *[0] * 7, 8) + bytes(8))",
        "do not fit",
    ),
    "raises_what_is_no_exception": ("", "say(2, [1.0], 21)", "is no answer"),
}


@pytest.mark.parametrize("lie", LIES)
def test_answers_what_nobody_asked(zygote: Zygote, tmp_path: Path, lie: str) -> None:
    at_import, body, words = LIES[lie]
    source = f"{WIRE}{at_import}\ndef f():\n    {body}\n    import time\n    time.sleep(60)\n"
    with (
        pytest.raises(SubmissionError, match=words) as caught,
        zygote.submission(written(tmp_path, source), SMALL) as session,
    ):
        session.call("f")
    assert caught.value.failure is Failure.MALFORMED
    assert answers_honestly(zygote)


def test_answers_the_next_question_before_it_is_asked(zygote: Zygote, tmp_path: Path) -> None:
    source = (
        f"{WIRE}def f():\n    say(2, [1.0, [], {{}}])\n    say(3, [100.0, [], {{}}])\n    while True:\n        pass\n"
    )
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        assert session.call("f") == 1.0
        with pytest.raises(SubmissionError, match="answered before it was asked") as caught:
            while time.monotonic() < session.begun + 10.0:  # its second answer may be on its way still
                if session.channel.is_spoken_to():
                    session.call("f")
    assert caught.value.failure is Failure.MALFORMED


def test_answers_twice(zygote: Zygote, tmp_path: Path) -> None:
    source = f"{WIRE}def f():\n    say(2, [1.0, [], {{}}])\n    return 2.0\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        assert session.call("f") == 1.0  # whichever it is, it is this submission's answer, and judged as such
        with pytest.raises(SubmissionError) as caught:
            session.call("f")
    assert caught.value.failure is Failure.MALFORMED
    assert answers_honestly(zygote)


@pytest.mark.parametrize(
    "body", ["return np.zeros(10**7)", "os.write(3, p.HEADER.pack(p.MAGIC, 1, 20, 0, 2, 1, 2**60))"]
)
def test_gives_a_giant_answer(zygote: Zygote, tmp_path: Path, body: str) -> None:
    source = f"{WIRE}def f():\n    {body}\n"
    with (
        zygote.submission(written(tmp_path, source), SMALL) as session,
        pytest.raises(SubmissionError, match="at most 16777216") as caught,
    ):
        session.call("f")
    assert caught.value.failure is Failure.OUTPUT
    assert answers_honestly(zygote)


def test_a_list_of_more_numbers_than_are_taken_is_refused_in_words_and_it_can_be_asked_on(
    zygote: Zygote, tmp_path: Path
) -> None:
    source = "def f(n):\n    return [0.5] * n\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        with pytest.raises(SubmissionError, match="as an array they are one") as caught:
            session.call("f", 10**6)
        assert caught.value.failure is Failure.UNREADABLE
        assert session.call("f", 2) == [0.5, 0.5]


def test_lacks_what_is_asked_for(zygote: Zygote, tmp_path: Path) -> None:
    with zygote.submission(written(tmp_path, "x = 1"), SMALL) as session:
        for name in ("f", "x.y.z", "__builtins__.nothing"):
            with pytest.raises(SubmissionError, match="is not in it") as caught:
                session.call(name)
            assert caught.value.failure is Failure.MISSING


WRONG = """import numpy as np

def cost(w):
    return np.sum(w**3)

def gradient(w):
    return 2 * w**2
"""


def verdict_of(zygote: Zygote, folder: Path, addition: str) -> Verdict:
    """Return the verdict on a wrong gradient in a program with something added to it."""
    with zygote.submission(written(folder, WRONG + addition), SMALL) as session:
        subject = remote_functions(session, ("cost", "gradient"), np.array([0.5, -1.25, 2.0]))
        options = Options(seed=0)
        return judge(session, lambda: check(subject.cost, subject.gradient, subject.at, options=options)).verdict


ADDITIONS = {
    "nothing": "",
    "patches_numpy": """
for name in ("allclose", "array_equal", "isclose", "array_equiv"):
    setattr(np, name, lambda *a, **k: True)
np.testing.assert_allclose = lambda *a, **k: None
np.linalg.norm = lambda *a, **k: 0.0
np.finfo = lambda *a: type("F", (), {"eps": 1e300})
""",
    "returns_arrays_that_equal_everything": """
class Sure(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __abs__(self): return np.zeros(self.shape)
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
honest = gradient
gradient = lambda w: honest(w).view(Sure)
""",
    "returns_costs_that_equal_everything": """
class Sure(np.float64):
    def __eq__(self, other): return True
    def __rsub__(self, other): return 0.0
    __sub__ = __rsub__
    def __abs__(self): return 0.0
    def __lt__(self, other): return True
honest_cost = cost
cost = lambda w: Sure(honest_cost(w))
""",
    "ends_without_an_error": "import atexit, sys\nsys.exit = lambda *a: None\natexit.register(lambda: print('100 points'))\n",
    "writes_to_what_it_is_given": "honest = gradient\ndef gradient(w):\n    g = honest(w)\n    w[...] = 0.0\n    return g\n",
    "returns_nan": "gradient = lambda w: np.full(3, np.nan)\n",
    "returns_infinity": "gradient = lambda w: np.full(3, np.inf)\n",
    "returns_another_shape": "gradient = lambda w: np.zeros((0, 3))\n",
    "returns_what_it_likes": "gradient = lambda w: np.random.default_rng().random(3)\n",
}


@pytest.mark.parametrize("addition", ADDITIONS)
def test_a_wrong_gradient_stays_wrong_whatever_is_done_about_it(zygote: Zygote, tmp_path: Path, addition: str) -> None:
    assert verdict_of(zygote, tmp_path, ADDITIONS[addition]) is Verdict.DISAGREE
    assert not np.allclose(0.0, 1.0)


@pytest.mark.parametrize("end", ["import os; os._exit(0)", "import time; time.sleep(60)"])
def test_no_verdict_stands_when_the_submission_ended_under_it(zygote: Zygote, tmp_path: Path, end: str) -> None:
    source = f"def f():\n    {end}\n"
    limits = dataclasses.replace(SMALL, call_seconds=0.3)

    def forgiving() -> Verdict:
        with contextlib.suppress(Exception):
            session.call("f")
        return Verdict.AGREE

    with zygote.submission(written(tmp_path, source), limits) as session, pytest.raises(SubmissionError) as caught:
        judge(session, forgiving)
    assert caught.value.failure in (Failure.KILLED, Failure.TIMEOUT)


class_of_objects = "class A:\n    def __eq__(self, other):\n        return True\n    __hash__ = None\n"


@pytest.mark.parametrize(
    "value",
    [
        "A()",
        "[A()]",
        "np.array([A()], dtype=object)",
        "'0.5'",
        "{'nabla': A()}",
        "lambda: 0.5",
        "b'0.5'",
        "1j",
        "iter([0.5])",
        "None",
    ],
)
def test_what_is_no_number_arrives_as_nothing_that_could_be_taken_for_one(
    zygote: Zygote, tmp_path: Path, value: str
) -> None:
    source = f"import numpy as np\n{class_of_objects}def f():\n    return {value}\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        got = session.call("f")
        flat = list(got.values()) if isinstance(got, dict) else got if isinstance(got, list) else [got]
    assert not any(isinstance(one, float | int | complex | np.ndarray | np.generic) for one in flat)
    assert flat != [0.5]
