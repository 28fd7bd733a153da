"""The verdict on each block, from measurements along independent random directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy.typing as npt

from gradcheck.checks.complex_arbiter import ComplexArbiter, Refutation
from gradcheck.checks.complex_trust import is_steady, is_whole
from gradcheck.checks.confirm import Confirmation, confirm, stands_out_beside
from gradcheck.checks.evidence import Evidence
from gradcheck.checks.findings import Finding, describe
from gradcheck.checks.grouping import Group, group_leaves, sensitivity
from gradcheck.checks.locate import Location, locate
from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.checks.options import Locate, Options, Subgradients
from gradcheck.checks.second_look import beside_claim_noise, first_look, look, second_look
from gradcheck.checks.sentinel import Sentinel
from gradcheck.checks.slightness import is_slight, is_slight_everywhere
from gradcheck.checks.sounding import Look, component_of, is_confirmed, sound
from gradcheck.checks.suspect import suspect_of
from gradcheck.differences.complex_step import COMPLEX_STEP
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import Arbiter, BlockResult, Inexact, Reason, Status

Vector = npt.NDArray[Any]


def judge_blocks(setting: Setting, options: Options) -> list[Finding]:
    """Judge every leaf: DISAGREE needs two independent directions, AGREE needs digits, the rest is INCONCLUSIVE or VACUOUS.

    Leaves of similar sensitivity share their directions; a group in which anything is left open is taken apart. With
    Locate.FIRST the leaves after the first that disagrees are left out.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: w**3, lambda w: 3 * w**2, 2.0).blocks[0].status
    <Status.AGREE: 'agree'>
    """
    try:
        return _judged_by(_Jury(setting, options))
    except _Coarser as found:
        return judge_blocks(found.setting, options)


def _judged_by(jury: _Jury) -> list[Finding]:
    setting = jury.setting
    try:
        for group in group_leaves(setting, setting.problem.layout.leaves):
            jury.judge(group)
        jury.escalate()
    except _FirstFound:
        pass
    return [jury.found[leaf.name] for leaf in setting.problem.layout.leaves if leaf.name in jury.found]


ESCALATED: Final = (Reason.NOISE, Reason.TRUNCATION, Reason.DTYPE)
"""Reasons for which differences may be too coarse where the complex step is not."""

STILL_ROUNDINGS: Final = 100.0
"""A cost whose noise is at most this many roundings of its value hides no more than rounding does (dimensionless): long sums have 50."""

FEW_STANDING: Final = 3
"""Leaves that are wrong or open, and half of those known, after which a group that stands out is measured leaf by leaf (a count): to halve
it costs twice as many directions where most of its leaves are wrong."""

FEWEST_DIRECTIONS: Final = 2
"""Directions after which the complex step is tried before more of them are measured (a count)."""


KINKED_DIRECTIONS: Final = 5
"""Random directions along which a claim at a kink is tried at most (a count); then come chosen ones, see `accepted_at_kinks`."""


class _FirstFound(Exception):
    """One leaf disagrees, and no more was asked for."""


class _Coarser(Exception):
    """A part of the cost is coarser than its noise said: all is judged again."""

    def __init__(self, setting: Setting) -> None:
        super().__init__("the cost is coarser than its noise")
        self.setting = setting


class _Jury:
    """The leaves judged so far."""

    def __init__(self, setting: Setting, options: Options) -> None:
        self.setting, self.options = setting, options
        self.generator = options.generator("directions")
        self.arbiter = ComplexArbiter(setting, options.generator("complex step"))
        self._sentinel = Sentinel(setting)
        self._besides: list[Setting | None] = []
        self._cut_short: set[str] = set()
        self._confirmed: set[str] = set()
        self._by_differences: list[Measurement] = []
        self._has_refuted_group = False
        self._cleared: set[str] = set()
        self.found: dict[str, Finding] = {
            leaf.name: Finding(BlockResult(leaf.name, leaf.shape, Status.VACUOUS), None)
            for leaf in setting.problem.layout.leaves
            if leaf.size == 0
        }

    def judge(self, group: Group) -> None:
        """Judge the leaves of a group, together as long as that settles them."""
        waiting = [group]
        refuted: list[list[Evidence]] = []
        while waiting:
            waiting[:0] = self._judge(waiting.pop(0), None, refuted)
        for each in reversed(refuted):
            self._explained(each)

    def _judge(self, group: Group, seen: Measurement | None, refuted: list[list[Evidence]]) -> list[Group]:
        """Judge a group and return the groups that are left of it; `seen` is a first look at it, `refuted` is added to."""
        try:
            measured = self._measure(group, seen)
        except BudgetExceeded:
            return self._left_open(group)
        each = self._evidence(group, measured)
        if not measured:
            return []  # settled by the complex step
        if len(group.leaves) == 1:
            self._judge_alone(each[0])
            return []
        if any(m.estimate.is_kinked for m in measured):
            for evidence in each:
                self._settle(evidence, Status.INCONCLUSIVE, Reason.KINK)
            return []
        if any(m.stands_out for m in measured):
            refuted.append(each)
            return self._left_of_refuted(group, measured[-1].direction)
        if not each[0].usable:
            return group.halves(self.setting)
        # Moved by its own scale, a leaf that the group had to move less may have its digits.
        return group_leaves(self.setting, [evidence.leaf for evidence in each if not self._settles(evidence)])

    def _left_open(self, group: Group) -> list[Group]:
        """Leave the leaves of a group open, since the budget ended before anything was known of them; nothing is left of it."""
        for leaf in group.leaves:
            self._settle(Evidence(self.setting, leaf, (), ()), Status.INCONCLUSIVE, Reason.BUDGET)
        return []

    def _measure(self, group: Group, seen: Measurement | None) -> list[Measurement]:
        """Measure directions until the group is settled or has to be taken apart; none where the complex step settled it."""
        measured: list[Measurement] = []
        while True:
            try:
                measured.append(self._look(group) if seen is None else self._look_again(group, seen))
                seen = None
            except BudgetExceeded:
                if not measured or len(group.leaves) > 1:
                    raise
                self._cut_short.add(group.leaves[0].name)
                return measured
            last = measured[-1]
            if len(measured) == 1:
                self._look_far(last)
            if last.estimate.is_kinked and self._looks_for_a_refutation(group, measured):
                continue
            if last.stands_out or last.estimate.is_kinked:
                return measured
            if not any(evidence.wants_more for evidence in self._evidence(group, measured)):
                return measured
            if len(measured) == FEWEST_DIRECTIONS and self._agree_by_complex_step(group.leaves, measured):
                self._by_differences.extend(measured)
                return []

    def _look_far(self, first: Measurement) -> None:
        """Begin anew with more noise where long steps show a part of the cost that the small ones do not move."""
        setting = self._sentinel.coarser(first)
        if setting is not None and (setting.noise, setting.steps) > (self.setting.noise, self.setting.steps):
            raise _Coarser(setting)

    def _looks_for_a_refutation(self, group: Group, measured: list[Measurement]) -> bool:
        """Tell whether a claim at a kink that would be accepted is to be tried along another direction."""
        accepts = self.options.subgradients is Subgradients.ACCEPT and all(m.is_subgradient for m in measured)
        return accepts and sum(leaf.size for leaf in group.leaves) > 1 and len(measured) < KINKED_DIRECTIONS

    def _agree_by_complex_step(self, leaves: Sequence[Leaf], measured: Sequence[Measurement] = ()) -> bool:
        """Settle leaves that differences see too coarsely by the complex step, if it agrees; tell whether it did."""
        each = self.arbiter.agreement(leaves)
        known = [*measured, *self._differences_of(leaves)]
        if each and not is_whole(self.setting, self.arbiter.slope, leaves, known):
            return False
        for evidence in each:
            if not self._hides_a_gap(evidence):
                self._settle_sounded(evidence, self.arbiter.look, Arbiter.COMPLEX_STEP)
        return bool(each)

    def _differences_of(self, leaves: Sequence[Leaf]) -> list[Measurement]:
        """Return what differences measured so far of leaves that are settled, if only as open."""
        found = [self.found[leaf.name] for leaf in leaves if leaf.name in self.found]
        known = [m for one in found if one.evidence is not None for m, _ in one.evidence.usable]
        return [m for m in known if m.estimate.step != COMPLEX_STEP]

    def _hides_a_gap(self, evidence: Evidence) -> bool:
        """Tell whether a gap that stood out of differences, confirmed or not, is too small for the complex step to deny it."""
        finding = self.found.get(evidence.leaf.name)
        known = [] if finding is None or finding.evidence is None else finding.evidence.usable
        return any(m.stands_out and not evidence.reach < m.gap / w for m, w in known)

    def escalate(self) -> None:
        """Judge what is left open, or vacuous, by the complex step."""
        leaves = [leaf for leaf in self.setting.problem.layout.leaves if _is_open(self.found[leaf.name].block)]
        claimed = [leaf for leaf in leaves if sensitivity(self.setting, leaf) > 0.0]
        if claimed and not self._agree_by_complex_step(claimed):
            for leaf in claimed if len(claimed) > 1 else []:
                self._agree_by_complex_step([leaf])
        known = [
            m
            for f in self.found.values()
            if f.block.status is Status.AGREE and f.evidence
            for m in f.evidence.measurements
        ]
        known += self._by_differences
        for leaf in leaves:
            block = self.found[leaf.name].block
            refutation = self.arbiter.refutation(leaf, known) if _is_open(block) else None
            if refutation is None or _is_known_better(block, refutation):
                continue
            is_wrong = refutation.status is Status.DISAGREE
            if is_wrong and not self._is_borne_out(leaf, refutation):
                continue
            reason = None if is_wrong else refutation.reason or Reason.NOISE
            self._settle(refutation.evidence, refutation.status, reason, Arbiter.COMPLEX_STEP, refutation.inexact)

    def _is_borne_out(self, leaf: Leaf, refutation: Refutation) -> bool:
        """Tell whether a refutation by the complex step is steady, and differences of the leaf bear it out."""
        steady = is_steady(self.setting, refutation.evidence.measurements)
        return steady and is_whole(self.setting, self.arbiter.slope, [leaf], self._differences_of([leaf]))

    def _left_of_refuted(self, group: Group, direction: Vector) -> list[Group]:
        """Judge one leaf of a group along a direction of which its claim was refuted; return the others, together again.

        Where most leaves stand out to look for one takes more than it spares: then all are returned, each by itself.
        """
        self._has_refuted_group = True
        if self._mostly_stand_out():
            return [Group((leaf,), (1.0,)) for leaf in group.leaves]
        try:
            suspect = suspect_of(self.setting, group, direction)
        except BudgetExceeded:
            return self._left_open(group)
        self._cleared.update(suspect.cleared)
        self._judge(suspect.group, suspect.seen, [])
        return group_leaves(self.setting, [leaf for leaf in group.leaves if leaf not in suspect.group.leaves])

    def _look(self, group: Group) -> Measurement:
        """Measure one direction, and look again where it stands out."""
        direction = group.direction(self.setting, self.generator)
        return self._look_again(group, first_look(self.setting, direction, size=group.least_size(self.setting)))

    def _look_again(self, group: Group, seen: Measurement) -> Measurement:
        """Look closer at a gap that stands out; within a refuted group only where it is not confirmed beside the point."""
        if not self._has_refuted_group or not seen.stands_out or seen.estimate.is_kinked:
            return second_look(self.setting, seen)
        if len(group.leaves) > 1:
            return seen  # it is taken apart
        # Beside the point the leaf is looked at closely, so that here the noise of its claim is enough.
        seen = beside_claim_noise(self.setting, seen)
        (leaf,), beside = group.leaves, self._beside()
        if not seen.stands_out or beside is None or not stands_out_beside(beside, leaf, self.generator):
            return second_look(self.setting, seen)
        self._confirmed.add(leaf.name)
        return seen

    def _mostly_stand_out(self) -> bool:
        """Tell whether most of the leaves judged so far, or left by a search, are wrong or open."""
        judged = {name: finding.block.status for name, finding in self.found.items() if finding.block.size}
        standing = sum(status in (Status.DISAGREE, Status.INCONCLUSIVE) for status in judged.values())
        return standing >= FEW_STANDING and 2 * standing >= len(self._cleared.union(judged))

    def _evidence(self, group: Group, measured: list[Measurement]) -> list[Evidence]:
        """Return what a group's measurements say of each of its leaves."""
        return [
            Evidence(self.setting, leaf, tuple(measured), (weight,) * len(measured), len(group.leaves))
            for leaf, weight in zip(group.leaves, group.weights, strict=True)
        ]

    def _settles(self, evidence: Evidence) -> bool:
        """Settle a leaf that was moved by all there is to move; tell whether that was so, or it has its digits all the same."""
        if not evidence.has_digits and evidence.would_have_digits:
            return False
        self._settle_unflagged(evidence)
        return True

    def _judge_alone(self, evidence: Evidence) -> None:
        """Judge one leaf by directions that move nothing else."""
        last = evidence.measurements[-1]
        if any(m.is_measured and m.estimate.is_kinked for m in evidence.measurements):
            self._settle(evidence, Status.INCONCLUSIVE, Reason.KINK)
        elif last.stands_out:
            self._settle_flagged(evidence)
        elif not evidence.usable:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.DOMAIN)
        else:
            self._settle_unflagged(evidence)

    def _settle_unflagged(self, evidence: Evidence) -> None:
        """Settle a leaf of which nothing stands out."""
        if evidence.size > evidence.bound and evidence.has_digits:
            self._settle_sounded(evidence, self._look_along, Arbiter.DIFFERENCES)
        elif evidence.claims_zero and not evidence.size > evidence.bound and self._is_still(evidence):
            self._settle(evidence, Status.VACUOUS, None)
        elif evidence.leaf.name in self._cut_short:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.BUDGET)
        else:
            # A claim other than 0 below the resolution may be anything: that nothing was seen of it is no agreement.
            self._settle(evidence, Status.INCONCLUSIVE, evidence.limiting)

    def _settle_sounded(self, evidence: Evidence, look_along: Look, arbiter: Arbiter) -> None:
        """Settle a leaf that agrees as a whole, after a look at the components that the whole would hide."""
        leaf, sounded = evidence.leaf, sound(evidence, look_along, self.generator)
        evidence, flagged = sounded.evidence, sounded.flagged
        if flagged is None:
            self._settle(evidence, Status.AGREE, None, arbiter)
            return
        try:
            confirmed = is_confirmed(self.setting, self._beside(), evidence, flagged, self.generator)
        except BudgetExceeded:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.BUDGET)
            return
        if not confirmed:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.TRUNCATION)
            return
        component = component_of(self.setting, leaf, flagged)
        location = None if component is None else Location((component,), len(evidence.portions))
        self._disagree(evidence, location)

    def _look_along(self, direction: Vector, size: float) -> Measurement:
        """Measure along a direction by differences, and look closer where it stands out."""
        return look(self.setting, direction, size=size)

    def _disagree(self, evidence: Evidence, location: Location | None) -> None:
        """Settle a leaf of which the claim was refuted and that was confirmed; not over steps between which it may be right."""
        if self.setting.may_be_meant:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.NOISE)
            return
        self.found[evidence.leaf.name] = Finding(describe(evidence, Status.DISAGREE, None), evidence, location)
        self._has_refuted_group = True
        if self.options.locate is Locate.FIRST:
            raise _FirstFound

    def _is_still(self, evidence: Evidence) -> bool:
        """Tell whether nothing but the rounding of the cost hides a slope: noise, or waves shorter than the steps, may hide any."""
        rounding = STILL_ROUNDINGS * self.setting.eps * abs(self.setting.centre)
        # Beside a cost of exactly 0 no noise is large or small.
        is_quiet = self.setting.noise <= rounding or self.setting.centre == 0.0
        return is_quiet and evidence.limiting is Reason.NOISE

    def _settle_flagged(self, evidence: Evidence) -> None:
        """Settle a leaf along one direction of which the claim was refuted."""
        try:
            confirmation = self._confirmation(evidence.leaf)
            is_clear, location = self._is_clear(evidence, confirmation)
        except BudgetExceeded:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.BUDGET)
            return
        if not confirmation.is_confirmed:
            self._settle(evidence, Status.INCONCLUSIVE, confirmation.reason or evidence.limiting)
            return
        if not is_clear:
            self._settle(evidence, Status.INCONCLUSIVE, Reason.DTYPE, inexact=Inexact.SLIGHT)
            return
        self._disagree(evidence, location)

    def _confirmation(self, leaf: Leaf) -> Confirmation:
        """Confirm a gap, unless that was done as soon as it was seen."""
        if leaf.name in self._confirmed:
            return Confirmation(is_confirmed=True)
        return confirm(self.setting, self._beside(), leaf, self.generator)

    def _is_clear(self, evidence: Evidence, confirmation: Confirmation) -> tuple[bool, Location | None]:
        """Tell whether a confirmed gap is more than slight, or a component's is; with those where they were looked for."""
        location = confirmation.location
        if not confirmation.is_confirmed or not is_slight(self.setting, evidence.measurements[-1], evidence.size):
            return True, location
        if location is None:
            location = locate(self.setting, evidence.leaf, Locate.AUTO, self.generator, evidence.measurements)
        return not is_slight_everywhere(self.setting, evidence.leaf, location), location

    def _beside(self) -> Setting | None:
        """Return the setting just beside the point, made when it is first needed."""
        if not self._besides:
            self._besides.append(self.setting.just_beside(self.generator))
        return self._besides[0]

    def _explained(self, each: list[Evidence]) -> None:
        """Leave open the leaves of a group along one direction of which the claim was refuted, where none of them explains it."""
        if all(self.found[evidence.leaf.name].block.status in (Status.AGREE, Status.VACUOUS) for evidence in each):
            for evidence in each:
                self._settle(evidence, Status.INCONCLUSIVE, evidence.limiting)

    def _settle(
        self,
        evidence: Evidence,
        status: Status,
        reason: Reason | None,
        arbiter: Arbiter = Arbiter.DIFFERENCES,
        inexact: Inexact | None = None,
    ) -> None:
        block = describe(evidence, status, reason, arbiter, inexact)
        self.found[evidence.leaf.name] = Finding(block, evidence)


def _is_open(block: BlockResult) -> bool:
    """Tell whether the complex step may know more of a block than differences."""
    if block.status is Status.VACUOUS:
        return block.size > 0
    return block.status is Status.INCONCLUSIVE and block.reason in ESCALATED


def _is_known_better(block: BlockResult, refutation: Refutation) -> bool:
    """Tell whether the complex step decides nothing of a leaf, and differences have said why it stays open."""
    decides_nothing = refutation.status is Status.INCONCLUSIVE and refutation.reason is None
    return decides_nothing and block.status is Status.INCONCLUSIVE
