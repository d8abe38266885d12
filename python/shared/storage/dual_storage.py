"""Records that are readable by key and in SQL, or in neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dualstore
from dualstore import _native as _core
from dualstore._arguments import key_part, said, text, type_name, whole_number
from dualstore._values import parse_json

from .athena_client import AthenaClient
from .errors import DualStorageError, raises, wrapped
from .s3_client import S3Client

_FAILED = _core.write_failure

# As they come. A client of another type, or one whose methods were replaced, is driven by its methods.
_NATIVE: dict[type, dict[str, Any]] = {
    kind: {name: method for name, method in vars(kind).items() if callable(method)} for kind in (S3Client, AthenaClient)
}


def _is_native(client: object) -> bool:
    methods = _NATIVE.get(type(client))
    if methods is None or not methods.keys().isdisjoint(vars(client)):
        return False
    return all(vars(type(client)).get(name) is method for name, method in methods.items())  # a mock's == would count as a call


class DualStorageClient:
    """Writes records to a bucket, and makes sure that SQL shows them.

    With ``DUALSTORE_HOME=DIR`` set, the bucket is the directory ``DIR/bucket``, and SQL is answered in the process. A write is one request;
    the table is looked up beforehand, at most once a minute, so that no query is made. A record that SQL could not show is refused, and
    nothing is written. The caller's dict is never changed. Safe to use from many threads.

    ``s3_client`` and ``athena_client`` may be replaced by objects with the methods of S3Client and AthenaClient. Then a record is written
    by ``write_json``, verified by one ``execute_query``, and taken back by ``delete_key`` where that fails.

    Failures raise ``DualStorageError``, whatever the two clients raise.
    """

    # Where __init__ was replaced, s3_client and athena_client are driven by their methods.
    bucket = _core.default_bucket
    database = _core.default_database
    region = _core.default_region
    _native: _core.DualStorageClient | None = None
    _made: tuple[Any, Any] = (None, None)

    @raises(DualStorageError)
    def __init__(
        self,
        bucket: str = _core.default_bucket,
        database: str = _core.default_database,
        region: str = _core.default_region,
    ) -> None:
        self.bucket = bucket
        self.database = database
        self.region = region
        # Opened first, since it names the database, which AthenaClient finds by its name.
        if AthenaClient in _NATIVE:
            self._native = _core.DualStorageClient(text(bucket, "bucket"), text(database, "database"), text(region, "region"))
        self.s3_client: Any = S3Client(bucket=bucket, region=region)
        self.athena_client: Any = AthenaClient(database=database, region=region)
        self._made = (self.s3_client, self.athena_client)

    @raises(DualStorageError, before=_FAILED)
    def write_metadata(self, brandid: int, metadata: dict[str, Any]) -> dict[str, str]:
        """Writes a brand's metadata, replacing what was there; ``brandid`` and ``generated_at`` are filled in. Returns ``s3_key``,
        ``status``, ``bucket`` and ``table``.
        """
        brand = whole_number(brandid, "brandid")
        return self._write("generated_metadata", metadata, {"brandid": brand}, lambda native: native.write_metadata(brand, metadata))

    @raises(DualStorageError, before=_FAILED)
    def write_feedback(self, brandid: int, feedback: dict[str, Any]) -> dict[str, str]:
        """Writes one feedback on a brand; ``feedback_id``, ``brandid`` and ``submitted_at`` are filled in. Returns also the
        ``feedback_id``.
        """
        brand = whole_number(brandid, "brandid")
        return self._write("feedback_history", feedback, {"brandid": brand}, lambda native: native.write_feedback(brand, feedback))

    @raises(DualStorageError, before=_FAILED)
    def write_workflow_execution(self, execution_data: dict[str, Any]) -> dict[str, str]:
        """Writes a workflow's run, whose id is what follows the last ``:`` of its ``execution_arn``; ``start_time`` is filled in."""
        return self._write("workflow_executions", execution_data, {}, lambda native: native.write_workflow_execution(execution_data))

    @raises(DualStorageError, before=_FAILED)
    def write_escalation(self, escalation: dict[str, Any]) -> dict[str, str]:
        """Writes an escalation; ``escalation_id``, ``escalated_at`` and ``status`` are filled in. Returns also the ``escalation_id``."""
        return self._write("escalations", escalation, {}, lambda native: native.write_escalation(escalation))

    @raises(DualStorageError)
    def read_metadata(self, brandid: int) -> dict[str, Any] | None:
        """A brand's metadata, or None."""
        brand = whole_number(brandid, "brandid")
        native = self._native_client()
        if native is None:
            return _by_method(lambda: self.s3_client.read_metadata(brand, prefix="metadata"))
        return _record(native.read_metadata(brand), "generated_metadata", str(brand))

    @raises(DualStorageError)
    def read_feedback(self, brandid: int, feedback_id: str) -> dict[str, Any] | None:
        """One feedback on a brand, or None."""
        brand = whole_number(brandid, "brandid")
        return self._read(
            "feedback_history", lambda native, ids: native.read_feedback(brand, ids[1]), str(brand), key_part(feedback_id, "feedback_id")
        )

    @raises(DualStorageError)
    def read_workflow_execution(self, execution_id: str) -> dict[str, Any] | None:
        """A workflow's run, by what follows the last ``:`` of its ``execution_arn``, or None."""
        return self._read(
            "workflow_executions", lambda native, ids: native.read_workflow_execution(ids[0]), key_part(execution_id, "execution_id")
        )

    @raises(DualStorageError)
    def read_escalation(self, brandid: int | str | None, escalation_id: str) -> dict[str, Any] | None:
        """An escalation, or None. One without a brand has ``brandid`` None."""
        brand = "unknown" if brandid is None else key_part(brandid, "brandid")
        return self._read("escalations", lambda native, ids: native.read_escalation(*ids), brand, key_part(escalation_id, "escalation_id"))

    def _native_client(self) -> _core.DualStorageClient | None:
        """None: the two clients are driven by their methods."""
        s3_client, athena_client = self.s3_client, self.athena_client
        own = (s3_client is self._made[0]) and (athena_client is self._made[1])
        return self._native if own and _is_native(s3_client) and _is_native(athena_client) else None

    def _write(
        self, table: str, record: dict[str, Any], arguments: dict[str, Any], write: Callable[[_core.DualStorageClient], dict[str, str]]
    ) -> dict[str, str]:
        if not isinstance(record, dict):
            raise dualstore.InvalidRecord(f"a record is a dict, not {type_name(record)}")
        native = self._native_client()
        return write(native) if native is not None else self._write_by_methods(table, record, arguments)

    def _write_by_methods(self, table: str, record: dict[str, Any], arguments: dict[str, Any]) -> dict[str, str]:
        key, stored, generated = _core.prepare(table, record, arguments)
        filled = dict(dict.items(record))  # what it holds, as the native module reads it, whatever a subclass says
        for name, value in parse_json(stored, key).items():
            if name not in filled or name.lower() in arguments:
                filled[name] = value
        try:
            self.s3_client.write_json(key, filled)
        except Exception as error:
            raise wrapped(error, before=_FAILED, key=key) from error
        try:
            self.athena_client.execute_query(f"SELECT 1 FROM {table} LIMIT 1")
        except BaseException as error:
            after = self._roll_back(key)
            if not isinstance(error, Exception):
                raise
            raise wrapped(error, before=_FAILED, key=key, after=after) from error
        return {"s3_key": key, "status": "success", "bucket": self.bucket, "table": table, **generated}

    def _roll_back(self, key: str) -> str:
        """What is to be said of it: nothing where it was done."""
        try:
            self.s3_client.delete_key(key)
        except Exception as error:
            return f"; rollback also failed: {said(error)}. Manual cleanup may be required for S3 key: {key}"
        return ""

    def _read(
        self, table: str, read: Callable[[_core.DualStorageClient, tuple[str, ...]], bytes | None], *ids: str
    ) -> dict[str, Any] | None:
        native = self._native_client()
        if native is None:
            return _by_method(lambda: self.s3_client.read_json(_core.plain_key(table, list(ids))))
        return _record(read(native, ids), table, *ids)


def _by_method(read: Callable[[], Any]) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] | None = read()
    except Exception as error:
        raise wrapped(error) from error
    return record


def _record(stored: bytes | None, table: str, *ids: str) -> dict[str, Any] | None:
    record: dict[str, Any] | None = None if stored is None else parse_json(stored, _core.plain_key(table, list(ids)))
    return record


__all__ = ["DualStorageClient", "DualStorageError"]
