"""NumPy arrays inside JSON, as IBM's runtime encodes them: `{"__type__": "ndarray", "__value__": …}`.

The value is a nested list of numbers, or the bytes of a `.npy` file, compressed with zlib and in base64. Nothing is
unpickled, and a few bytes do not fill the memory: no more is unpacked than the file's own header promises.
Source: `RuntimeEncoder` of qiskit-ibm-runtime 0.49; NumPy's description of its format (NEP 1).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qrelay.results.document import Answer

__all__ = ["array_of"]

_MOST_BYTES = 1 << 30
_HEADER = 1 << 14
_MOST_DIMENSIONS = 32
_KINDS = "biufc"
_DESCRIPTION = re.compile(
    rb"\{'descr': '(?P<dtype>\|[biu]1|[<>](?:[iu][248]|f[248]|c8|c16))', 'fortran_order': (?P<order>True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,18}, ?)*(?:\d{1,18})?)\), ?\}\s*"
)


def array_of(answer: Answer, encoded: dict[str, Any]) -> NDArray[Any]:
    """The array, read-only: booleans, integers, floating-point or complex numbers."""
    if encoded.get("__type__") != "ndarray" or "__value__" not in encoded:
        answer.refuse(f"it should hold an encoded array and holds {encoded.get('__type__')!r:.40}")
    value = encoded["__value__"]
    array = _from_file(answer, value) if isinstance(value, str) else _from_list(answer, value)
    array.flags.writeable = False
    return array


def _from_list(answer: Answer, value: Any) -> NDArray[Any]:
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        answer.refuse("an array in it is no rectangle of numbers")
    if array.dtype.kind not in _KINDS:
        answer.refuse(f"an array in it holds something else than numbers: {array.dtype}")
    return array


def _from_file(answer: Answer, text: str) -> NDArray[Any]:
    try:
        packed = base64.b64decode(text, validate=True)
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(packed, _HEADER)
        start, size, dtype, order, shape = _header(answer, data)
        if size > len(data):
            data += unpacking.decompress(unpacking.unconsumed_tail, size - len(data) + 1)
    except (binascii.Error, zlib.error, ValueError) as error:  # ValueError: letters that are not ASCII
        answer.refuse(f"an array in it cannot be unpacked: {error!s:.100}")
    if len(data) != size or not unpacking.eof:
        answer.refuse(f"an array in it should be {size} bytes long and is not")
    array: NDArray[Any] = np.frombuffer(data[start:], dtype=dtype).reshape(shape, order=order)
    return array


def _header(answer: Answer, beginning: bytes) -> tuple[int, int, np.dtype[Any], Literal["C", "F"], tuple[int, ...]]:
    """Where the numbers begin, how many bytes the whole file has, and what the numbers are.

    Read here and not by NumPy, which evaluates headers as Python and mends old ones on the way.
    """
    if beginning[:6] != b"\x93NUMPY" or beginning[6:8] not in (b"\x01\x00", b"\x02\x00"):
        answer.refuse(f"an array in it is no .npy file of version 1 or 2: {beginning[:8]!r}")
    count = 2 if beginning[6] == 1 else 4
    start = 8 + count + int.from_bytes(beginning[8 : 8 + count], "little")
    found = _DESCRIPTION.fullmatch(beginning[8 + count : start])
    if found is None:
        answer.refuse(f"the header of an array in it reads {beginning[8 + count : start][:80]!r}")
    shape = tuple(int(length) for length in found["shape"].split(b",") if length.strip())
    dtype = np.dtype(found["dtype"].decode())
    size = start + math.prod(shape) * dtype.itemsize
    if size > _MOST_BYTES or len(shape) > _MOST_DIMENSIONS:
        answer.refuse(
            f"an array in it is larger than {_MOST_BYTES} bytes, or has more than {_MOST_DIMENSIONS} dimensions"
        )
    return start, size, dtype, "F" if found["order"] == b"True" else "C", shape
