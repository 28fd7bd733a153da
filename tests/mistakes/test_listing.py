"""`gradcheck mistakes`: the catalogue as a user reads it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from gradcheck.cli import main
from gradcheck.mistakes import CATALOGUE, Mistake, mistake_named
from gradcheck.mistakes.listing import WIDTH, listing, page


def gradcheck(*words: str) -> Result:
    return CliRunner().invoke(main, ["mistakes", *words], prog_name="gradcheck")


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_mistake_is_listed_with_its_sentence_under_its_equation() -> None:
    lines = listing().splitlines()
    place = -1
    for mistake in CATALOGUE:
        assert lines.count(f"  {mistake.id}") == 1
        assert lines.index(f"  {mistake.id}") > place
        place = lines.index(f"  {mistake.id}")
        heading = next(line for line in reversed(lines[:place]) if line and not line.startswith(" "))
        assert heading == mistake.equation or heading.startswith(f"{mistake.equation}: ")
        assert mistake.sentence in words(listing())


def test_the_list_does_not_give_the_hints() -> None:
    assert mistake_named("bp2-mean-not-sum").hint not in words(listing())


def test_no_line_is_too_long() -> None:
    texts = [listing(), *map(page, CATALOGUE)]
    assert max(len(line) for text in texts for line in text.splitlines()) <= WIDTH


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.id)
def test_a_page_has_the_whole_of_a_mistake(mistake: Mistake) -> None:
    text = words(page(mistake))
    for part in (mistake.id, mistake.equation, mistake.sentence, mistake.hint, mistake.unseen):
        assert part in text


def test_a_condition_that_never_holds_is_no_place() -> None:
    assert "where never" not in page(mistake_named("bp3-vector"))
    assert words(page(mistake_named("bp2-mean-not-sum"))).endswith("not reported where layer l+1 has one neuron")


def test_the_command_lists_and_shows() -> None:
    assert gradcheck().output == listing() + "\n"
    assert gradcheck("bp1-sign").output == page(mistake_named("bp1-sign")) + "\n"
    assert gradcheck("bp1-sign").exit_code == 0


def test_json_has_every_field() -> None:
    whole = json.loads(gradcheck("--format", "json").output)
    assert [one["id"] for one in whole] == [mistake.id for mistake in CATALOGUE]
    (one,) = json.loads(gradcheck("bp1-sign", "--format", "json").output)
    right = mistake_named("bp1-sign")
    assert one == {name: getattr(right, name) for name in ("id", "equation", "slot", "sentence", "hint", "unseen")}


def test_an_unknown_id_is_misuse() -> None:
    done = gradcheck("bp1-sing")
    assert done.exit_code == 2
    assert "'bp1-sing'" in done.output
    assert "bp1-sign" in done.output


def test_the_catalogue_is_not_imported_before_it_is_asked_for() -> None:
    code = "import sys, gradcheck.cli; sys.exit(any(name.startswith('gradcheck.mistakes') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
