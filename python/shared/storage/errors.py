"""The errors of the three classes. ``DualStorageError`` is all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import dualstore
from dualstore._arguments import said

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
    """Any error as one of the three, with ``before`` in front of its text and ``after`` behind."""
    known = error if isinstance(error, dualstore.Error) else dualstore.Error()
    return kind(
        before + said(error) + after,
        code=known.code,
        key=known.key or key,
        operation=known.operation,
        retryable=known.retryable,
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
