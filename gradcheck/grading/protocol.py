"""Frames of numbers over one socket: a fixed header, fixed records, raw bytes; every size is checked before anything is allocated.

A frame is a header, then its nodes in preorder, then the bytes of its arrays and texts. There is no pickle, no eval and no np.load. This
file is copied into the child's folder as well: it imports nothing of ours.
"""

from __future__ import annotations

import dataclasses
import enum
import math
import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np

MAGIC: Final = 0x314B4347
VERSION: Final = 1

HEADER: Final = struct.Struct("<IBBHQIQ")
"""magic, version, kind, nothing, number of the request, nodes, bytes of data."""

NODE: Final = struct.Struct("<BBBxI8IQ")
"""kind, code of the dtype, dimensions, children, shape, bytes of data."""

MAX_DIMENSIONS: Final = 8
MAX_DEPTH: Final = 16

MAX_NODES: Final = 2**18
"""Numbers, texts, lists and arrays of one frame that is sent: an array is one, whatever is in it (a count)."""

MAX_TEXT: Final = 2**14
"""Of one text [bytes]."""

DTYPES: Final = (
    *("float64", "int64", "float32", "float16", "int32", "int16", "int8"),
    *("uint8", "uint16", "uint32", "bool", "complex128", "complex64"),
)
"""What an array may be by name, the code is the place here; on the wire it is float64, int64, or pairs of float64."""

_DTYPES: Final = tuple(map(np.dtype, DTYPES))
_CODES: Final = {dtype: code for code, dtype in enumerate(_DTYPES)}
_BY_KIND: Final = {
    "f": np.dtype("<f8"),
    "i": np.dtype("<i8"),
    "u": np.dtype("<i8"),
    "b": np.dtype("<i8"),
    "c": np.dtype("<c16"),
}
_WIRE: Final = tuple(_BY_KIND[dtype.kind] for dtype in _DTYPES)
_PADDING: Final = tuple((0,) * (MAX_DIMENSIONS - n) for n in range(MAX_DIMENSIONS + 1))


class ProtocolError(ValueError):
    """Bytes that are no frame.

    Examples
    --------
    >>> issubclass(ProtocolError, ValueError)
    True
    """


class Unencodable(TypeError):
    """A value that no frame can carry.

    Examples
    --------
    >>> issubclass(Unencodable, TypeError)
    True
    """


class Kind(enum.IntEnum):
    """What a frame is: requests of the parent first, then the child's answers.

    Examples
    --------
    >>> Kind(20)
    <Kind.VALUE: 20>
    """

    LOAD = 1
    CALL = 2
    GET = 3
    LOOK = 4
    TRY = 5
    CONFIGURE = 10
    FORK = 11
    END = 12
    VALUE = 20
    RAISED = 21
    MISSING = 22
    REFUSED = 23


class Keep(enum.IntEnum):
    """Which part of what a call returns stays in the child, with a handle for it in the answer.

    Examples
    --------
    >>> Keep.SECOND.name
    'SECOND'
    """

    NOTHING = 0
    SECOND = 1
    """The second of a pair: a layer's cache."""
    ALL = 2


class Node(enum.IntEnum):
    """What a node of a frame is.

    Examples
    --------
    >>> Node.ARRAY.value
    1
    """

    ARRAY = 1
    SCALAR = 2
    NONE = 3
    FLOAT = 4
    INT = 5
    TEXT = 6
    TUPLE = 7
    LIST = 8
    DICT = 9
    HANDLE = 10


_NODES: Final = {int(node): node for node in Node}
_PARENTS: Final = (Node.TUPLE, Node.LIST, Node.DICT)


@dataclasses.dataclass(frozen=True)
class Handle:
    """Something that stays in the child, and what the child says it is.

    Examples
    --------
    >>> Handle(3, "a Network").number
    3
    """

    number: int
    description: str


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What a frame may hold at most.

    Attributes
    ----------
    nodes : int
    size : int
        Of all arrays and texts [bytes].
    text : int
        Of one text [bytes].

    Examples
    --------
    >>> Bounds().text
    16384
    """

    nodes: int = MAX_NODES
    size: int = 16 * 2**20
    text: int = MAX_TEXT


@dataclasses.dataclass(frozen=True)
class Frame:
    """One message.

    Examples
    --------
    >>> Frame(Kind.VALUE, 7, [1.5]).request
    7
    """

    kind: Kind
    request: int
    value: Any


def encode(frame: Frame) -> bytes:
    """Return the bytes of a frame.

    Raises
    ------
    Unencodable
        If it is too large, or holds anything but None, numbers, texts, arrays of the dtypes above, handles, and lists, tuples and dicts of these.

    Examples
    --------
    >>> len(encode(Frame(Kind.VALUE, 1, 2.5))) == HEADER.size + NODE.size + 8
    True
    """
    records: list[bytes] = []
    data: list[bytes] = []
    _write(frame.value, records, data, 0)
    if len(records) > MAX_NODES:
        raise Unencodable(f"{len(records)} numbers and lists, more than {MAX_NODES}; as an array they are one")
    size = sum(map(len, data))
    return b"".join([HEADER.pack(MAGIC, VERSION, frame.kind, 0, frame.request, len(records), size), *records, *data])


def _record(kind: Node, raw: bytes = b"", *, dtype: int = 0, shape: tuple[int, ...] = (), count: int = 0) -> bytes:
    return NODE.pack(kind, dtype, len(shape), count, *shape, *_PADDING[len(shape)], len(raw))


def _write(value: Any, records: list[bytes], data: list[bytes], depth: int) -> None:
    """Append a value's nodes in preorder, and their bytes."""
    if depth > MAX_DEPTH:
        raise Unencodable(f"nested more than {MAX_DEPTH} deep")
    children: list[Any] = []
    raw = b""
    kind = type(value)
    if value is None:
        records.append(_record(Node.NONE))
    elif isinstance(value, np.ndarray | np.generic) or kind is bool:
        record, raw = _of_array(value)
        records.append(record)
    elif kind is float:
        raw = struct.pack("<d", value)
        records.append(_record(Node.FLOAT, raw))
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise Unencodable("an integer of more than 64 bits")
        raw = struct.pack("<q", value)
        records.append(_record(Node.INT, raw))
    elif kind is str:
        raw = value.encode("utf-8", "replace")[:MAX_TEXT]
        records.append(_record(Node.TEXT, raw))
    elif kind is Handle:
        raw = struct.pack("<q", value.number) + value.description.encode("utf-8", "replace")[:200]
        records.append(_record(Node.HANDLE, raw))
    elif isinstance(value, tuple | list):
        children = list(value)
        records.append(_record(Node.TUPLE if isinstance(value, tuple) else Node.LIST, count=len(children)))
    elif isinstance(value, dict):
        children = [part for pair in value.items() for part in pair]
        records.append(_record(Node.DICT, count=len(children)))
    else:
        raise Unencodable(f"a {kind.__name__}")
    data.append(raw)
    for child in children:
        _write(child, records, data, depth + 1)


def _of_array(value: Any) -> tuple[bytes, bytes]:
    """Return the record and the bytes of an array or a number of numpy's."""
    array = np.asarray(value)
    code = _CODES.get(array.dtype)
    if code is None or array.ndim > MAX_DIMENSIONS:
        raise Unencodable(f"an array of dtype {array.dtype.name} and {array.ndim} dimensions")
    raw = array.astype(_WIRE[code], copy=False).tobytes()
    kind = Node.ARRAY if isinstance(value, np.ndarray) else Node.SCALAR
    return _record(kind, raw, dtype=code, shape=array.shape), raw


def is_number(value: np.ndarray[Any, Any] | np.generic) -> bool:
    """Tell whether an array's dtype is one that frames carry.

    Examples
    --------
    >>> is_number(np.zeros(3)), is_number(np.array("a"))
    (True, False)
    """
    return value.dtype in _CODES and value.ndim <= MAX_DIMENSIONS


def arrays_of(value: Any) -> list[np.ndarray[Any, Any]]:
    """Return every array of a value, in the order of its nodes: the places by which both ends know them.

    Examples
    --------
    >>> arrays_of([np.ones(1), {"b": (np.zeros(2), 3.0)}])
    [array([1.]), array([0., 0.])]
    """
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [array for part in value for array in arrays_of(part)] if isinstance(value, list | tuple) else []


def receive(read: Callable[[int], bytes | bytearray], bounds: Bounds) -> Frame:
    """Read one frame with read(n), which returns exactly n bytes; nothing is read or allocated that the bounds do not allow.

    Raises
    ------
    ProtocolError
        If the bytes are no frame, or one that goes over the bounds.

    Examples
    --------
    >>> import io
    >>> receive(io.BytesIO(encode(Frame(Kind.VALUE, 1, [2.5, None]))).read, Bounds()).value
    [2.5, None]
    """
    magic, version, kind, zero, request, count, size = HEADER.unpack(read(HEADER.size))
    if magic != MAGIC or version != VERSION or zero != 0:
        raise ProtocolError("the header is none of a frame")
    if kind not in Kind._value2member_map_:
        raise ProtocolError(f"kind {kind} is unknown")
    if not 1 <= count <= bounds.nodes:
        raise ProtocolError(f"{count} nodes: 1 to {bounds.nodes} are allowed")
    if size > bounds.size:
        raise ProtocolError(f"{size} bytes of data: at most {bounds.size} are allowed")
    nodes = [_checked(*record, bounds) for record in NODE.iter_unpack(read(count * NODE.size))]
    if sum(node.size for node in nodes) != size:
        raise ProtocolError("the nodes have another size than the header says")
    reader = _Reader(nodes, memoryview(read(size)))
    value = reader.value(0)
    if reader.place != count:
        raise ProtocolError("nodes are left over")
    return Frame(Kind(kind), request, value)


@dataclasses.dataclass(slots=True)
class _Record:
    """A node's record, checked by itself."""

    kind: Node
    dtype: int
    shape: tuple[int, ...]
    count: int
    size: int


def _checked(kind: int, dtype: int, ndim: int, count: int, *rest: Any) -> _Record:
    """Return a record whose sizes go together."""
    *shape, size, bounds = rest
    node = _NODES.get(kind)
    if node is None:
        raise ProtocolError(f"node {kind} is unknown")
    if ndim > MAX_DIMENSIONS or dtype >= len(DTYPES):
        raise ProtocolError(f"{ndim} dimensions, dtype {dtype}")
    if count > bounds.nodes or (count and node not in _PARENTS):
        raise ProtocolError(f"{count} children of a {node.name}")
    record = _Record(node, dtype, tuple(shape[:ndim]), count, size)
    if not _fits(record, bounds):
        raise ProtocolError(f"{size} bytes do not fit a {node.name} of shape {record.shape}")
    return record


def _fits(record: _Record, bounds: Bounds) -> bool:
    """Tell whether the size of a record's data is the one that its kind and shape require."""
    if record.kind in (Node.ARRAY, Node.SCALAR):
        itemsize = _WIRE[record.dtype].itemsize
        # An empty array of huge sides takes no bytes, but its sides must be ones that numpy can multiply.
        within = math.prod(max(side, 1) for side in record.shape) * itemsize <= bounds.size
        return within and math.prod(record.shape) * itemsize == record.size
    if record.shape:
        return False
    if record.kind in (Node.FLOAT, Node.INT):
        return record.size == 8
    if record.kind is Node.TEXT:
        return record.size <= bounds.text
    if record.kind is Node.HANDLE:
        return 8 <= record.size <= bounds.text
    return record.size == 0


class _Reader:
    """The values of a frame, read from its nodes one after the other."""

    def __init__(self, nodes: list[_Record], data: memoryview) -> None:
        self.nodes, self.data = nodes, data
        self.place = self.offset = 0

    def value(self, depth: int) -> Any:
        """Return the value that starts at the next node."""
        if self.place >= len(self.nodes) or depth > MAX_DEPTH:
            raise ProtocolError("a node has fewer children than it says, or they are nested too deep")
        node = self.nodes[self.place]
        raw = self.data[self.offset : self.offset + node.size]
        self.place += 1
        self.offset += node.size
        if node.kind in _PARENTS:
            return _gathered(node.kind, [self.value(depth + 1) for _ in range(node.count)])
        return _leaf(node, raw)


def _gathered(kind: Node, children: list[Any]) -> Any:
    if kind is Node.LIST:
        return children
    if kind is Node.TUPLE:
        return tuple(children)
    keys = children[::2]
    if len(children) % 2 or not all(type(key) is str for key in keys) or len(set(keys)) != len(keys):
        raise ProtocolError("the keys of a dict are no texts, or not all different")
    return dict(zip(keys, children[1::2], strict=True))


def _leaf(node: _Record, raw: memoryview) -> Any:
    if node.kind is Node.NONE:
        return None
    if node.kind is Node.TEXT:
        return bytes(raw).decode("utf-8", "replace")
    if node.kind is Node.HANDLE:
        return Handle(struct.unpack("<q", raw[:8])[0], bytes(raw[8:]).decode("utf-8", "replace"))
    if node.kind in (Node.FLOAT, Node.INT):
        return struct.unpack("<d" if node.kind is Node.FLOAT else "<q", raw)[0]
    array = np.frombuffer(raw, _WIRE[node.dtype]).reshape(node.shape)
    with np.errstate(all="ignore"):  # a number too large for its dtype is infinite, and no pass
        array = array.astype(_DTYPES[node.dtype])
    return array if node.kind is Node.ARRAY else array[()]
