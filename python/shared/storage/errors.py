"""The errors of the three classes. ``DualStorageError`` is all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import dualstore

_P = ParamSpec("_P")
_R = TypeVar("_R")


class DualStorageError(dualstore.Error):
    """A call failed. ``code``, ``key`` and ``retryable`` are those of ``dualstore.Error``; ``__cause__`` is the error behind it."""


class S3Error(DualStorageError):
    """A call of S3Client failed."""


class AthenaError(DualStorageError):
    """A call of AthenaClient failed."""


def wrapped(
    error: BaseException, kind: type[DualStorageError] = DualStorageError, *, before: str = "", after: str = "", key: str = ""
) -> DualStorageError:
    """The error as one of the three, with ``before`` in front of its text where that does not stand there already, and ``after`` behind."""
    text = str(error)
    return kind(
        ("" if text.startswith(before) else before) + text + after,
        code=getattr(error, "code", None) if isinstance(error, dualstore.Error) else None,
        key=getattr(error, "key", "") or key,
        operation=getattr(error, "operation", ""),
        retryable=getattr(error, "retryable", False) is True,
    )


def raises(kind: type[DualStorageError], *, before: str = "") -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """The library's errors leave the method as ``kind``, with ``before`` in front of their text."""

    def decorate(method: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(method)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            try:
                return method(*args, **kwargs)
            except DualStorageError:
                raise
            except dualstore.Error as error:
                raise wrapped(error, kind, before=before) from error

        return call

    return decorate


def whole_number(value: Any, name: str) -> int:
    """An integer of any library, or its digits. ``dualstore.InvalidArgument`` otherwise."""
    if isinstance(value, str) and not value.startswith("+"):
        try:
            number = int(value)
        except ValueError:
            number = -1
        if str(number) == value and abs(number) < 2**63:
            return number
    elif not isinstance(value, (bool, float)) and hasattr(value, "__index__"):
        number = value.__index__()
        if abs(number) < 2**63:
            return int(number)
    raise dualstore.InvalidArgument(f"{name} is {value!r}: expected a whole number")
