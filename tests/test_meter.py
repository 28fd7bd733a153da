"""The meter: what is paid is counted once, what is over the budget is refused and not counted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.meter import Meter
from gradcheck.checks.options import Options
from gradcheck.errors import BudgetExceeded


@pytest.mark.equation("46")
@settings(deadline=None)
@given(
    payments=st.lists(st.integers(0, 9) | st.just("gradient"), max_size=20),
    budget=st.none() | st.integers(1, 40),
    each=st.integers(0, 2),
)
def test_counts_exactly_and_never_over_the_budget(payments: list[int | str], budget: int | None, each: int) -> None:
    heard: list[int] = []
    meter = Meter(Options(max_forward_passes=budget, progress=heard.append), passes_per_gradient=each)
    passes = gradients = 0
    for payment in payments:
        wanted = each if isinstance(payment, str) else payment
        pay = meter.pay_gradient if isinstance(payment, str) else lambda n=wanted: meter.pay_passes(n)
        if budget is not None and passes + wanted > budget:
            with pytest.raises(BudgetExceeded, match=f"^the budget of {budget} forward passes is used up$"):
                pay()
        else:
            pay()
            passes += wanted
            gradients += isinstance(payment, str)
        assert (meter.forward_passes, meter.gradient_calls) == (passes, gradients)
        # Progress hears each pass once, and nothing of what was refused.
        assert heard == list(range(1, passes + 1))


def test_the_whole_budget_can_be_spent() -> None:
    meter = Meter(Options(max_forward_passes=5), passes_per_gradient=2)
    meter.pay_passes(3)
    meter.pay_gradient()
    assert (meter.forward_passes, meter.gradient_calls) == (5, 1)
    meter.pay_passes(0)
    with pytest.raises(BudgetExceeded):
        meter.pay_gradient()
    assert (meter.forward_passes, meter.gradient_calls) == (5, 1)
