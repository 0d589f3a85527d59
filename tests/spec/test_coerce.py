"""The one helper that every entrance asks: what is a number, what is an array, and what the refusal says."""

from __future__ import annotations

import decimal
import fractions
import math

import numpy as np
import pytest

from sc_neurocore.spec import CodesError, OptionError, SpecError
from sc_neurocore.spec.coerce import array, finite, first_index, integer, integer_array, number, real_array, short

HUGE = 10**400
NO_NUMBERS = [True, np.True_, None, "1", b"1", [1], (1,), {}, object(), 1 + 0j, decimal.Decimal(1), np.array(1)]


def refusal(call, error=OptionError) -> str:
    """The message of a refusal; of exactly this type, and one line."""
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert caught.value.__cause__ is None
    text = str(caught.value)
    assert text.isprintable()
    return text


# --- integers


@pytest.mark.parametrize("value", [5, np.int8(5), np.uint64(5), np.int64(5)], ids=lambda v: type(v).__name__)
def test_integers_come_back_as_pythons(value):
    assert type(integer("n", value, 5, 5)) is int
    assert integer("n", value, 5, 5) == 5


@pytest.mark.parametrize("value", [*NO_NUMBERS, 5.0, np.float32(5), math.nan, fractions.Fraction(5)], ids=repr)
def test_what_is_no_integer_is_refused(value):
    assert refusal(lambda: integer("n", value)).startswith("n must be an integer, got ")


def test_bounds_are_inclusive_and_named():
    assert integer("n", -HUGE) == -HUGE
    assert integer("n", 2**64, 2**64, 2**64 + 1) == 2**64
    assert refusal(lambda: integer("n", 0, 1)) == "n must be an integer, 1 or more, got 0"
    assert refusal(lambda: integer("n", 17, 2, 16)) == "n must be an integer, 2 to 16, got 17"
    assert refusal(lambda: integer("n", 1, 2, 16)) == "n must be an integer, 2 to 16, got 1"
    assert refusal(lambda: integer("n", np.uint64(2**64 - 1), -1, 5)).endswith("got np.uint64(18446744073709551615)")
    assert refusal(lambda: integer("seeds[1]", 0, 1, rule="a positive integer")) == (
        "seeds[1] must be a positive integer, got 0"
    )
    assert refusal(lambda: integer("n", HUGE * HUGE**20, 1, 2)) == (
        "n must be an integer, 1 to 2, got an integer of very many digits"
    )


def test_the_caller_names_the_type_of_the_error():
    refusal(lambda: integer("n", 0.5, error=SpecError), SpecError)
    refusal(lambda: number("x", "0.5", error=SpecError), SpecError)
    refusal(lambda: array("a", [[1], [1, 2]], error=OptionError), OptionError)
    refusal(lambda: real_array("a", "no", error=OptionError), OptionError)
    refusal(lambda: integer_array("a", [0.5], error=OptionError), OptionError)


# --- numbers


@pytest.mark.parametrize(
    "value", [1, 1.0, np.float16(1), np.float32(1), np.int32(1), fractions.Fraction(1)], ids=lambda v: type(v).__name__
)
def test_real_numbers_come_back_as_floats(value):
    assert type(number("x", value)) is float
    assert number("x", value, 1, 1, above=0.5, below=1.5) == 1.0


@pytest.mark.parametrize(
    "value", [*NO_NUMBERS, math.nan, math.inf, -math.inf, np.float32("nan"), HUGE, -HUGE], ids=short
)
def test_what_is_no_finite_number_is_refused(value):
    assert refusal(lambda: number("x", value)).startswith("x must be a finite number, got ")


def test_the_four_bounds_of_a_number():
    assert number("x", 0.0, 0) == 0
    assert refusal(lambda: number("x", -5e-324, 0)) == "x must be a finite number, 0 or more, got -5e-324"
    assert refusal(lambda: number("x", 1.5, 0, 1)) == "x must be a number from 0 to 1, got 1.5"
    assert refusal(lambda: number("x", math.nan, 0, 1)) == "x must be a number from 0 to 1, got nan"
    assert number("x", 5e-324, above=0) == 5e-324
    assert refusal(lambda: number("x", 0, above=0)) == "x must be a finite number above 0, got 0"
    assert refusal(lambda: number("x", 1.0, above=1)) == "x must be a finite number above 1, got 1.0"
    assert number("x", np.nextafter(2.0, 0), below=2) < 2
    assert refusal(lambda: number("x", 2, below=2, rule="a number below 2")) == "x must be a number below 2, got 2"


# --- arrays


def test_lists_arrays_and_scalars_are_arrays():
    given = np.arange(6).reshape(2, 3)
    assert array("a", given) is given
    assert array("a", [[1, 2]], (1, 2)).shape == (1, 2)
    assert array("a", 3).shape == ()
    assert array("a", 3, ()).shape == ()


def test_rows_of_different_lengths_are_no_array():
    assert refusal(lambda: array("a", [[1.0], [1.0, 2.0]]), CodesError).startswith(
        "a must be an array, got [[1.0], [1.0, "
    )


@pytest.mark.parametrize(
    ("shape", "legal", "text"),
    [
        ((2,), [(3,)], r"(3,)"),
        ((2, 3), [("rows", 4)], "(rows, 4)"),
        ((0, 4), [("rows", 4)], "(rows, 4)"),
        ((4,), [("rows", 4)], "(rows, 4)"),
        ((), [("rows",)], "(rows,)"),
        ((2, 2, 2, 2), [("batch", "n"), ("batch", "steps", "n")], "(batch, n) or (batch, steps, n)"),
    ],
)
def test_other_shapes_are_refused(shape, legal, text):
    message = f"a must have shape {text}, got {shape}"
    assert refusal(lambda: array("a", np.zeros(shape), *legal), CodesError) == message
    assert refusal(lambda: real_array("a", np.zeros(shape), *legal), CodesError) == message
    rule = f"a must be integers of shape {text}, got int8 of shape {shape}"
    assert refusal(lambda: integer_array("a", np.zeros(shape, np.int8), *legal), CodesError) == rule


def test_a_named_axis_takes_every_length_but_0():
    for n in (1, 7):
        assert array("a", np.zeros((n, 2)), ("rows", 2)).shape == (n, 2)
    assert array("a", np.zeros((0, 2)), (0, 2)).shape == (0, 2)


@pytest.mark.parametrize("value", [[True, False], [1, 0], np.float32([1, 0]), np.uint8([1, 0]), np.float16([1, 0])])
def test_real_numbers_become_float64(value):
    numbers = real_array("a", value, (2,))
    assert numbers.dtype == np.float64
    assert numbers.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "value",
    [
        "no",
        ["a"],
        [None],
        [object()],
        [1j],
        np.zeros(2, "V8"),
        np.zeros(2, [("x", float)]),
        [10**30],
        np.array(["2020"], "M8[Y]"),
    ],
    ids=lambda v: short(v, 40),
)
def test_what_holds_no_real_numbers_is_refused(value):
    assert refusal(lambda: real_array("a", value), CodesError).startswith("a must hold real numbers, got dtype ")


def test_the_first_value_that_is_not_finite_is_named():
    numbers = np.zeros((3, 2))
    numbers[2, 0], numbers[1, 1] = np.nan, -np.inf
    assert refusal(lambda: real_array("a", numbers), CodesError) == "a must be finite, got -inf at index (1, 1)"
    assert refusal(lambda: finite("a", numbers, first=40), CodesError) == "a must be finite, got -inf at index (41, 1)"
    assert refusal(lambda: real_array("a", math.nan), CodesError) == "a must be finite, got nan at index ()"
    assert first_index(np.isnan(numbers)) == (2, 0)
    assert real_array("a", np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("dtype", ["i1", "u8", ">i4"])
def test_integers_keep_their_type(dtype):
    given = np.zeros((2, 3), dtype)
    assert integer_array("a", given, ("rows", 3)) is given


@pytest.mark.parametrize("value", [[True], [1.0], ["1"], [None], [10**30], []], ids=repr)
def test_what_holds_no_integers_is_refused(value):
    assert refusal(lambda: integer_array("a", value), CodesError).startswith("a must be integers, got ")


def test_arrays_of_other_libraries_are_taken():
    jnp = pytest.importorskip("jax.numpy")
    assert real_array("a", jnp.ones((2, 2), jnp.bfloat16), (2, 2)).tolist() == [[1, 1], [1, 1]]
    assert integer_array("a", jnp.arange(3), (3,)).tolist() == [0, 1, 2]
    assert refusal(lambda: integer("n", jnp.int32(1))).startswith("n must be an integer, got ")
    assert refusal(lambda: number("x", jnp.float32(1))).startswith("x must be a finite number, got ")


def test_tensors_are_taken_detached():
    torch = pytest.importorskip("torch")
    assert real_array("a", torch.ones(2, 2), (2, 2)).tolist() == [[1, 1], [1, 1]]
    assert integer_array("a", torch.arange(3), (3,)).tolist() == [0, 1, 2]
    attached = torch.ones(2, requires_grad=True)
    assert "detach" in refusal(lambda: real_array("a", attached), CodesError)
    assert refusal(lambda: number("x", torch.tensor(1.0))).startswith("x must be a finite number, got tensor(1.)")


def test_a_long_value_is_cut_in_a_message():
    assert short("x" * 200, 20) == "'xxxxxxxxxxxxxxxx..."
    assert short(np.zeros((2, 2))) == "array([[0., 0.], [0., 0.]])"
    assert len(short(list(range(100)))) == 80
