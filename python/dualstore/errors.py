"""How calls of dualstore fail: one class for each code, all of them an ``Error``."""

from __future__ import annotations


class Error(Exception):
    """A call failed. Its text is one line that says what to do where that is known.

    ``code`` is one of the words ``invalid_argument``, ``invalid_record``, ``not_found``, ``conflict``, ``permission_denied``,
    ``unavailable``, ``corrupt``, ``query``, ``unsupported``, ``outcome_unknown``. ``key`` is the object's key, where there is one.
    ``retryable`` says that the same call may succeed later, and that nothing happened so far.
    """

    code: str = "unavailable"

    def __init__(self, message: str = "", *, code: str | None = None, key: str = "", operation: str = "", retryable: bool = False) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.key = key
        self.operation = operation
        self.retryable = retryable


class InvalidArgument(Error, ValueError):
    """The call is wrong: an unknown table, a wrong number of ids, a malformed definition."""

    code = "invalid_argument"


class InvalidRecord(Error, ValueError):
    """The record is refused, and nothing was written. The text names field, value and column type."""

    code = "invalid_record"


class NotFound(Error, LookupError):
    """The store or the bucket is not there. (A record that is not there is None, and no error.)"""

    code = "not_found"


class Conflict(Error):
    """A condition of the write does not hold: another version is there."""

    code = "conflict"


class PermissionDenied(Error, PermissionError):
    """The operating system or the service refuses."""

    code = "permission_denied"


class Unavailable(Error, OSError):
    """The store or the engine cannot be reached, or failed."""

    code = "unavailable"


class Corrupt(Error):
    """What is stored is not what it should be."""

    code = "corrupt"


class QueryError(Error):
    """The SQL is wrong or failed. The text begins with the kind, in Trino's words: ``COLUMN_NOT_FOUND: ...``."""

    code = "query"


class Unsupported(Error, NotImplementedError):
    """This store or engine cannot do it."""

    code = "unsupported"


class OutcomeUnknown(Error):
    """The write may have happened. The text says how to find out."""

    code = "outcome_unknown"


_classes: dict[str, type[Error]] = {
    one.code: one
    for one in (
        InvalidArgument,
        InvalidRecord,
        NotFound,
        Conflict,
        PermissionDenied,
        Unavailable,
        Corrupt,
        QueryError,
        Unsupported,
        OutcomeUnknown,
    )
}


_OF_TABLES = ("verify", "create")  # operations whose key is a table's name, which their message has


def _from_native(code: str, message: str, operation: str, key: str, retryable: bool) -> Error:
    key = "" if operation in _OF_TABLES else key
    text = f"{key}: {message}" if key and key not in message else message
    return _classes[code](text, key=key, operation=operation, retryable=retryable)
