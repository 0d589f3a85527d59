"""Hashes by content: what differs in anything has another hash, what is the same the same, what is unknown none."""

from __future__ import annotations

import functools
import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from support.networks.one_layer import one_layer

from sc_neurocore.explore.content import content_sha256
from sc_neurocore.spec import Comparator, Counter, LfsrFull, Mux, OptionError, Or, ParallelCounter, VanDerCorput


def sha(value):
    return content_sha256(value, "value")


LARGE = np.zeros(100_000)
MIDDLE = LARGE.copy()
MIDDLE[50_000] = 1e-9

DIFFERENT = [
    *(
        None,
        False,
        0,
        "0",
        b"0",
        0.0,
        0j,
        -0.0,
        1,
        1.0,
        True,
        "1",
        np.float32(1),
        np.int32(1),
        np.int64(1),
        float("nan"),
    ),
    *([], (), {}, set(), [1], (1,), {1}, [[1]], [1, 1], ["ab"], ["a", "b"], {"a": 1}, {"a": 2}, {"b": 1}, {1: "a"}),
    *(LARGE, MIDDLE, LARGE.astype(np.float32), LARGE.reshape(2, -1), LARGE[:-1], LARGE.astype(">f8")),
    *(
        np.zeros(3, np.int8),
        np.zeros(3, np.uint8),
        np.zeros((3, 0)),
        np.zeros((0, 3)),
        np.array(["a"]),
        np.array(["b"]),
    ),
    *(Counter(), VanDerCorput(), Counter(skip=1), Comparator(source=Counter()), ParallelCounter(), Or()),
    *(Mux(select=Counter()), Mux(select=LfsrFull(seed=1)), one_layer(seed=1), one_layer(seed=2)),
    *([LARGE, MIDDLE], [MIDDLE, LARGE], {"x": LARGE, "y": MIDDLE}, {"x": MIDDLE, "y": LARGE}),
    np.ma.masked_array([1.0, 2.0], [True, False]),
    np.ma.masked_array([1.0, 2.0], [False, True]),
]


def test_values_that_differ_have_different_hashes():
    """All pairs: types, values, shapes, dtypes, orders, the middle of large arrays, nesting."""
    hashes = [sha(value) for value in DIFFERENT]
    equal = [(i, j) for (i, a), (j, b) in itertools.combinations(enumerate(hashes), 2) if a == b]
    assert not equal, [(repr(DIFFERENT[i])[:60], repr(DIFFERENT[j])[:60]) for i, j in equal]


def test_the_same_content_has_the_same_hash():
    a = np.arange(12.0).reshape(3, 4)
    assert sha(a) == sha(a.copy()) == sha(np.asfortranarray(a)) == sha(np.hstack([a, a])[:, :4])
    assert sha({"x": 1, "y": a}) == sha({"y": a.copy(), "x": 1})
    assert sha({3, 1, 2}) == sha({2, 3, 1})
    assert sha(one_layer(seed=1)) == sha(one_layer(seed=1))
    assert sha([Counter(), "a"]) == sha([Counter(), "a"])


def test_jax_arrays_go_by_every_element():
    jnp = pytest.importorskip("jax.numpy", reason="the jax extra is not installed")
    assert sha(jnp.asarray(LARGE)) != sha(jnp.asarray(MIDDLE))
    assert repr(jnp.asarray(LARGE)) == repr(jnp.asarray(MIDDLE)), "what is elided in repr must not be elided here"
    assert sha(jnp.asarray(LARGE)) == sha(jnp.asarray(LARGE.copy()))
    small = jnp.arange(4.0)
    half = jnp.asarray(np.arange(4, dtype=np.float16))  # XLA converts to it only where the processor does
    assert len({sha(small), sha(small.astype(jnp.bfloat16)), sha(half)}) == 3


def test_torch_tensors_go_by_every_element():
    torch = pytest.importorskip("torch", reason="the torch extra is not installed")
    large, middle = torch.from_numpy(LARGE.copy()), torch.from_numpy(MIDDLE.copy())
    assert sha(large) != sha(middle)
    assert sha(large) == sha(large.clone()) == sha(torch.nn.Parameter(large.clone()))
    zeros = [torch.zeros(4, dtype=kind) for kind in (torch.float32, torch.int32, torch.uint32)]
    assert len({sha(each) for each in zeros}) == 3  # the same bytes
    small = torch.arange(4.0)
    made = [small, small.bfloat16(), small.half(), small.reshape(2, 2), small.double(), small.reshape(2, 2).T]
    assert len({sha(each) for each in made}) == len(made)
    assert sha(torch.tensor(1.5)) != sha(torch.tensor(2.5))
    with pytest.raises(OptionError, match="value is a Tensor whose content cannot be hashed"):
        sha(torch.eye(3).to_sparse())


class Foreign:
    """An array of somebody else's."""

    def __init__(self, values) -> None:
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)


class OverDlpack:
    def __init__(self, values) -> None:
        self.values = np.asarray(values)

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


@pytest.mark.parametrize("kind", [Foreign, OverDlpack])
def test_arrays_of_other_libraries_go_by_their_elements(kind):
    assert sha(kind(LARGE)) == sha(kind(LARGE.copy())) == sha(LARGE)
    assert sha(kind(LARGE)) != sha(kind(MIDDLE))


def test_files_go_by_their_content(tmp_path):
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_bytes(b"same")
    other.write_bytes(b"same")
    assert sha(one) == sha(other) != sha(str(one))
    stamp = os.stat(other)
    other.write_bytes(b"else")
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the same name, size and time
    assert sha(one) != sha(other)
    with pytest.raises(OptionError, match=r"value\['x'\] must be a file"):
        sha({"x": tmp_path / "missing"})
    with pytest.raises(OptionError, match="must be a file"):
        sha(Path(tmp_path))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        len,
        lambda: 1,
        functools.partial(len),
        iter([1]),
        (x for x in ()),
        type,
        np.array([object()]),
        Foreign([{}]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_content_is_refused_by_name(value):
    with pytest.raises(OptionError, match=r"options\['calibration'\]\[1\] .*whose content can be hashed; got"):
        content_sha256({"calibration": [1, value]}, "options")


def test_a_value_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(OptionError, match="itself"):
        sha(endless)
