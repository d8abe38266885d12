"""Python values that JSON and SQL have no type of their own for. Called by the native module for what it does not know itself.

A value's type can only be one of a module's that was imported before, so nothing is imported here for its sake.
"""

from __future__ import annotations

import sys
from typing import Any

from dualstore.errors import Corrupt, InvalidArgument

_EXPECTED = "expected dict, list, tuple, str, int, float, bool, None, Decimal, datetime, date, UUID or a scalar of numpy"


def _is(value: object, module: str, name: str) -> bool:
    known = sys.modules.get(module)
    return known is not None and isinstance(value, getattr(known, name))


def _utc_text(value: Any) -> str:
    """``2025-03-01 12:00:00.123456``: what every reader of JSON tables takes. A time without a zone is UTC already."""
    if value != value:  # pandas.NaT
        raise ValueError("NaT is no time: leave the field out, or give None")
    if value.tzinfo is not None:
        value = (value - value.utcoffset()).replace(tzinfo=None)
    text: str = value.isoformat(" ")
    return text


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
        return value.astype("datetime64[us]").item()  # of nanoseconds, item() would make a number
    plain = value.item()
    if isinstance(plain, (numpy.generic, bytes)):
        raise TypeError(f"{type(value).__name__} is no JSON value: {_EXPECTED}")
    return plain


def checked_text(value: str) -> str:
    """The text itself, as keys, names and SQL can hold it. ``InvalidArgument``: none can."""
    if not isinstance(value, str):
        raise InvalidArgument(f"{value!r} is no text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidArgument(f"{value!r} holds half a surrogate pair, which is no character") from None
    return value


# Python refuses to convert more than 4,300 digits at once (sys.set_int_max_str_digits).
_DIGITS = 4000


def _integer_text(value: int) -> str:
    if value < 0:
        return "-" + _integer_text(-value)
    parts = []
    while value >= 10**_DIGITS:
        value, rest = divmod(value, 10**_DIGITS)
        parts.append(f"{rest:0{_DIGITS}d}")
    return str(value) + "".join(reversed(parts))


def _integer(digits: str) -> int:
    value = 0
    start = 1 if digits.startswith("-") else 0
    for at in range(start, len(digits), _DIGITS):
        part = digits[at : at + _DIGITS]
        value = value * 10 ** len(part) + int(part)
    return -value if start else value


def _float(text: str) -> Any:
    from decimal import Decimal

    number = float(text)
    return Decimal(text) if number in (float("inf"), float("-inf")) else number


# What may be beyond a float or beyond _DIGITS. Most texts have none of it, and are parsed without a detour through Python.
_EXTREME = rb"[eE]\+?\d{3}|\d{300}"


def parse_json(stored: bytes, key: str) -> Any:
    """The value of what is stored at a key; a number that no float can hold is a Decimal. ``Corrupt``: it is no JSON."""
    import json
    import re

    try:
        if re.search(_EXTREME, stored):
            return json.loads(stored, parse_int=_integer, parse_float=_float)
        return json.loads(stored)
    except ValueError as error:
        raise Corrupt(f"{key} holds no JSON: {error}", key=key) from error


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
    raise TypeError(f"{type(value).__name__} is no JSON value{hint}: {_EXPECTED}")


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
        f"{type(value).__name__} can be no parameter: expected str, int, float, bool, None, Decimal, datetime, date, UUID or a scalar of numpy"
    )
