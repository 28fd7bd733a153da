"""Where a function's arguments come from: the spec, the file's names, or a shape to draw."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gradcheck import UsageError
from gradcheck.subjects.arguments import POINT_NAMES, Arguments
from gradcheck.subjects.spec import SubjectSpec


def module_with(**names: Any) -> ModuleType:
    """Return a module that holds these names."""
    module = ModuleType("net")
    vars(module).update(names)
    return module


def arguments(module: ModuleType, seed: int = 0, **said: Any) -> Arguments:
    """Return what finds the arguments, with what a spec says."""
    return Arguments(module, SubjectSpec("net.py", **said), np.random.default_rng(seed))


def cost(w: Any, X: Any, y: Any, *, scale: float = 1.0) -> Any:
    """Stand for a user's function: only its arguments matter."""


def test_arguments_are_taken_from_the_names_in_the_file() -> None:
    assert arguments(module_with(w=1.0, X=2.0, y=3.0)).of("cost", cost) == (1.0, (2.0, 3.0))


@pytest.mark.parametrize("name", POINT_NAMES)
def test_the_point_may_have_a_usual_name(name: str) -> None:
    assert arguments(module_with(**{name: 5.0, "X": 2.0, "y": 3.0})).of("cost", cost)[0] == 5.0


def test_the_arguments_own_name_comes_before_the_usual_ones() -> None:
    assert arguments(module_with(w=1.0, params=5.0, X=2.0, y=3.0)).of("cost", cost)[0] == 1.0


def test_the_spec_comes_before_all() -> None:
    module = module_with(w=1.0, start=7.0, A=8.0, B=9.0, X=2.0, y=3.0)
    assert arguments(module, at="start", data=("A", "B")).of("cost", cost) == (7.0, (8.0, 9.0))


def test_a_function_is_called_for_the_point_it_returns() -> None:
    assert arguments(module_with(start=lambda: 4.0, X=2.0, y=3.0), at="start").of("cost", cost)[0] == 4.0


def test_a_function_of_the_arguments_name_is_not_taken_for_its_value_when_a_point_stands_there() -> None:
    assert arguments(module_with(w=lambda: 4.0, theta=6.0, X=2.0, y=3.0)).of("cost", cost)[0] == 6.0


def test_shapes_are_drawn_and_come_before_the_file() -> None:
    said = {"shapes": (("w", (4, 3)), ("X", (2,)))}
    found, (X, y) = arguments(module_with(w=1.0, y=3.0), **said).of("cost", cost)
    assert (found.shape, X.shape, y) == ((4, 3), (2,), 3.0)
    again = arguments(module_with(w=1.0, y=3.0), **said).of("cost", cost)[0]
    other = arguments(module_with(w=1.0, y=3.0), seed=1, **said).of("cost", cost)[0]
    assert np.array_equal(found, again)
    assert not np.any(found == other)


def test_every_argument_of_a_layer_is_found() -> None:
    assert arguments(module_with(x=1.0, w=2.0)).each("affine_forward", ("w", "x")) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("there", "missing"),
    [({"X": 1.0, "y": 1.0}, "w"), ({"w": 1.0, "y": 1.0}, "X"), ({"w": 1.0, "X": 1.0}, "y")],
)
def test_a_missing_value_is_told_with_every_way_to_give_it(there: dict[str, Any], missing: str) -> None:
    sentence = (
        rf"cost\(w, X, y\) needs a value for {missing}: write {missing} = \.\.\. beside it in the file, "
        rf"or give --at NAME, --data NAME, or a shape to draw it from \(--shape {missing}=4x3\)"
    )
    with pytest.raises(UsageError, match=sentence):
        arguments(module_with(**there)).of("cost", cost)


def test_a_name_of_the_spec_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="needs a value for nowhere"):
        arguments(module_with(w=1.0, X=1.0, y=1.0), at="nowhere").of("cost", cost)


def test_a_function_without_arguments_is_no_cost() -> None:
    with pytest.raises(UsageError, match=r"cost\(\) takes no argument: a function of the parameters is required"):
        arguments(module_with()).of("cost", lambda: 1.0)
