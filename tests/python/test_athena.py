"""AthenaClient and S3Client beyond what test_dual_storage.py shows."""

from __future__ import annotations

import json
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import servers
from shared.storage import AthenaClient, AthenaError, DualStorageClient, DualStorageError, S3Client, S3Error
from test_arrow import Trino


def test_conditions_and_columns_are_sql_and_stay_where_they_belong(home: Path) -> None:
    assert str(home)
    client = DualStorageClient()
    for n in range(5):
        client.write_metadata(n, {"confidence_score": n / 10})
    athena = AthenaClient()
    table = "generated_metadata"
    assert athena.query_table(table, columns="brandid AS b, confidence_score * 2 AS d", where="brandid = 1 OR brandid = 2", limit=1)[
        0
    ].keys() == {
        "b",
        "d",
    }
    assert [set(row) for row in athena.query_table(table, columns=["brandid", "version"], limit=2)] == [{"brandid", "version"}] * 2
    assert len(athena.query_table(table)) == 5
    assert athena.query_table(table, limit=0) == []
    assert athena.get_table_count(table) == 5
    assert athena.get_table_count(table, "confidence_score < 0.15 -- a comment") == 2
    with pytest.raises(AthenaError):
        athena.query_table(table, where="1 = 1) UNION ALL (SELECT 1")
    for name in ("generated_metadata; DROP TABLE x", 'a"b', "", "../x"):
        with pytest.raises(AthenaError, match="is no table name"):
            athena.query_table(name)
    assert len(athena.query_table(table, limit=2**62)) == 5
    with pytest.raises(AthenaError, match="limit is 'x': expected a whole number"):
        athena.query_table(table, limit="x")  # type: ignore[arg-type]
    with pytest.raises(AthenaError, match="limit is -1"):
        athena.query_table(table, limit=-1)
    with pytest.raises(AthenaError, match="max_retries is -1"):
        AthenaClient(max_retries=-1)


def test_a_wrong_query_says_what_is_wrong(home: Path) -> None:
    assert str(home)
    DualStorageClient()
    for sql, word in (
        ("SELECT x FROM generated_metadata", "COLUMN_NOT_FOUND"),
        ("SELEC 1", "SYNTAX_ERROR"),
        ("SELECT 1/0", "DIVISION_BY_ZERO"),
    ):
        with pytest.raises(DualStorageError, match=word) as raised:
            AthenaClient().execute_query(sql)
        assert raised.value.code == "query"
        assert raised.value.__cause__ is not None


def test_a_database_that_nobody_named_is_not_there(home: Path) -> None:
    assert str(home)
    with pytest.raises(AthenaError, match="nobody named the database elsewhere"):
        AthenaClient("elsewhere")
    DualStorageClient("a-bucket").write_metadata(1, {})
    assert AthenaClient("elsewhere", output_location="s3://a-bucket/results/").get_table_count("generated_metadata") == 1


@pytest.mark.parametrize("arguments", [{"bucket": None}, {"bucket": "UPPER"}, {"database": None}, {"database": "a b"}, {"region": 5}])
def test_what_names_nothing_is_refused_in_one_line(home: Path, arguments: dict[str, Any]) -> None:
    assert str(home)
    DualStorageClient()
    with pytest.raises(DualStorageError) as raised:
        DualStorageClient(**arguments)
    assert raised.value.code == "invalid_argument"
    assert "\n" not in str(raised.value)


def test_any_json_value_is_written_and_read(home: Path) -> None:
    assert str(home)
    client = S3Client("a-bucket")
    for value in (None, 1, "x", [1, {"a": None}], {"é": [True]}, 10**30, -(10**5000), 0.1, 1e308, Decimal("1E+400"), Decimal("-9E999")):
        assert client.write_json("values/one.json", value) == "values/one.json"
        assert client.read_json("values/one.json") == value
    assert client.key_exists("values/one.json")
    assert client.list_keys("values/") == ["values/one.json"]
    assert client.delete_key("values/one.json")
    assert not client.delete_key("values/one.json")
    assert client.read_json("values/one.json") is None
    assert client.write_metadata(5, {"a": 1}, prefix="other") == "other/brand_5.json"
    assert client.read_metadata(5, "other") == {"a": 1, "brandid": 5}
    assert client.read_metadata(6) is None
    for key in ("../x", "a//b", ".dualstore/x", "", "x" * 1100, "\ud800"):
        with pytest.raises(S3Error) as raised:
            client.write_json(key, 1)
        assert raised.value.code == "invalid_argument"
    with pytest.raises(S3Error, match="a list: expected a dict"):
        client.write_metadata(1, [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b'{"a": 1e99999999999999999999}',
        b"[" * 100_000 + b"]" * 100_000,
        '{"a": 1}'.encode("utf-16"),
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
    ],
)
def test_what_is_no_json_is_corrupt(home: Path, content: bytes) -> None:
    client = S3Client("a-bucket")
    client.write_metadata(1, {})
    (home / "a-bucket" / "metadata" / "brand_1.json").write_bytes(content)
    storage = DualStorageClient("a-bucket")
    for read in (lambda: client.read_json("metadata/brand_1.json"), lambda: client.read_metadata(1), lambda: storage.read_metadata(1)):
        with pytest.raises(DualStorageError, match=r"metadata/brand_1\.json holds no JSON") as raised:
            read()
        assert (raised.value.code, raised.value.key) == ("corrupt", "metadata/brand_1.json")


def test_a_service_that_is_not_there_is_an_error_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in servers.credentials("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DualStorageError, match=r"cannot connect to 127\.0\.0\.1:9") as raised:
        S3Client("a-bucket").read_json("x")
    assert (raised.value.code, raised.value.retryable) == ("unavailable", True)


def test_what_a_person_should_read_is_logged(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert str(home)
    trino = Trino(tmp_path)
    monkeypatch.setenv("DUALSTORE_ENGINE", f"trino://ann@127.0.0.1:{trino.server.server_port}/hive/brands")
    error: dict[str, Any] = {"message": "Access Denied", "errorCode": 4, "errorName": "PERMISSION_DENIED", "errorType": "USER_ERROR"}
    trino.page = json.dumps({"id": "1", "error": error, "stats": {"state": "FAILED"}}).encode()
    storage = DualStorageClient("a-bucket")
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: "):
        storage.write_metadata(1, {})
    assert [(record.name, record.levelname) for record in caplog.records] == [("dualstore", "WARNING")]
    assert "a query verifies the tables instead" in caplog.text
    error |= {"errorName": "TABLE_NOT_FOUND", "errorCode": 46}
    trino.page = json.dumps({"id": "1", "error": error, "stats": {"state": "FAILED"}}).encode()
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: trino has no table generated_metadata") as raised:
        storage.write_metadata(1, {})
    assert (raised.value.code, raised.value.key) == ("not_found", "")
    trino.server.shutdown()
    trino.server.server_close()


@pytest.mark.server
def test_athenas_rows_are_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto runs no SQL: it answers what was laid down before."""
    with servers.moto() as endpoint:
        for name, value in {**servers.credentials(endpoint), "AWS_ENDPOINT_URL_ATHENA": endpoint}.items():
            monkeypatch.setenv(name, value)
        rows = {
            "rows": [
                {"Data": [{"VarCharValue": text} for text in ("brandid", "score", "name")]},
                {"Data": [{"VarCharValue": "7"}, {}, {"VarCharValue": "x"}]},
            ],
            "column_info": [
                {"Name": "brandid", "Type": "integer", "CatalogName": "hive", "Label": "brandid"},
                {"Name": "score", "Type": "double", "CatalogName": "hive", "Label": "score"},
                {"Name": "name", "Type": "varchar", "CatalogName": "hive", "Label": "name"},
            ],
        }
        body = json.dumps({"region": servers.REGION, "results": [rows]}).encode()
        request = urllib.request.Request(f"{endpoint}/moto-api/static/athena/query-results", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10):
            pass
        athena = AthenaClient(output_location="s3://results/", max_retries=3)
        assert athena.execute_query("SELECT brandid, score, name FROM t WHERE brandid = ?", [7]) == [
            {"brandid": 7, "score": None, "name": "x"}
        ]
