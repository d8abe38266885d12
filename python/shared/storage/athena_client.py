"""SQL over the tables of a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dualstore
from dualstore import _native
from dualstore._arguments import count, shown, text
from dualstore._arguments import parameters as bound

from .errors import AthenaError, DualStorageError, raises


class AthenaClient:
    """SQL over the tables of a database, by Amazon Athena.

    With ``DUALSTORE_HOME`` set, the engine is in the process, and the database is where a ``DualStorageClient`` named it; one that nobody
    named has the built-in tables, in the bucket of ``output_location``. ``DUALSTORE_ENGINE`` names another engine, as a Trino cluster.

    Rows are dicts of what JSON has, typed by column: int, float, bool, None, str, list, dict; timestamps are text, decimals exact text.
    ``max_retries``: how often a request that failed is tried again; without it, until a minute is over. Safe to use from many threads.
    Ctrl-C stops a query where it runs. Failures raise ``AthenaError``, a ``DualStorageError``.
    """

    @raises(AthenaError)
    def __init__(
        self,
        database: str = _native.default_database,
        region: str = _native.default_region,
        output_location: str | None = None,
        max_retries: int | None = None,
        *,
        workgroup: str | None = None,
        catalog: str | None = None,
    ) -> None:
        self.database = database
        self.region = region
        self.output_location = output_location
        self.max_retries = max_retries
        self._native = _native.AthenaClient(
            text(database, "database"),
            text(region, "region"),
            text(output_location or "", "output_location"),
            text(workgroup or "", "workgroup"),
            text(catalog or "", "catalog"),
            None if max_retries is None else count(max_retries, "max_retries", 2**31 - 1),
        )

    @raises(AthenaError)
    def execute_query(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Runs one query and returns its rows. ``parameters`` are a list for its ``?``, or a dict for its ``:name``; they are bound, and
        never become part of the SQL.
        """
        return self._native.execute_query(text(query, "query"), bound(parameters))

    @raises(AthenaError)
    def query_table(
        self, table_name: str, columns: str | Sequence[str] = "*", where: str | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """The rows of one table. ``columns`` and ``where`` are SQL; the table's name is checked and quoted."""
        most = None if limit is None else count(limit, "limit", 2**63 - 1)
        return self._native.query_table(text(table_name, "table_name"), _columns(columns), _condition(where), most)

    @raises(AthenaError)
    def get_table_count(self, table_name: str, where: str | None = None) -> int:
        """The number of a table's rows, or of those for which the SQL in ``where`` is true."""
        return self._native.get_table_count(text(table_name, "table_name"), _condition(where))


def _columns(columns: str | Sequence[str]) -> str:
    if isinstance(columns, str):
        return text(columns, "columns")
    if not isinstance(columns, Sequence):
        raise dualstore.InvalidArgument(f"columns is {shown(columns)}: expected SQL, or a list of it")
    return ", ".join(text(column, "a column") for column in columns)


def _condition(where: str | None) -> str | None:
    return text(where, "where") if where is not None and where != "" else None


__all__ = ["AthenaClient", "AthenaError", "DualStorageError"]
