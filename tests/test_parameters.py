"""A structure of arrays as one vector and back: names, bits, dtypes, and what is refused."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import optree
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gradcheck.errors import UsageError
from gradcheck.parameters import lay_out, leaf_names, leaves_beside

LONG_DOUBLE = [
    (np.ones(2, dtype), f"w has dtype {np.dtype(dtype)}: at most float64 is measured")
    for dtype in [np.longdouble]
    if np.dtype(dtype).itemsize > 8  # on some machines it is float64 itself
]
DTYPES = [np.float16, np.float32, np.float64]


class Pair(NamedTuple):
    weights: Any
    biases: Any


LEAVES = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays(
        dtype,
        array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        elements=st.floats(allow_nan=False, allow_infinity=False, width=8 * np.dtype(dtype).itemsize),
    )
)
STRUCTURES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.dictionaries(st.integers(), inner, max_size=3).map(OrderedDict)
        | st.builds(Pair, inner, inner | st.none())
    ),
    max_leaves=6,
)


def same_bits(left: Any, right: Any) -> bool:
    """Whether two leaves have the same shape, dtype and bytes (-0.0 is not 0.0)."""
    left, right = np.asarray(left), np.asarray(right)
    return left.shape == right.shape and left.dtype == right.dtype and left.tobytes() == right.tobytes()


def total_size(structure: Any) -> int:
    return sum(np.size(leaf) for leaf in optree.tree_leaves(structure))


@settings(deadline=None)
@given(structure=STRUCTURES.filter(total_size))
def test_round_trip_keeps_structure_and_every_bit(structure: Any) -> None:
    layout = lay_out(structure)
    vector = layout.to_vector(structure)
    back = layout.to_structure(vector)
    assert vector.dtype == np.float64
    assert vector.shape == (layout.size,) == (total_size(structure),)
    assert optree.tree_structure(back) == optree.tree_structure(structure)
    pairs = zip(optree.tree_leaves(back), optree.tree_leaves(structure), strict=True)
    assert all(same_bits(left, right) for left, right in pairs)
    assert [leaf.place.stop for leaf in layout.leaves][-1] == layout.size
    assert layout.realise(vector).tobytes() == vector.tobytes()
    assert [leaf.name for leaf in layout.leaves] == leaf_names(structure)


@settings(max_examples=40, deadline=None)
@given(structure=STRUCTURES.filter(total_size))
def test_vector_shares_no_memory_with_the_structure(structure: Any) -> None:
    vector = lay_out(structure).to_vector(structure)
    before = [np.asarray(leaf).tobytes() for leaf in optree.tree_leaves(structure)]
    vector[:] = 7.0
    assert [np.asarray(leaf).tobytes() for leaf in optree.tree_leaves(structure)] == before


@pytest.mark.parametrize(
    ("structure", "names"),
    [
        (np.ones(2), ["parameters"]),
        ([1.0, [2.0, 3.0]], ["[0]", "[1][0]", "[1][1]"]),
        ({"layers": [{"W": 1.0, "b": 2.0}]}, ["layers[0].W", "layers[0].b"]),
        ({"b": 1.0, "a": (2.0,)}, ["a[0]", "b"]),
        (OrderedDict(b=1.0, a=2.0), ["b", "a"]),
        ({"not a name": 1.0, 3: 2.0}, ["[3]", "['not a name']"]),
        ({"w": Pair(1.0, [None, 2.0])}, ["w[0]", "w[1][1]"]),
    ],
)
def test_names_are_how_python_reaches_the_leaf(structure: Any, names: list[str]) -> None:
    assert sorted(leaf_names(structure)) == sorted(names)
    assert [leaf.name for leaf in lay_out(structure).leaves] == leaf_names(structure)
    for name in names:
        path = name.replace("layers", "['layers']", 1).replace(".W", "['W']").replace(".b", "['b']")
        path = f"['{name[0]}']{name[1:]}" if name[0] in "abw" else path
        if name != "parameters":
            assert isinstance(eval(f"structure{path}", {"structure": structure}), float)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@settings(deadline=None)
@given(data=st.data())
def test_realise_is_the_rounding_of_the_leafs_own_dtype(dtype: type[np.floating[Any]], data: st.DataObject) -> None:
    vector = data.draw(arrays(np.float64, 3, elements=st.floats(-6e4, 6e4)))
    layout = lay_out({"a": np.ones(2, dtype), "b": np.ones(1)})
    realised = layout.realise(vector)
    assert np.array_equal(realised[:2], vector[:2].astype(dtype).astype(np.float64))
    assert realised[2] == vector[2]
    assert realised.dtype == np.float64
    structure = layout.to_structure(vector)
    assert structure["a"].dtype == dtype
    assert np.array_equal(structure["a"], realised[:2])
    assert layout.eps(layout.leaves[0]) == np.finfo(dtype).eps


def test_a_step_beyond_float16_is_infinite_and_silent() -> None:
    layout = lay_out(np.ones(1, np.float16))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isinf(layout.realise(np.array([1e6])))
        assert np.isinf(layout.to_structure(np.array([1e6])))


def test_a_complex_vector_becomes_complex_leaves() -> None:
    structure = lay_out([np.ones(2, np.float32), 3.0]).to_structure(np.array([1 + 1e-100j, 2, 3j]))
    assert structure[0].dtype == structure[1].dtype == np.complex128
    assert structure[0][0].imag == 1e-100


def test_an_empty_leaf_and_a_leaf_without_dimensions() -> None:
    layout = lay_out({"a": np.zeros((0, 3)), "b": np.float32(2.0), "c": 1})
    assert [(leaf.shape, leaf.size) for leaf in layout.leaves] == [((0, 3), 0), ((), 1), ((), 1)]
    assert layout.leaves[0].place == slice(0, 0)
    structure = layout.to_structure(np.array([5.0, 6.0]))
    assert structure["a"].shape == (0, 3)
    assert isinstance(structure["b"], np.float32)
    assert isinstance(structure["c"], np.float64)


@pytest.mark.parametrize(
    ("leaf", "sentence"),
    [
        (np.ones(2, complex), "w is complex (complex128): real parameters are required"),
        (np.array([1, 2]), "w has dtype int64 (value [1 2]): a real floating dtype is required; convert it"),
        (np.array([1.0, None]), "w has dtype object (value [1.0 None])"),
        (True, "w has dtype bool (value True)"),
        ("name", "w has dtype <U4 (value name)"),
        (np.array([[1.0, 2.0], [3.0, np.nan]]), "w is nan at [1, 1]: finite parameters are required"),
        (-np.inf, "w is -inf: finite parameters are required"),
        *LONG_DOUBLE,
    ],
)
def test_refusals_name_the_leaf_and_the_value(leaf: Any, sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        lay_out({"w": leaf, "good": 1.0})
    assert sentence in str(refusal.value)


class Metres(np.ndarray[Any, Any]):
    """An array that means more than its numbers."""


@pytest.mark.parametrize(
    ("leaf", "sentence"),
    [
        (
            np.ones((1, 2)).view(Metres),
            f"w is a {__name__}.Metres: a plain numpy array is required; pass np.asarray of it",
        ),
        (np.ma.masked_array([1.0, 2.0], [False, True]), "w is a numpy.ma.MaskedArray: a plain numpy array is required"),
        (np.ma.masked_array([1.0, np.nan], [False, True]), "(.compressed()), and apply the mask within the cost"),
        (np.rec.array([(1.0,)], dtype=[("x", float)]), "recarray: a plain numpy array is required"),
    ],
)
def test_arrays_that_are_more_than_arrays_are_refused_by_name(leaf: Any, sentence: str) -> None:
    for at in ({"w": leaf}, {"w": leaf, "good": np.ones(2)}):
        with pytest.raises(UsageError) as refusal:
            lay_out(at)
        assert sentence in str(refusal.value)
    assert lay_out({"w": np.ones(2)}).size == 2


def test_a_matrix_is_refused_and_told_what_times_means() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.matrix([[1.0, 2.0]])
    with pytest.raises(
        UsageError, match=r"w is a numpy\.(\w+\.)?matrix: .*\* is elementwise there, @ multiplies matrices"
    ):
        lay_out({"w": matrix})


def test_an_array_kept_in_a_file_is_an_array(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([1.0, 2.0]))
    layout = lay_out({"w": np.load(tmp_path / "w.npy", mmap_mode="r")})
    assert [(leaf.name, leaf.shape) for leaf in layout.leaves] == [("w", (2,))]


@pytest.mark.parametrize("nothing", [[], {}, None, np.zeros(0), [np.zeros((3, 0)), ()]])
def test_a_check_of_nothing_is_refused(nothing: Any) -> None:
    with pytest.raises(UsageError, match="the parameters hold no number at all"):
        lay_out(nothing)


@pytest.mark.parametrize(
    ("at", "beside", "leaves"),
    [
        ([1.0, 2.0], [3.0, 4.0], [3.0, 4.0]),
        ([1.0, 2.0], (3.0, 4.0), [3.0, 4.0]),
        ((1.0, [2.0]), [3.0, (4.0,)], [3.0, 4.0]),
        (Pair(1.0, 2.0), [3.0, 4.0], [3.0, 4.0]),
        ({"a": 1.0, "b": 2.0}, {"b": 4.0, "a": 3.0}, [3.0, 4.0]),
        ({"a": 1.0, "b": 2.0}, OrderedDict(b=4.0, a=3.0), [3.0, 4.0]),
        (OrderedDict(b=1.0, a=2.0), {"a": 4.0, "b": 3.0}, [3.0, 4.0]),
        ({"a": 1.0, "b": (2.0, 5.0)}, {"b": [4.0, 6.0], "a": 3.0}, [3.0, 4.0, 6.0]),
        (OrderedDict(b=1.0, a=(2.0,)), {"a": [4.0], "b": 3.0}, [3.0, 4.0]),
        ([1.0, 2.0], [3.0], None),
        ([1.0, 2.0], [3.0, 4.0, 5.0], None),
        ([1.0, 2.0], 3.0, None),
        ([1.0, 2.0], None, None),
        ({"a": 1.0, "b": 2.0}, {"a": 3.0}, None),
        ({"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 4.0, "c": 5.0}, None),
        ({"a": 1.0, "b": 2.0}, {"a": 3.0, "c": 4.0}, None),
        ({"a": 1.0, "b": 2.0}, [3.0, 4.0], None),
    ],
)
def test_leaves_beside_those_of_another_structure(at: Any, beside: Any, leaves: list[float] | None) -> None:
    assert leaves_beside(lay_out(at), beside) == leaves


@settings(max_examples=40, deadline=None)
@given(structure=STRUCTURES.filter(total_size), data=st.data())
def test_leaves_beside_ignores_the_order_of_keys(structure: Any, data: st.DataObject) -> None:
    at = {"one": structure, "two": np.ones(1), "three": [np.zeros(2)]}
    permuted = {key: at[key] for key in data.draw(st.permutations(list(at)))}
    layout = lay_out(at)
    beside = leaves_beside(layout, permuted)
    assert beside is not None
    assert all(a is b for a, b in zip(beside, optree.tree_leaves(at), strict=True))
    vector: npt.NDArray[Any] = layout.to_vector(permuted)
    assert vector.tobytes() == layout.to_vector(at).tobytes()
