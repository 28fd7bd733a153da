"""The zoo tells the truth: its right gradients are right, its wrong ones are wrong and can be seen, and its judges count straight."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter

import numpy as np
import optree
import pytest

from gradcheck.checks.options import Options
from gradcheck.results import BlockResult, CheckResult, Status, Verdict
from tests.evidence.detection_tables import by_kind, by_peer, heading, how_asked, own_faults
from tests.zoo import FAMILIES, SEED, Kind, Pair, Specimen
from tests.zoo.contest import Answer
from tests.zoo.judging import Judged, LateError, fault_of, judge, judge_family, time_limit
from tests.zoo.library_room import imported
from tests.zoo.peers import PEERS
from tests.zoo.planting import MISTAKES, plant, visibility
from tests.zoo.specimen import AGREE, DISAGREE, Expected, Family, MissingLibrary, beside, leaves_of, shares
from tests.zoo.truth import MOST_LEAVES, breaks_its_promise, verify
from tests.zoo.views import Flat, Refused

LARGE = 10_000
"""P above which one draw of a family is enough for a test (a count); the report looks at all."""
IN_FLAT_WORDS = [name for name, one in FAMILIES.items() if one.kind is Kind.SMOOTH and not one.library]


def drawn(name: str, number: int = 0) -> Pair:
    try:
        return FAMILIES[name].draw(SEED, number)
    except MissingLibrary as missing:
        pytest.skip(f"missing library: {missing}")


def test_three_hundred_of_each_and_forty_of_other_people() -> None:
    assert sum(one.draws for one in FAMILIES.values() if not one.library) >= 300
    assert sum(one.draws for one in FAMILIES.values() if one.library) >= 40


def test_every_kind_has_its_families() -> None:
    kinds = Counter(one.kind for one in FAMILIES.values())
    assert set(kinds) == set(Kind)
    assert all(one.expected.right and Verdict.DISAGREE not in one.expected.right for one in FAMILIES.values())
    assert all(one.expected.wrong and Verdict.AGREE not in one.expected.wrong for one in FAMILIES.values())


@pytest.mark.filterwarnings("ignore")  # of other people's libraries
@pytest.mark.parametrize("name", FAMILIES)
def test_the_right_one_is_right(name: str) -> None:
    for number in range(FAMILIES[name].draws):
        right = drawn(name, number).right
        assert right.is_right
        assert right.share == 0
        assert verify(right, np.random.default_rng(1)).gap <= 1, number
        if right.size > LARGE:
            return


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FAMILIES)
def test_the_wrong_one_is_wrong_and_can_be_seen(name: str) -> None:
    wrong = drawn(name).wrong
    assert not wrong.is_right
    assert wrong.mistake
    if np.isnan(wrong.share):
        assert breaks_its_promise(wrong, np.random.default_rng(1))
        return
    claimed = wrong.gradient(optree.tree_map(np.copy, wrong.at))
    assert wrong.share == pytest.approx(max(shares(wrong.truth, claimed)), rel=1e-6)
    assert wrong.share > 0
    errors = [a - b for a, b in zip(leaves_of(claimed), leaves_of(wrong.truth), strict=True)]
    # Even of noise and of half precision an error stands out; where not, the specimen says so.
    assert wrong.below_resolution or visibility(wrong, errors) >= 1.0


@pytest.mark.parametrize("name", [name for name, one in FAMILIES.items() if one.kind is Kind.CONTRACT])
def test_a_right_one_keeps_its_promises(name: str) -> None:
    assert not breaks_its_promise(drawn(name).right, np.random.default_rng(1))


@pytest.mark.parametrize("name", IN_FLAT_WORDS)
def test_the_independent_slopes_refute_the_wrong_one(name: str) -> None:
    wrong = drawn(name, 1).wrong
    if wrong.share < 1e-3 or len(leaves_of(wrong.at)) > MOST_LEAVES:
        pytest.skip("an error too small for one direction a leaf, or leaves that are not all looked at")
    claimed = dataclasses.replace(wrong, is_right=True)
    assert max(verify(claimed, np.random.default_rng(i)).gap for i in range(3)) > 1


def test_a_draw_is_the_same_every_time_and_shares_no_memory() -> None:
    for name in ("small_network", "accumulating", "attention"):
        one, other = FAMILIES[name].draw(5, 2), FAMILIES[name].draw(5, 2)
        assert optree.tree_all(optree.tree_map(np.array_equal, one.right.at, other.right.at))
        assert one.wrong.mistake == other.wrong.mistake
    first = FAMILIES["accumulating"].draw(5, 2).wrong
    first.gradient(first.at)
    fresh = FAMILIES["accumulating"].draw(5, 2).wrong
    assert shares(fresh.truth, fresh.gradient(fresh.at)) == [0.0] * 4


def test_other_seeds_give_other_points() -> None:
    one, other = FAMILIES["ridge"].draw(1, 0).right, FAMILIES["ridge"].draw(2, 0).right
    assert not np.array_equal(one.at, other.at)


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_spoils_a_leaf_and_leaves_the_rest(name: str) -> None:
    generator = np.random.default_rng(3)
    at = [generator.standard_normal((3, 4)), generator.standard_normal(3)]
    right = Specimen(lambda p: np.sum(np.sin(p[0])) + np.sum(np.exp(p[1])), lambda p: [np.cos(p[0]), np.exp(p[1])], at)
    pair = plant(generator, right, name)
    found = shares(pair.right.truth, pair.wrong.gradient(at))
    assert max(found) == pair.wrong.share > 0
    assert sum(share > 0 for share in found) == (2 if name.startswith(("everything", "a mean")) else 1)


def test_a_mistake_that_cannot_be_seen_is_not_planted() -> None:
    right = Specimen(lambda p: 1e12 + np.sum(p), np.ones_like, np.ones(3))
    with pytest.raises(RuntimeError, match="large enough to be seen"):
        plant(np.random.default_rng(0), right, "one component off by a millionth")


# The judges.


def square(**changes: object) -> Specimen:
    made = Specimen(lambda p: np.sum(p**2), lambda p: 2 * p, np.ones(3), name="square/right/0", family="ridge")
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def said(verdict: Verdict, limit: float | None = None) -> CheckResult:
    return CheckResult("x", verdict, blocks=(BlockResult("p", (3,), Status.AGREE, detection_limit=limit),))


def wrong_by(share: float) -> Specimen:
    return beside(square(), lambda p: 2 * p * (1 + share), "too large").wrong


def test_faults_of_a_judgement() -> None:
    assert fault_of(square(), "agree", said(Verdict.AGREE)) == ""
    assert fault_of(square(), "disagree", said(Verdict.DISAGREE)) == "false alarm"
    assert fault_of(square(), "inconclusive", said(Verdict.INCONCLUSIVE)) == "inconclusive"
    assert fault_of(square(family="constant_cost"), "agree", said(Verdict.AGREE)) == "vacuous agreement"
    assert fault_of(square(family="noise_of_1e_6"), "inconclusive", said(Verdict.INCONCLUSIVE)) == ""
    assert fault_of(square(), "refused", None) == "error"
    assert fault_of(square(family="half_precision"), "refused", None) == ""
    assert fault_of(square(), "late", None) == "error"


def test_a_miss_is_one_only_above_the_limit_the_result_states() -> None:
    assert fault_of(wrong_by(1e-3), "agree", said(Verdict.AGREE, 1e-4)) == "miss"
    assert fault_of(wrong_by(1e-3), "agree", said(Verdict.AGREE)) == "miss"
    assert fault_of(wrong_by(1e-5), "agree", said(Verdict.AGREE, 1e-4)) == "missed below the stated limit"
    assert fault_of(wrong_by(1e-3), "disagree", said(Verdict.DISAGREE)) == ""
    assert (
        fault_of(dataclasses.replace(wrong_by(1e-3), share=float("nan")), "agree", said(Verdict.AGREE, 1.0)) == "miss"
    )


def test_a_judgement_counts_the_passes_itself() -> None:
    judged = judge(square(), Options(seed=1))
    assert judged.outcome == "agree"
    assert judged.passes > 5
    assert judged.fault == ""


def test_what_the_cost_raises_is_an_error_and_not_a_verdict() -> None:
    def broken(p: object) -> float:
        raise ZeroDivisionError("no")

    judged = judge(square(cost=broken), Options(seed=1))
    assert (judged.outcome, judged.fault) == ("error", "error")


def test_no_answer_in_time_is_late() -> None:
    with pytest.raises(LateError), time_limit(0.05):
        time.sleep(5.0)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(generator: np.random.Generator) -> Pair:
        imported("no_such_library_of_anybody")
        raise AssertionError("not reached")

    lost = Family("lost", make, Kind.SMOOTH, Expected(AGREE, DISAGREE), 2, "nobody's")
    monkeypatch.setitem(FAMILIES, "lost", lost)
    found, missing = judge_family("lost", 1)
    assert found == []
    assert missing.startswith("no_such_library_of_anybody")


# The peers.


def test_a_specimen_as_functions_of_one_vector() -> None:
    right = FAMILIES["strange_containers"].draw(1, 0).right
    flat = Flat(right)
    assert flat.cost(flat.point) == pytest.approx(float(right.cost(right.at)))
    assert np.array_equal(flat.gradient(flat.point), np.concatenate([g.ravel() for g in leaves_of(right.truth)]))
    with pytest.raises(Refused):
        Flat(dataclasses.replace(right, gradient=lambda p: [1.0])).gradient(flat.point)
    with pytest.raises(Refused):
        Flat(square(gradient=lambda p: np.ones((3, 1)))).gradient(np.ones(3))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
@pytest.mark.parametrize("name", ["ridge", "affine"])
def test_every_peer_passes_a_plain_right_one_and_refuses_a_plain_wrong_one(peer: object, name: str) -> None:
    chosen = next(one for one in PEERS if one is peer)
    if chosen.version() is None:
        pytest.skip(f"missing: {chosen.name}")
    pair = drawn(name)
    assert chosen.judge(pair.wrong) == "disagree"
    if chosen.name != "scipy check_grad":  # its absolute step of 1.5e-8 is too small for an absolute 1e-6 here
        assert chosen.judge(pair.right) == "agree"


# The report.


def record(name: str, outcome: str, fault: str = "", *, kind: str = "smooth", library: str = "") -> Judged:
    right = "/right/" in name
    return Judged(
        name,
        name.split("/")[0],
        kind,
        right,
        outcome,
        20,
        0.5,
        3,
        0.0 if right else 0.1,
        "" if right else "doubled",
        library,
        fault=fault,
    )


JUDGED = [
    record("a/right/0", "agree", library="somebody's"),
    record("a/wrong/0", "disagree"),
    record("a/right/1", "inconclusive", "inconclusive"),
    record("a/wrong/1", "agree", "miss"),
    record("k/right/0", "inconclusive", kind="kink"),
    record("k/wrong/0", "disagree", kind="kink"),
    record("r/right/0", "inconclusive", kind="nondeterministic"),
    record("r/wrong/0", "inconclusive", kind="nondeterministic"),
]
PEER = "torch gradcheck"


def answers() -> list[Answer]:
    ours = [Answer("gradcheck", one.name, one.outcome, one.passes, one.seconds) for one in JUDGED]
    theirs = ["disagree", "agree", "agree", "late", "disagree", "error", "disagree", "agree"]
    return ours + [Answer(PEER, one.name, said, 10, 1.0) for one, said in zip(JUDGED, theirs, strict=True)]


def test_the_table_of_checkers_counts_each_column() -> None:
    rows = [line for line in by_peer(JUDGED, answers(), 10.0).splitlines() if line.startswith("| ")]
    assert rows[-2] == "| gradcheck | 0 | 1 | 2 | 0 | 0 | 0 | 20 | 20 | 1.00 |"
    assert rows[-1] == f"| {PEER} | 2 | 1 | 0 | 0 | 1 | 1 | 10 | 10 | 2.00 |"


def test_the_table_by_kind_shows_false_alarms_and_misses() -> None:
    rows = by_kind(JUDGED, answers()).splitlines()
    assert (
        next(row for row in rows if row.startswith("| checker"))
        == "| checker | kink (1 + 1) | nondeterministic (1 + 1) | smooth (2 + 2) |"
    )
    assert rows[-1] == f"| {PEER} | 1 / 0 | 1 / 1 | 1 / 1 |"


def test_the_heading_holds_the_bar() -> None:
    text = heading(JUDGED)
    assert "4 right and 4 wrong gradients of 3 families" in text
    assert "1 of the right ones were written by other people (somebody's)" in text
    assert "misses **1**" in text
    assert "**1 of 2**" in text  # of the smooth right ones; a kink and chance may stay open


def test_every_fault_of_ours_is_listed_by_name() -> None:
    text = own_faults(JUDGED)
    assert "### Misses: 1\n\n- `a/wrong/1` (smooth, doubled, share 1.0e-01): agree." in text
    assert "### Inconclusive where a verdict was expected: 1\n\n- `a/right/1`" in text
    assert "### Inconclusive where the kind of problem makes it so: 3" in text


def test_a_missing_peer_and_a_missing_library_are_named_in_the_report() -> None:
    versions = {peer.name: None if peer.name == "derivcheck" else "1.0" for peer in PEERS}
    text = how_asked(versions, ["george (for george: no)"])
    assert "- derivcheck **missing: cannot be imported here**" in text
    assert "left out: george (for george: no)." in text
