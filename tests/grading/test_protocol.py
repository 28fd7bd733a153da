"""Frames: what goes in comes out, and bytes that are none are refused before anything is allocated for them."""

from __future__ import annotations

import contextlib
import io
import math
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradcheck.grading.protocol import (
    DTYPES,
    HEADER,
    MAGIC,
    MAX_DEPTH,
    MAX_NODES,
    MAX_TEXT,
    NODE,
    VERSION,
    Bounds,
    Frame,
    Handle,
    Kind,
    Node,
    ProtocolError,
    Unencodable,
    encode,
    receive,
)

arrays = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
leaves = st.none() | st.floats() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20) | arrays
values = st.recursive(
    leaves | st.builds(Handle, st.integers(0, 100), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


class Counted(io.BytesIO):
    """Bytes that remember the largest amount that was asked of them."""

    most = 0

    def read(self, count: int | None = -1, /) -> bytes:
        assert count is not None
        self.most = max(self.most, count)
        return super().read(count).ljust(count, b"\0")


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray | np.generic):
        assert isinstance(other, np.ndarray | np.generic)
        return (
            type(one) is type(other)
            and one.dtype == other.dtype
            and one.shape == other.shape
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, list | tuple):
        assert isinstance(other, list | tuple)
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other


@given(values, st.integers(0, 2**64 - 1))
def test_what_goes_in_comes_out_to_the_last_bit(value: object, request: int) -> None:
    frame = receive(io.BytesIO(encode(Frame(Kind.VALUE, request, value))).read, Bounds())
    assert (frame.kind, frame.request) == (Kind.VALUE, request)
    if not isinstance(value, str) or value.isprintable():
        assert same(frame.value, value) or "NaN" in repr(value) or "nan" in repr(value)


def test_numbers_of_numpy_and_nan_come_through() -> None:
    value = [np.float32(1.5), np.float64("nan"), np.array([math.inf, -0.0]), np.bool_(True), np.array([1 + 2j])]  # noqa: FBT003
    got = receive(io.BytesIO(encode(Frame(Kind.VALUE, 1, value))).read, Bounds()).value
    assert all(map(same, got, value))


@given(values, st.data())
@settings(max_examples=300)
def test_bytes_that_were_changed_are_a_frame_or_refused(value: object, data: st.DataObject) -> None:
    raw = bytearray(encode(Frame(Kind.VALUE, 1, value)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    stream = Counted(bytes(raw))
    bounds = Bounds(nodes=100, size=10_000, text=100)
    with contextlib.suppress(ProtocolError):
        receive(stream.read, bounds)
    assert stream.most <= max(bounds.size, bounds.nodes * NODE.size)


@given(st.binary(max_size=400))
@example(b"")
@example(b"\0" * 400)
def test_any_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolError):
        receive(Counted(raw).read, Bounds())


def header(*, magic: int = MAGIC, version: int = VERSION, kind: int = 20, nodes: int = 1, size: int = 0) -> bytes:
    return HEADER.pack(magic, version, kind, 0, 1, nodes, size)


def node(kind: int, shape: tuple[int, ...] = (), *, dtype: int = 0, count: int = 0, size: int = 0) -> bytes:
    return NODE.pack(kind, dtype, len(shape), count, *shape[:8], *(0 for _ in range(8 - len(shape))), size)


LARGE = 2**32 - 1

MALFORMED = {
    "another_magic": (header(magic=1), b"", b""),
    "another_version": (header(version=2), b"", b""),
    "an_unknown_kind": (header(kind=99), b"", b""),
    "no_nodes": (header(nodes=0), b"", b""),
    "nodes_without_end": (header(nodes=2**32 - 1), b"", b""),
    "data_without_end": (header(size=2**60), b"", b""),
    "an_unknown_node": (header(), node(77), b""),
    "an_unknown_dtype": (header(), node(Node.ARRAY, (1,), dtype=200), b""),
    "too_many_dimensions": (header(), node(Node.ARRAY, (1,) * 9), b""),
    "a_negative_side": (header(size=8), node(Node.ARRAY, (LARGE, 1), size=8), bytes(8)),
    "huge_sides_whose_product_wraps_around": (
        header(size=8),
        node(Node.ARRAY, (2**31, 2**31, 2**3, 1), size=8),
        bytes(8),
    ),
    "an_empty_array_of_huge_sides": (header(), node(Node.ARRAY, (0, LARGE, LARGE, LARGE)), b""),
    "fewer_bytes_than_its_shape": (header(size=8), node(Node.ARRAY, (2,), size=8), bytes(8)),
    "more_bytes_than_its_shape": (header(size=16), node(Node.ARRAY, (1,), size=16), bytes(16)),
    "sizes_that_do_not_add_up": (header(size=9), node(Node.FLOAT, size=8), bytes(9)),
    "a_float_of_three_bytes": (header(size=3), node(Node.FLOAT, size=3), bytes(3)),
    "a_text_too_long": (header(size=20000), node(Node.TEXT, size=20000), bytes(20000)),
    "a_handle_without_a_number": (header(size=4), node(Node.HANDLE, size=4), bytes(4)),
    "none_with_data": (header(size=1), node(Node.NONE, size=1), bytes(1)),
    "none_with_children": (header(), node(Node.NONE, count=1), b""),
    "a_list_without_its_children": (header(), node(Node.LIST, count=2), b""),
    "children_without_end": (header(), node(Node.LIST, count=LARGE), b""),
    "nodes_left_over": (header(nodes=2), node(Node.NONE) + node(Node.NONE), b""),
    "a_dict_with_a_number_as_key": (
        header(nodes=3, size=8),
        node(Node.DICT, count=2) + node(Node.FLOAT, size=8) + node(Node.NONE),
        bytes(8),
    ),
    "a_dict_of_half_a_pair": (header(nodes=2, size=1), node(Node.DICT, count=1) + node(Node.TEXT, size=1), b"a"),
    "a_dict_with_a_key_twice": (
        header(nodes=5, size=2),
        node(Node.DICT, count=4) + 2 * (node(Node.TEXT, size=1) + node(Node.NONE)),
        b"aa",
    ),
    "nested_without_end": (header(nodes=100), 100 * node(Node.LIST, count=1), b""),
    "nested_too_deep": (header(nodes=20), 19 * node(Node.LIST, count=1) + node(Node.NONE), b""),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_frame_is_refused_before_anything_is_allocated_for_it(case: str) -> None:
    stream = Counted(b"".join(MALFORMED[case]))
    with pytest.raises(ProtocolError):
        receive(stream.read, Bounds())
    assert stream.most <= 100 * NODE.size


def test_a_frame_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    raw = encode(Frame(Kind.VALUE, 1, np.zeros(100)))
    assert receive(io.BytesIO(raw).read, Bounds(size=800)).value.shape == (100,)
    with pytest.raises(ProtocolError, match="800 bytes of data: at most 799"):
        receive(io.BytesIO(raw).read, Bounds(size=799))


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"bytes", 2**63, np.array("a"), np.array([object()]), np.longdouble(1), 1j]
)
def test_what_is_no_number_and_no_text_is_not_sent(value: object) -> None:
    with pytest.raises(Unencodable):
        encode(Frame(Kind.VALUE, 1, [value]))


def test_a_list_that_holds_itself_is_not_sent() -> None:
    nested: list[object] = []
    nested.append(nested)
    with pytest.raises(Unencodable, match=str(MAX_DEPTH)):
        encode(Frame(Kind.VALUE, 1, nested))


def test_a_number_too_large_for_its_dtype_is_infinite_without_a_warning() -> None:
    raw = encode(Frame(Kind.VALUE, 1, np.array([1.0], np.float32)))
    got = receive(io.BytesIO(raw[:-8] + struct.pack("<d", 1e300)).read, Bounds()).value
    assert got.dtype == np.float32
    assert np.isinf(got[0])


def test_more_values_than_a_frame_holds_are_not_sent_and_an_array_is_one() -> None:
    with pytest.raises(Unencodable, match="as an array they are one"):
        encode(Frame(Kind.VALUE, 1, [0.0] * MAX_NODES))
    assert receive(io.BytesIO(encode(Frame(Kind.VALUE, 1, np.zeros(MAX_NODES)))).read, Bounds()).value.size == MAX_NODES


def test_a_text_is_cut_to_what_is_taken() -> None:
    raw = encode(Frame(Kind.VALUE, 1, "\u20ac" * MAX_TEXT))
    assert set(receive(io.BytesIO(raw).read, Bounds()).value) <= {"\u20ac", "\ufffd"}
