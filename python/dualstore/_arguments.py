"""What calls are given, checked before the native module sees it: each refusal is one line that names the argument."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from dualstore.errors import InvalidArgument

_LONGEST = 60  # characters of a value in a message


def said(error: BaseException) -> str:
    """What an exception says; of one without words, its type."""
    return str(error) or type(error).__name__


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def type_name(value: object) -> str:
    """The name of a value's type in a message."""
    return _excerpt(type(value).__name__)


def shown(value: object) -> str:
    """A value in a message: one line that is not long."""
    try:
        return _excerpt(repr(value))
    except MemoryError:
        raise
    except Exception:
        return f"a {type_name(value)}"


def text(value: str, name: str) -> str:
    """The text itself, as keys, names and SQL can hold it. ``InvalidArgument``: none can."""
    if not isinstance(value, str):
        raise InvalidArgument(f"{name} is {shown(value)}: expected text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidArgument(f"{name} is {shown(value)}, which holds half a surrogate pair: that is no character") from None
    return value


def text_or_none(value: str | None, name: str) -> str | None:
    """The same, or None."""
    return None if value is None else text(value, name)


def key_part(value: object, name: str) -> str:
    """An id of any type but None, as it stands in a key."""
    if value is None:
        raise InvalidArgument(f"{name} is None: expected an id")
    try:
        written = str(value)
    except MemoryError:
        raise
    except Exception as error:
        raise InvalidArgument(f"{name} is a {type_name(value)} without a text: {said(error)}") from error
    return text(written, name)


def path(value: str | os.PathLike[str] | os.PathLike[bytes], name: str) -> bytes:
    """A path as the operating system takes it, which need not be UTF-8."""
    if not isinstance(value, (str, os.PathLike)):
        raise InvalidArgument(f"{name} is {shown(value)}: expected a path, as text or os.PathLike")
    try:
        coded = os.fsencode(value)
    except (TypeError, UnicodeEncodeError) as error:
        raise InvalidArgument(f"{name} is {shown(value)}, which is no path: {error}") from error
    if b"\0" in coded:
        raise InvalidArgument(f"{name} is {shown(value)}: a path has no NUL in it")
    return coded


def flag(value: bool, name: str) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise InvalidArgument(f"{name} is {shown(value)}: expected True or False")
    return value


def whole_number(value: Any, name: str) -> int:
    """An integer of any library, or its digits."""
    number = None
    if isinstance(value, str):
        if value.isascii() and value.removeprefix("-").isdecimal() and len(value) <= 20:
            number = int(value)
    elif not isinstance(value, (bool, float)) and hasattr(value, "__index__"):
        try:
            number = int(value.__index__())
        except MemoryError:
            raise
        except Exception:  # as an array of numpy does
            number = None
    if number is None or abs(number) >= 2**63 or (isinstance(value, str) and str(number) != value):
        raise InvalidArgument(f"{name} is {shown(value)}: expected a whole number")
    return number


def count(value: int, name: str, most: int) -> int:
    """A whole number from 0; what is beyond ``most`` is as good as that."""
    number = whole_number(value, name)
    if number < 0:
        raise InvalidArgument(f"{name} is {number}: expected 0 or more")
    return min(number, most)


def mapping(value: Mapping[str, Any] | None, name: str) -> dict[str, Any]:
    """A dict of its own; None is an empty one."""
    if value is not None and not isinstance(value, Mapping):
        raise InvalidArgument(f"{name} is {shown(value)}: expected a dict")
    return dict(value or ())


def parameters(value: Sequence[Any] | Mapping[str, Any] | None) -> list[Any] | dict[str, Any] | None:
    """A query's, as the native module takes them."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        return list(value)
    if value is not None:
        raise InvalidArgument(f"parameters are a list for '?', or a dict for ':name', not {shown(value)}")
    return None
