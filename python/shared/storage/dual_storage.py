"""Records that are readable by key and in SQL, or in neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dualstore
from dualstore import _native
from dualstore._values import checked_text, parse_json

from .athena_client import AthenaClient
from .errors import DualStorageError, raises, whole_number, wrapped
from .s3_client import S3Client

_FAILED = "Failed to write to dual storage: "

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

    Failures raise ``DualStorageError``.
    """

    @raises(DualStorageError)
    def __init__(
        self,
        bucket: str = _native.default_bucket,
        database: str = _native.default_database,
        region: str = _native.default_region,
    ) -> None:
        self.bucket = bucket
        self.database = database
        self.region = region
        self._native: _native.DualStorageClient | None = None
        # Opened first, since it names the database, which AthenaClient finds by its name.
        if AthenaClient in _NATIVE:
            self._native = _native.DualStorageClient(checked_text(bucket), checked_text(database), checked_text(region))
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
            record: dict[str, Any] | None = self.s3_client.read_metadata(brand, prefix="metadata")
            return record
        return _record(native.read_metadata(brand), "generated_metadata", str(brand))

    @raises(DualStorageError)
    def read_feedback(self, brandid: int, feedback_id: str) -> dict[str, Any] | None:
        """One feedback on a brand, or None."""
        brand = whole_number(brandid, "brandid")
        return self._read(
            "feedback_history", lambda native, ids: native.read_feedback(brand, ids[1]), str(brand), checked_text(str(feedback_id))
        )

    @raises(DualStorageError)
    def read_workflow_execution(self, execution_id: str) -> dict[str, Any] | None:
        """A workflow's run, by what follows the last ``:`` of its ``execution_arn``, or None."""
        return self._read(
            "workflow_executions", lambda native, ids: native.read_workflow_execution(ids[0]), checked_text(str(execution_id))
        )

    @raises(DualStorageError)
    def read_escalation(self, brandid: int | str | None, escalation_id: str) -> dict[str, Any] | None:
        """An escalation, or None. One without a brand has ``brandid`` None."""
        brand = "unknown" if brandid is None else str(brandid)
        return self._read(
            "escalations", lambda native, ids: native.read_escalation(*ids), checked_text(brand), checked_text(str(escalation_id))
        )

    def _native_client(self) -> _native.DualStorageClient | None:
        """None: the two clients are driven by their methods."""
        s3_client, athena_client = self.s3_client, self.athena_client
        own = (s3_client is self._made[0]) and (athena_client is self._made[1])
        return self._native if own and _is_native(s3_client) and _is_native(athena_client) else None

    def _write(
        self, table: str, record: dict[str, Any], arguments: dict[str, Any], write: Callable[[_native.DualStorageClient], dict[str, str]]
    ) -> dict[str, str]:
        if not isinstance(record, dict):
            raise dualstore.InvalidRecord(f"a record is a dict, not {type(record).__name__}")
        native = self._native_client()
        return write(native) if native is not None else self._write_by_methods(table, record, arguments)

    def _write_by_methods(self, table: str, record: dict[str, Any], arguments: dict[str, Any]) -> dict[str, str]:
        key, stored, generated = _native.prepare(table, record, arguments)
        filled = dict(record)
        for name, value in parse_json(stored, key).items():
            if name not in filled or (name.lower() in arguments and filled[name] != value):
                filled[name] = value
        try:
            self.s3_client.write_json(key, filled)
        except Exception as error:
            raise wrapped(error, before=_FAILED, key=key) from error
        try:
            self.athena_client.execute_query(f"SELECT 1 FROM {table} LIMIT 1")
        except Exception as error:
            raise wrapped(error, before=_FAILED, key=key, after=self._roll_back(key)) from error
        return {"s3_key": key, "status": "success", "bucket": self.bucket, "table": table, **generated}

    def _roll_back(self, key: str) -> str:
        """What is to be said of it: nothing where it was done."""
        try:
            self.s3_client.delete_key(key)
        except Exception as error:
            return f"; rollback also failed: {error}. Manual cleanup may be required for S3 key: {key}"
        return ""

    def _read(
        self, table: str, read: Callable[[_native.DualStorageClient, tuple[str, ...]], bytes | None], *ids: str
    ) -> dict[str, Any] | None:
        native = self._native_client()
        if native is None:
            record: dict[str, Any] | None = self.s3_client.read_json(_native.plain_key(table, list(ids)))
            return record
        return _record(read(native, ids), table, *ids)


def _record(stored: bytes | None, table: str, *ids: str) -> dict[str, Any] | None:
    record: dict[str, Any] | None = None if stored is None else parse_json(stored, _native.plain_key(table, list(ids)))
    return record


__all__ = ["DualStorageClient", "DualStorageError"]
