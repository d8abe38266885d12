"""Writes a JSON record once and gives it back two ways: by key, and in SQL.

    import dualstore

    client = dualstore.open("file:./brands")
    client.put("generated_metadata", {"brandid": 7, "brandname": "Kōji Noodles"})
    client.get("generated_metadata", 7)
    client.query("SELECT count(*) AS n FROM generated_metadata WHERE brandid = ?", [7])

``dualstore.aio`` has the same for asyncio.
"""

from dualstore import _native
from dualstore.client import CheckReport, Client, Column, Finding, Parameters, PutResult, QueryResult, Record, RecordLike, Statistics, open
from dualstore.errors import (
    Conflict,
    Corrupt,
    Error,
    InvalidArgument,
    InvalidRecord,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    QueryError,
    Unavailable,
    Unsupported,
)

__version__ = _native.version

__all__ = [
    "CheckReport",
    "Client",
    "Column",
    "Conflict",
    "Corrupt",
    "Error",
    "Finding",
    "InvalidArgument",
    "InvalidRecord",
    "NotFound",
    "OutcomeUnknown",
    "Parameters",
    "PermissionDenied",
    "PutResult",
    "QueryError",
    "QueryResult",
    "Record",
    "RecordLike",
    "Statistics",
    "Unavailable",
    "Unsupported",
    "open",
]
