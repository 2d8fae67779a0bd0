"""NumPy arrays inside JSON, as IBM's runtime encodes them: `{"__type__": "ndarray", "__value__": …}`.

The value is a nested list of numbers, or the bytes of a `.npy` file, compressed with zlib and in base64. Nothing is
unpickled, and a few bytes do not fill the memory: no more is unpacked than the file's own header promises.
Source: `RuntimeEncoder` of qiskit-ibm-runtime 0.49; NumPy's description of its format (NEP 1).
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.results.document import Answer

__all__ = ["array_of"]

_MOST_BYTES = 1 << 30
_HEADER = 1 << 14
_KINDS = "biufc"


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
        size = _size(answer, data)
        if size > len(data):
            data += unpacking.decompress(unpacking.unconsumed_tail, size - len(data) + 1)
        if len(data) != size or not unpacking.eof:
            answer.refuse(f"an array in it should be {size} bytes long and is not")
        array: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
    except (binascii.Error, zlib.error, ValueError, EOFError, OSError, UnicodeError, SyntaxError) as error:
        answer.refuse(f"an array in it cannot be unpacked: {error!s:.100}")
    return array


def _size(answer: Answer, beginning: bytes) -> int:
    """How many bytes the whole file has, by its header."""
    file = io.BytesIO(beginning)
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        answer.refuse(f"an array in it is of version {version} of NumPy's format")
    if dtype.kind not in _KINDS:
        answer.refuse(f"an array in it holds something else than numbers: {dtype}")
    size = file.tell() + math.prod(shape) * dtype.itemsize
    if size > _MOST_BYTES or any(length < 0 for length in shape):
        answer.refuse(f"an array in it has {size:.6g} bytes" if size < 10**300 else "an array in it has too many bytes")
    return size
