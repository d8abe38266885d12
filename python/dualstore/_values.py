"""Python values that JSON and SQL have no type of their own for. Called by the native module for what it does not know itself.

Types are known by their names, so that nothing is imported here for their sake, and nothing need be there at the interpreter's end.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from dualstore._arguments import said, type_name
from dualstore.errors import Corrupt

_EXPECTED = "expected dict, list, tuple, str, int, float, bool, None, Decimal, datetime, date, UUID or a scalar of numpy"


def _is(value: object, module: str, name: str) -> bool:
    return any(kind.__name__ == name and kind.__module__ == module for kind in type(value).__mro__)


def _utc_text(value: Any) -> str:
    """``2025-03-01 12:00:00.123456``: what every reader of JSON tables takes. A time without a zone is UTC already."""
    if value != value:  # pandas.NaT
        raise ValueError("NaT is no time: leave the field out, or give None")
    offset = value.utcoffset()
    if offset is not None:
        value = value.replace(tzinfo=None) - offset
    text: str = value.replace(tzinfo=None).isoformat(" ")
    return text[:26].removesuffix(".000000")  # pandas has nanoseconds


def _decimal_text(value: Any) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is no JSON number: leave the field out, or give None")
    return str(value)


def _numpy_scalar(value: Any) -> Any:
    """The Python value of a numpy scalar."""
    numpy = sys.modules["numpy"]
    if isinstance(value, numpy.datetime64):
        if numpy.isnat(value):
            raise ValueError("NaT is no time: leave the field out, or give None")
        time = value.astype("datetime64[us]").item()  # of nanoseconds, item() would make a number
        if isinstance(time, int):
            raise ValueError(f"{value} is outside the years 1 to 9999")
        return time
    plain = value.item()
    if isinstance(plain, numpy.floating):
        raise TypeError(f"{type_name(value)} holds more than a float: give float() of it")
    if isinstance(plain, (numpy.generic, bytes, tuple)):
        raise TypeError(f"a {type_name(value)} of numpy is no JSON value: {_EXPECTED}")
    return plain


# Python refuses to convert more than 4,300 digits at once (sys.set_int_max_str_digits); its own conversion of more takes quadratic time.
_DIGITS = 4000
_BITS = 10_000  # of less than _DIGITS digits


def _integer_text(value: int) -> str:
    if value < 0:
        return "-" + _integer_text(-value)
    if value.bit_length() <= _BITS:
        return str(value)
    import decimal

    powers: dict[int, decimal.Decimal] = {}

    def power(bits: int) -> decimal.Decimal:
        if bits not in powers:
            powers[bits] = decimal.Decimal(1 << bits) if bits <= _BITS else power(bits // 2) * power(bits - bits // 2)
        return powers[bits]

    def convert(part: int, bits: int) -> decimal.Decimal:
        if bits <= _BITS:
            return decimal.Decimal(part)
        low = bits // 2
        high = part >> low
        return convert(high, bits - low) * power(low) + convert(part - (high << low), low)

    with decimal.localcontext(decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)):
        return f"{convert(value, value.bit_length()):f}"


def _integer(digits: str) -> int:
    if digits.startswith("-"):
        return -_integer(digits[1:])
    if len(digits) <= _DIGITS:
        return int(digits)
    half = len(digits) // 2
    power: int = 10**half
    return _integer(digits[:-half]) * power + _integer(digits[-half:])


def _float(text: str) -> Any:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        from decimal import Decimal, InvalidOperation

        try:
            return Decimal(text)
        except InvalidOperation:
            raise ValueError(f"no number can be as great as {text[:60]}") from None
    return number


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


_plain = json.JSONDecoder(parse_constant=_no_constant)
_exact = json.JSONDecoder(parse_constant=_no_constant, parse_int=_integer, parse_float=_float)
# A number that may be beyond a float or beyond _DIGITS. Most texts have none, and are parsed without a detour through Python.
_EXTREME = re.compile(r"(?:^|[\[:,\s])-?[\d.]*(?:\d[eE]\+?\d{3}|\d{300})")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(stored: bytes, key: str) -> Any:
    """The value of what is stored at a key; a number that no float can hold is a Decimal. ``Corrupt``: it is no JSON."""
    try:
        text = stored.decode()
        value = (_exact if _EXTREME.search(text) else _plain).decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False, default=str).encode()  # refuses half a pair
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"{key} holds no JSON: {said(error)}", key=key) from error
    return value


def json_text(value: Any) -> str:
    """JSON text. TypeError, ValueError: there is none."""
    if isinstance(value, int):
        return _integer_text(value)
    if _is(value, "numpy", "generic"):
        value = _numpy_scalar(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            if value != value or value in (float("inf"), float("-inf")):
                raise ValueError(f"{value} is no JSON number: leave the field out, or give None")
            return repr(value)
    if _is(value, "decimal", "Decimal"):
        return _decimal_text(value)
    if _is(value, "datetime", "datetime"):
        return f'"{_utc_text(value)}"'
    if _is(value, "datetime", "date"):
        return f'"{value.isoformat()}"'
    if _is(value, "uuid", "UUID"):
        return f'"{value}"'
    hint = " (tolist() makes a list of it)" if _is(value, "numpy", "ndarray") else ""
    raise TypeError(f"{type_name(value)} is no JSON value{hint}: {_EXPECTED}")


def parameter(value: Any) -> tuple[Any, str]:
    """A query's parameter as str, int, float, bool or exact digits, and the SQL type that it is cast to; without one it has its own.

    Digits come with the type ``decimal``. TypeError, ValueError: it can be none.
    """
    if _is(value, "numpy", "generic"):
        value = _numpy_scalar(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return _integer_text(value), "decimal"
    if isinstance(value, (str, int, float)):  # bool is an int
        return value, ""
    if _is(value, "decimal", "Decimal"):
        if not value.is_finite():
            raise ValueError(f"{value} is no decimal of SQL")
        return f"{value:f}", "decimal"
    if _is(value, "datetime", "datetime"):
        return _utc_text(value), "timestamp(6)"
    if _is(value, "datetime", "date"):
        return value.isoformat(), "date"
    if _is(value, "uuid", "UUID"):
        return str(value), ""
    raise TypeError(
        f"{type_name(value)} can be no parameter: expected str, int, float, bool, None, Decimal, datetime, date, UUID or a scalar of numpy"
    )
