"""The client: records by key, and SQL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

from dualstore import _arguments, _native
from dualstore._values import parse_json
from dualstore.errors import Error, InvalidArgument

if TYPE_CHECKING:
    import types

    import pandas
    import pyarrow

# What a record may be given as: a dict, or JSON text.
RecordLike = dict[str, Any] | str | bytes
# For the `?` of a query in order, or for its `:name`.
Parameters = Sequence[Any] | Mapping[str, Any]

_BATCH = 1000  # records of put_many that are converted and stored at once


class PutResult(NamedTuple):
    """What a write stored."""

    key: str
    """The object's key."""
    version: str
    """The object's version, for ``expected_version``."""
    generated: dict[str, str]
    """The table's automatic uuid fields and their values."""


class Record(dict[str, Any]):
    """A record as it was stored: a dict, which also knows its ``key``, its ``version`` and the stored bytes, ``raw``."""

    __slots__ = ("key", "raw", "version")

    def __init__(self, fields: dict[str, Any], key: str, version: str, raw: bytes) -> None:
        super().__init__(fields)
        self.key = key
        self.version = version
        self.raw = raw


class Column(NamedTuple):
    """A column of a result."""

    name: str
    type: str
    """In Trino's words: ``varchar``, ``timestamp(3)``, ``array(integer)``."""


class Statistics(NamedTuple):
    """What a query took, as far as its engine tells."""

    query_id: str
    bytes_scanned: int
    queued_ms: int
    executed_ms: int
    total_ms: int
    cost: float | None
    """US dollars, where the engine bills by the query."""


class QueryResult(Sequence[dict[str, Any]]):
    """The rows of a query: a sequence of dicts of what JSON has, so that ``json.dumps(list(result))`` works.

    int, float, bool, None, str, list and dict come as such; timestamps are text, decimals exact text, binary hexadecimal text. Of columns
    that have one name, the second is ``name_1`` in the dicts. Arrow has every column in its own type: ``to_arrow()``, or any library that
    knows Arrow's PyCapsule interface: ``pyarrow.table(result)``, ``polars.from_arrow(result)``.
    """

    def __init__(self, native: _native.Result) -> None:
        self._native = native
        self._rows: list[dict[str, Any]] | None = None

    @property
    def columns(self) -> list[Column]:
        """Names and types, in order."""
        return [Column(*column) for column in self._native.columns()]

    @property
    def statistics(self) -> Statistics:
        """What the query took."""
        return Statistics(**self._native.statistics())

    def _dicts(self) -> list[dict[str, Any]]:
        if self._rows is None:
            self._rows = self._native.dicts()
        return self._rows

    def __len__(self) -> int:
        return len(self._native)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self._dicts()[index]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._dicts())

    def __repr__(self) -> str:
        return f"<dualstore.QueryResult: {len(self)} rows, columns {', '.join(column.name for column in self.columns)}>"

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Arrow's PyCapsule interface. A requested schema is not followed, which the interface allows."""
        return self._native.arrow_stream()

    def to_arrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table``. Needs pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A ``pandas.DataFrame``, by way of Arrow. Needs pandas and pyarrow."""
        return self.to_arrow().to_pandas()


class Finding(NamedTuple):
    """Something that ``check`` found."""

    key: str
    problem: str
    repair: str
    """What a repair did, or why it could not; empty where none was asked for."""
    wrong: bool
    """False: worth knowing but no error, or mended."""


class CheckReport(NamedTuple):
    """What a look at every object found."""

    objects: int
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not any(finding.wrong for finding in self.findings)


class Client:
    """Writes records, reads them by key, and asks SQL of them. Made by ``dualstore.open``.

    Safe to use from many threads; other Python threads run while a call waits. Ctrl-C ends long calls. In a child made by ``os.fork`` the
    client opens its store again when it is first used.
    """

    def __init__(
        self,
        store: bytes,
        engine: str,
        tables: bytes,
        *,
        database: str,
        verify: str,
        stale: int,
        cache: bytes,
        create: bool,
    ) -> None:
        self._store = store.decode(errors="replace")
        self._native = _native.Client(store, engine, tables, database, verify, stale, cache, create)

    def put(
        self,
        table: str,
        record: RecordLike,
        *,
        expected_version: str | None = None,
        only_if_new: bool = False,
        arguments: Mapping[str, Any] | None = None,
    ) -> PutResult:
        """Writes one record, given as a dict or as JSON text. What is acknowledged is durable, and readable by key and in SQL.

        The dict is not changed; automatic fields are filled in what is stored. ``expected_version`` and ``only_if_new`` make the write
        conditional: ``Conflict`` where the condition does not hold. ``arguments`` are ids beside the record, for tables that take them.
        ``InvalidRecord``: refused, nothing was written. ``OutcomeUnknown``: look by key.
        """
        return PutResult(
            *self._native.put(
                _arguments.text(table, "table"),
                record,
                _arguments.text_or_none(expected_version, "expected_version"),
                _arguments.flag(only_if_new, "only_if_new"),
                _arguments.mapping(arguments, "arguments"),
            )
        )

    def put_many(
        self,
        table: str,
        records: Iterable[RecordLike],
        *,
        only_if_new: bool = False,
        stop_at_refused: bool = False,
        arguments: Mapping[str, Any] | None = None,
    ) -> list[PutResult | Error]:
        """Writes records, sharing round trips and syncs. Returns one outcome for each, in order: a ``PutResult``, or the ``Error`` that
        ``put`` would raise. Records of one key are written in order. ``stop_at_refused``: those behind the first that is refused are not
        written; the outcomes end with it.

        ``records`` is read a thousand at a time. An exception that it raises is the call's; the whole thousands before it are written.
        """
        if isinstance(records, (dict, str, bytes)):
            raise InvalidArgument("this is one record: put_many takes an iterable of them")
        if not isinstance(records, Iterable):
            raise InvalidArgument(f"records is {_arguments.shown(records)}: expected an iterable of records")
        name = _arguments.text(table, "table")
        new = _arguments.flag(only_if_new, "only_if_new")
        stop = _arguments.flag(stop_at_refused, "stop_at_refused")
        given = _arguments.mapping(arguments, "arguments")
        outcomes: list[PutResult | Error] = []
        source = iter(records)
        while batch := list(islice(source, _BATCH)):
            for outcome in self._native.put_many(name, batch, stop, new, given):
                if isinstance(outcome, Error):
                    outcomes.append(outcome)
                    if stop and outcome.code == "invalid_record":
                        return outcomes
                else:
                    outcomes.append(PutResult(*outcome))
        return outcomes

    def get(self, table: str, *ids: object) -> Record | None:
        """The record with these ids, one for each field of the table's key, or None."""
        found = self._native.get(_arguments.text(table, "table"), _texts(ids))
        if found is None:
            return None
        raw, key, version = found
        return Record(parse_json(raw, key), key, version, raw)

    def remove(self, table: str, *ids: object, expected_version: str | None = None) -> bool:
        """True: removed, durably. False: there was none. ``Conflict``: another version than the expected one is there."""
        expected = _arguments.text_or_none(expected_version, "expected_version")
        return self._native.remove(_arguments.text(table, "table"), _texts(ids), expected)

    def keys(self, table: str) -> Iterator[str]:
        """The keys of a table's objects, in byte order."""
        return self._keys(_arguments.text(table, "table"))

    def _keys(self, table: str) -> Iterator[str]:
        after = ""
        while True:
            page, after = self._native.keys(table, after)
            yield from page
            if not after:
                return

    def query(self, sql: str, parameters: Parameters | None = None) -> QueryResult:
        """Runs one query in Athena's SQL. Sees every write acknowledged before the call.

        ``parameters`` are a list for the query's ``?``, or a dict for its ``:name``. ``QueryError`` where the SQL is wrong or failed, and
        ``USER_CANCELED`` where another thread closed the client.
        """
        return self._query(sql, parameters, _native.Stop())

    def _query(self, sql: str, parameters: Parameters | None, stop: _native.Stop) -> QueryResult:
        return QueryResult(self._native.query(_arguments.text(sql, "sql"), _arguments.parameters(parameters), stop))

    def check(self, table: str | None = None, *, repair: bool = False) -> CheckReport:
        """Looks at every object of a table, or of all tables. With ``repair``, mends what it can; never deletes a record."""
        objects, findings = self._native.check(_arguments.text_or_none(table, "table") or "", _arguments.flag(repair, "repair"))
        return CheckReport(objects, [Finding(*finding) for finding in findings])

    def export_table(
        self, table: str, path: str | os.PathLike[str] | os.PathLike[bytes], format: Literal["ndjson", "parquet"] = "ndjson"
    ) -> int:
        """Writes a whole table to a file, which is replaced once the export is whole. Returns the number of records."""
        return self._native.export_table(_arguments.text(table, "table"), _arguments.text(format, "format"), _arguments.path(path, "path"))

    def init(self) -> None:
        """Makes the store and its tables now; a bucket must be there. Idempotent."""
        self._native.init()

    def tables(self) -> list[str]:
        """The names of the tables."""
        return self._native.tables()

    def describe(self, table: str) -> str:
        """The table's definition, as one CREATE EXTERNAL TABLE statement of Athena's."""
        return self._native.describe(_arguments.text(table, "table"))

    def close(self) -> None:
        """Stops queries that run, and lets go of files and connections. Idempotent. Later calls fail."""
        self._native.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: types.TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<dualstore.Client: {self._store.rsplit('?', 1)[0]}>"


def _texts(ids: tuple[object, ...]) -> list[str]:
    return [_arguments.key_part(one, "an id") for one in ids]


def open(
    store: str | os.PathLike[str] | os.PathLike[bytes] | None = None,
    engine: str | None = None,
    *,
    tables: str | os.PathLike[str] | os.PathLike[bytes] | None = None,
    database: str = _native.default_database,
    verify: Literal["table", "query", "none"] = "table",
    stale: int = 0,
    cache: str | os.PathLike[str] | os.PathLike[bytes] | None = None,
    create: bool = True,
) -> Client:
    """Opens a store with a query engine.

    ``store``: ``file:PATH``, a ``pathlib.Path``, or ``s3://BUCKET?region=...``; without one the variable ``DUALSTORE_STORE``, ``file:./dualstore-data``.
    ``engine``: ``embedded``, ``athena://DATABASE?...`` or ``trino://USER@HOST:PORT/CATALOG/SCHEMA``; without one ``DUALSTORE_ENGINE``,
    ``embedded``. ``tables``: a folder of ``.sql`` files that define tables of your own, beside the four built-in ones; without one
    ``DUALSTORE_TABLES``. ``verify``: how a write makes sure that SQL can show it. ``stale``: seconds that the embedded engine may go on with
    a bucket's list of objects. ``cache``: where it keeps a bucket's mirror. ``create``: make a directory that is missing, with the first
    write.
    """
    if store is None or store == "":
        store = os.environ.get("DUALSTORE_STORE") or "file:./dualstore-data"
    place = _arguments.path(store, "store")
    if isinstance(store, os.PathLike):
        place = b"file:" + place + b"?sync=on"  # with a setting behind it, a '?' in the path is the path's
    return Client(
        place,
        _arguments.text_or_none(engine, "engine") or os.environ.get("DUALSTORE_ENGINE") or "embedded",
        _arguments.path(tables or os.environ.get("DUALSTORE_TABLES", ""), "tables"),
        database=_arguments.text(database, "database"),
        verify=_arguments.text(verify, "verify"),
        stale=_arguments.count(stale, "stale", 2**31),
        cache=_arguments.path(cache or "", "cache"),
        create=_arguments.flag(create, "create"),
    )
