"""Headers of `.npy` arrays: what NumPy writes is read as NumPy reads it, and all else is a ValueError."""

from __future__ import annotations

import io
import random
import warnings

import numpy as np
import pytest

from sc_neurocore.spec import CodesError, load_array
from sc_neurocore.spec.files.npy import read_header

SHAPES = [(), (0,), (7,), (2, 3), (1, 0, 4), (5, 1, 1, 2)]
DTYPES = ["?", "i1", "u1", "<i2", ">i4", "<u8", "<f2", ">f4", "<f8", "<c8"]


def written(array: np.ndarray, version=None) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.lib.format.write_array(buffer, array, version)
    return buffer.getvalue()


def with_header(text: str, version: int = 1, data: bytes = bytes(48)) -> bytes:
    raw = text.encode("latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + len(raw).to_bytes(2 if version == 1 else 4, "little") + raw + data


@pytest.mark.parametrize("version", [None, (1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_numpy_writes_is_read(shape, dtype, version, tmp_path):
    for order in "CF":
        array = np.asarray(np.arange(int(np.prod(shape))).reshape(shape).astype(dtype), order=order)
        (tmp_path / "a.npy").write_bytes(written(array, version))
        got = load_array(tmp_path / "a.npy", "a")
        assert (got.dtype, got.shape) == (array.dtype, array.shape)
        assert got.tobytes() == array.tobytes()
        assert got.flags.f_contiguous == array.flags.f_contiguous
        assert not got.flags.writeable


@pytest.mark.parametrize(
    "text",
    [
        "{'shape': (2, 3), 'fortran_order': False, 'descr': '<i8'}",
        '{"descr":"<i8","fortran_order":False,"shape":(2,3,)}',
        "  {'descr': '<i8', 'fortran_order': False, 'shape': (2L, 3L), }   \n",
        "{'descr': 'int64',\t'fortran_order': False,\r\n 'shape' : ( 2 , 3 ) }",
    ],
)
def test_other_programs_write_it_in_other_ways(text):
    header = read_header(io.BytesIO(with_header(text)))
    assert header == ((2, 3), False, np.dtype("<i8"), 10 + len(text))


HOSTILE = {
    "parentheses": "(" * 500,
    "nested shape": "{'descr': '<i8', 'fortran_order': False, 'shape': " + "(" * 400 + ")" * 400 + "}",
    "nested lists": "[" * 3000,
    "unfinished text": "{'descr': '''",
    "an expression": "{'descr': '<i8', 'fortran_order': False, 'shape': (2**9999,)}",
    "a call": "{'descr': '<i8', 'fortran_order': False, 'shape': (exit(),)}",
    "long digits": "{'descr': '<i8', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",)}",
    "a number for a shape": "{'descr': '<i8', 'fortran_order': False, 'shape': (3)}",
    "a negative length": "{'descr': '<i8', 'fortran_order': False, 'shape': (-3,)}",
    "objects": "{'descr': '|O', 'fortran_order': False, 'shape': (3,)}",
    "texts": "{'descr': '<U7', 'fortran_order': False, 'shape': (3,)}",
    "records": "{'descr': [('a', '<i8')], 'fortran_order': False, 'shape': (3,)}",
    "twice": "{'descr': '<i8', 'descr': '<i8', 'fortran_order': False, 'shape': (3,)}",
    "too few": "{'descr': '<i8', 'shape': (3,)}",
    "one too many": "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), 'x': 1}",
    "two commas": "{'descr': '<i8', 'fortran_order': False, 'shape': (3,),, }",
    "digits apart": "{'descr': '<i8', 'fortran_order': False, 'shape': (1 2,)}",
    "a leading zero": "{'descr': '<i8', 'fortran_order': False, 'shape': (03,)}",
    "quotes that differ": "{'descr': '<i8\", 'fortran_order': False, 'shape': (3,)}",
    "many blanks": "{'descr': '<i8', 'fortran_order': False, 'shape': (" + " " * 9000 + "3)}" + " " * 100,
    "a null": "{'descr': '<i8', 'fortran_order': False, 'shape': (3,)}\0",
    "nothing": "",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_hostile_header_is_one_error(name, version, tmp_path):
    content = with_header(HOSTILE[name], version)
    with pytest.raises(ValueError, match=r"it"):
        read_header(io.BytesIO(content))
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(
        CodesError, match=r"^codes: .*a\.npy is no readable .npy file \(written by numpy.save\): .{1,200}$"
    ):
        load_array(tmp_path / "a.npy", "codes")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "its first bytes are b''"),
        (b"\x93NUMPY", r"its version is \(\)"),
        (b"\x93NUMPY\x09\x00", r"its version is \(9, 0\); supported are"),
        (b"\x93NUMPY\x01\x00\xff\xff", "its header claims 65535 bytes; at most 10000 are read"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "its header claims 4294967295 bytes"),
        (b"\x93NUMPY\x01\x00\x40\x00{'descr'", "its header ends after 8 of 64 bytes"),
    ],
)
def test_what_comes_before_the_header_is_checked(content, words):
    with pytest.raises(ValueError, match=words):
        read_header(io.BytesIO(content))


@pytest.mark.parametrize("shape", ["(10**2,)", "(1000000000, 1000000000)", "(7,)"])
def test_nothing_is_allocated_that_is_not_there(shape, tmp_path):
    (tmp_path / "a.npy").write_bytes(with_header(f"{{'descr': '<i8', 'fortran_order': False, 'shape': {shape}}}"))
    with pytest.raises(CodesError):
        load_array(tmp_path / "a.npy", "a")


def changed(content: bytes, draw: random.Random) -> bytes:
    """Some bytes of the first hundred replaced, taken out or doubled."""
    changing = bytearray(content)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(min(100, len(changing)))
        match draw.randrange(3):
            case 0:
                changing[at] = draw.randrange(256)
            case 1:
                del changing[at]
            case _:
                changing[at:at] = changing[at : at + draw.randrange(1, 8)]
    return bytes(changing)


def test_a_changed_header_is_read_as_numpy_reads_it_or_not_at_all():
    draw, agreed = random.Random(5), 0
    content = written(np.arange(24).reshape(4, 6))
    for _ in range(3000):
        raw = changed(content, draw)
        try:
            header = read_header(io.BytesIO(raw))
        except ValueError:
            continue
        buffer = io.BytesIO(raw)
        read = {
            1: np.lib.format.read_array_header_1_0,
            2: np.lib.format.read_array_header_2_0,
        }.get(np.lib.format.read_magic(buffer)[0])
        if read is None:  # NumPy reads version 3 by a function that it keeps to itself
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert (header.shape, header.fortran, header.dtype) == read(buffer)
        assert header.offset == buffer.tell()
        agreed += 1
    assert agreed > 100


def test_a_file_that_is_cut_says_what_is_there(tmp_path):
    whole = written(np.arange(6))
    (tmp_path / "a.npy").write_bytes(whole[:-20])
    with pytest.raises(CodesError, match=r"its header claims \(6,\) of int64, 48 bytes; 28 are there"):
        load_array(tmp_path / "a.npy", "codes")
