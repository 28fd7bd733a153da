"""Names of submissions: whatever a student calls a file, what is written and shown is safe and nobody else's."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradcheck.grading.submission_names import LONGEST, LONGEST_IN_BYTES, SafeName, printable, safe_names


def named(*names: str) -> list[str]:
    """Return what names become, each the name of a file of its own."""
    return [one.name for one in safe_names(names, [f"{name}.py" for name in names])]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ada", "ada"),
        ("Lovelace, Ada (12345)", "Lovelace, Ada (12345)"),
        ("Zoë Müller", "Zoë Müller"),
        ("阿达", "阿达"),
        ("a/b", "a_b"),
        ('a\\b:c*d?e<f>g|h"i', "a_b_c_d_e_f_g_h_i"),
        ("100%", "100_"),
        ("-rf", "_-rf"),
        ("=cmd()", "_=cmd()"),
        ("+1", "_+1"),
        ("@sum", "_@sum"),
        ("~root", "_~root"),
        (".hidden", "hidden"),
        ("..", "submission-eab4a3"),
        ("", "submission-3ea3e3"),
        ("\u200b", "submission-2ec847"),
        ("ada\u202eyp.exe", "adayp.exe"),
        ("ada\x1b[31m", "ada[31m"),
        ("a\nb\tc", "abc"),
        ("ada\u3164", "ada"),
        ("ada\ufe0f", "ada"),
        ("\uff41\uff44\uff41", "ada"),
        ("ﬁle", "file"),
        ("  ada  b ", "ada b"),
        ("ada.", "ada"),
        ("con", "_con"),
        ("LPT1", "_LPT1"),
        ("nul.txt", "_nul.txt"),
        ("console", "console"),
        ("z" + "\u0335\u0320" * 20, "z\u0335\u0320"),
        ("ada\udcff", "ada"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    if safe.startswith("submission-"):
        assert named(name)[0].startswith("submission-")
    elif name.startswith("z\u0335"):
        assert len(named(name)[0]) < 8
    else:
        assert named(name) == [safe]


def test_what_was_changed_is_said_with_the_name_made_visible() -> None:
    (one,) = safe_names(["ada\u202eyp"], ["ada\u202eyp.py"])
    assert one == SafeName("adayp", 'the name "ada\\u202eyp" is written "adayp" here')
    assert safe_names(["ada"], ["ada.py"]) == (SafeName("ada"),)


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    first, second = named("x" * 500, "x" * 501)
    assert first != second
    assert first.startswith("x" * LONGEST + "-")
    assert len(named("阿" * 500)[0].encode()) <= LONGEST_IN_BYTES + 8


@pytest.mark.parametrize(
    "names",
    [
        ("ada", "Ada"),
        ("Zo\u00eb", "Zoe\u0308"),
        ("ada", "\uff41\uff44\uff41"),
        ("ada", "ada\u200b"),
        ("a/b", "a_b"),
        ("STRASSE", "straße"),
    ],
)
def test_names_that_become_one_are_told_apart_whatever_their_order(names: tuple[str, str]) -> None:
    first, second = named(*names)
    assert first.casefold() != second.casefold()
    assert [second, first] == named(*reversed(names))
    notes = [one.note for one in safe_names(names, [f"{name}.py" for name in names])]
    assert all("another's too" in note for note in notes)


def test_a_name_that_is_anothers_with_its_hash_is_told_apart_too() -> None:
    imitated = named("ada", "Ada")[0]
    three = named("ada", "Ada", imitated)
    assert len({name.casefold() for name in three}) == 3


def test_the_same_name_of_a_folder_and_a_file_are_two() -> None:
    assert len({one.name for one in safe_names(["ada", "ada"], ["ada", "ada.zip"])}) == 2


@given(st.lists(st.text(st.characters(), max_size=200), unique=True, max_size=6))
@example(["\ud800", "\udfff"])
@example(["a" * 79 + "é" * 200])
def test_whatever_the_names_all_are_safe_and_distinct(names: list[str]) -> None:
    found = named(*names)
    assert len({unicodedata.normalize("NFKC", one.casefold()) for one in found}) == len(names)
    for name in found:
        assert name not in ("", ".", "..")
        assert not set(name) & set('/\\<>:"|?*%\0')
        assert name[0] not in "-=+@~."
        assert printable(name) == name
        assert len(name.encode()) <= 255 - len(".quarantined")
        assert name == name.strip(". ")


def test_text_is_shown_with_what_does_not_show_itself_in_numbers() -> None:
    assert printable("a\u2066b\x07\u2028 ö") == "a\\u2066b\\u0007\\u2028 ö"
