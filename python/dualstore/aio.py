"""The client for asyncio.

from dualstore import aio

async with aio.open("s3://brands?region=eu-west-1") as client:
    await client.put("generated_metadata", {"brandid": 7})
"""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, ParamSpec, TypeVar

import dualstore.client
from dualstore import _arguments, _native
from dualstore.client import CheckReport, Client, Parameters, PutResult, QueryResult, Record, RecordLike
from dualstore.errors import Error, InvalidArgument

_P = ParamSpec("_P")
_R = TypeVar("_R")


class AsyncClient:
    """``dualstore.Client`` with calls that are awaited. At most ``concurrency`` of them wait at once; further ones queue.

    A task that is cancelled stops its query where it runs; what else was begun comes to its end.
    """

    def __init__(self, client: Client, concurrency: int) -> None:
        self._client = client
        self._closed = False
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="dualstore")

    async def _call(self, call: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        if self._closed:
            raise InvalidArgument("the client was closed: open another one")
        return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(call, *args, **kwargs))

    async def put(
        self,
        table: str,
        record: RecordLike,
        *,
        expected_version: str | None = None,
        only_if_new: bool = False,
        arguments: Mapping[str, Any] | None = None,
    ) -> PutResult:
        """As ``Client.put``."""
        return await self._call(
            self._client.put, table, record, expected_version=expected_version, only_if_new=only_if_new, arguments=arguments
        )

    async def put_many(
        self,
        table: str,
        records: Iterable[RecordLike],
        *,
        only_if_new: bool = False,
        stop_at_refused: bool = False,
        arguments: Mapping[str, Any] | None = None,
    ) -> list[PutResult | Error]:
        """As ``Client.put_many``. ``records`` is read by another thread."""
        return await self._call(
            self._client.put_many, table, records, only_if_new=only_if_new, stop_at_refused=stop_at_refused, arguments=arguments
        )

    async def get(self, table: str, *ids: object) -> Record | None:
        """As ``Client.get``."""
        return await self._call(self._client.get, table, *ids)

    async def remove(self, table: str, *ids: object, expected_version: str | None = None) -> bool:
        """As ``Client.remove``."""
        return await self._call(self._client.remove, table, *ids, expected_version=expected_version)

    async def keys(self, table: str) -> list[str]:
        """The keys of a table's objects, in byte order."""
        return await self._call(lambda: list(self._client.keys(table)))

    async def query(self, sql: str, parameters: Parameters | None = None) -> QueryResult:
        """As ``Client.query``."""
        stop = _native.Stop()
        try:
            return await self._call(self._client._query, sql, parameters, stop)
        finally:
            stop.stop()  # a query that has ended does not mind

    async def check(self, table: str | None = None, *, repair: bool = False) -> CheckReport:
        """As ``Client.check``."""
        return await self._call(self._client.check, table, repair=repair)

    async def export_table(
        self, table: str, path: str | os.PathLike[str] | os.PathLike[bytes], format: Literal["ndjson", "parquet"] = "ndjson"
    ) -> int:
        """As ``Client.export_table``."""
        return await self._call(self._client.export_table, table, path, format)

    async def init(self) -> None:
        """As ``Client.init``."""
        await self._call(self._client.init)

    async def close(self) -> None:
        """Stops queries, waits for the other calls under way, and lets go of files and connections. Idempotent. Later calls fail."""
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self._client._native.stop()
        self._threads.shutdown()
        self._client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()


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
    concurrency: int = 32,
) -> AsyncClient:
    """As ``dualstore.open``. ``concurrency``: calls that may wait at once, each with a thread of its own."""
    threads = _arguments.whole_number(concurrency, "concurrency")
    if threads < 1:
        raise InvalidArgument(f"concurrency is {threads}: expected 1 or more")
    client = dualstore.client.open(store, engine, tables=tables, database=database, verify=verify, stale=stale, cache=cache, create=create)
    return AsyncClient(client, threads)
