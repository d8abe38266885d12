"""JSON values in a bucket, by key."""

from __future__ import annotations

from typing import Any

from dualstore import _native
from dualstore._arguments import text, type_name, whole_number
from dualstore._values import parse_json

from .errors import DualStorageError, S3Error, raises


class S3Client:
    """JSON values by key, in a bucket of Amazon S3. Knows no tables and checks no schema.

    With ``DUALSTORE_HOME=DIR`` set, the bucket is the directory ``DIR/bucket``, made on first use; elsewhere the usual variables of AWS
    apply, such as ``AWS_ENDPOINT_URL_S3``. Safe to use from many threads. Failures raise ``S3Error``, a ``DualStorageError``.
    """

    @raises(S3Error)
    def __init__(self, bucket: str = _native.default_bucket, region: str = _native.default_region) -> None:
        self.bucket = bucket
        self.region = region
        self._native = _native.S3Client(text(bucket, "bucket"), text(region, "region"))

    @raises(S3Error)
    def write_metadata(self, brandid: int, metadata: dict[str, Any], prefix: str = "metadata") -> str:
        """Writes ``prefix/brand_{brandid}.json`` with ``brandid`` set in it, and returns the key. Replaces what was there."""
        if not isinstance(metadata, dict):
            raise S3Error(f"metadata is a {type_name(metadata)}: expected a dict", code="invalid_record")
        return self._native.write_metadata(whole_number(brandid, "brandid"), metadata, text(prefix, "prefix"))

    @raises(S3Error)
    def read_metadata(self, brandid: int, prefix: str = "metadata") -> dict[str, Any] | None:
        """The record at ``prefix/brand_{brandid}.json``, or None."""
        brand = whole_number(brandid, "brandid")
        stored = self._native.read_metadata(brand, text(prefix, "prefix"))
        record: dict[str, Any] | None = None if stored is None else parse_json(stored, f"{prefix.rstrip('/')}/brand_{brand}.json")
        return record

    @raises(S3Error)
    def write_json(self, key: str, data: Any) -> str:
        """Writes any JSON value, compact, on one line, and returns the key. Replaces what was there."""
        return self._native.write_json(text(key, "key"), data)

    @raises(S3Error)
    def read_json(self, key: str) -> Any:
        """The JSON value at a key, or None where there is none."""
        stored = self._native.read_json(text(key, "key"))
        return None if stored is None else parse_json(stored, key)

    @raises(S3Error)
    def list_keys(self, prefix: str = "") -> list[str]:
        """All keys that begin with ``prefix``, in byte order."""
        return self._native.list_keys(text(prefix, "prefix"))

    @raises(S3Error)
    def delete_key(self, key: str) -> bool:
        """Removes the object. True: there was one. Idempotent."""
        return self._native.delete_key(text(key, "key"))

    @raises(S3Error)
    def key_exists(self, key: str) -> bool:
        """Whether there is an object."""
        return self._native.key_exists(text(key, "key"))


__all__ = ["DualStorageError", "S3Client", "S3Error"]
