"""dualstore.open and what it gives."""

from __future__ import annotations

import json
import pickle
import pydoc
from pathlib import Path

import dualstore
import pytest
from shared.storage import DualStorageClient

TABLE = "generated_metadata"


def test_a_record_comes_back_by_key_and_in_sql(client: dualstore.Client) -> None:
    put = client.put(TABLE, {"brandid": 7, "brandname": "Kōji"})
    assert put.key == "metadata/brand_7.json"
    record = client.get(TABLE, 7)
    assert record is not None
    assert record["brandname"] == "Kōji"
    assert (record.key, record.version) == (put.key, put.version)
    assert json.loads(record.raw) == record
    result = client.query("SELECT brandname, mccids FROM generated_metadata")
    assert result.columns == [("brandname", "varchar"), ("mccids", "array(integer)")]
    assert list(result) == [{"brandname": "Kōji", "mccids": None}]
    assert len(result) == 1
    assert result[0] == result[-1]
    assert result.statistics.cost is None


def test_generated_ids_are_told(client: dualstore.Client) -> None:
    put = client.put("feedback_history", {"feedback_text": "x"}, arguments={"brandid": 7})
    assert client.get("feedback_history", 7, put.generated["feedback_id"]) is not None


def test_conditional_writes_have_one_winner(client: dualstore.Client) -> None:
    first = client.put(TABLE, {"brandid": 1}, only_if_new=True)
    with pytest.raises(dualstore.Conflict) as raised:
        client.put(TABLE, {"brandid": 1}, only_if_new=True)
    assert raised.value.code == "conflict"
    assert raised.value.key == "metadata/brand_1.json"
    second = client.put(TABLE, {"brandid": 1, "version": 2}, expected_version=first.version)
    with pytest.raises(dualstore.Conflict):
        client.put(TABLE, {"brandid": 1, "version": 3}, expected_version=first.version)
    with pytest.raises(dualstore.Conflict):
        client.remove(TABLE, 1, expected_version=first.version)
    assert client.remove(TABLE, 1, expected_version=second.version)
    assert not client.remove(TABLE, 1)
    with pytest.raises(dualstore.InvalidArgument):
        client.put(TABLE, {"brandid": 1}, expected_version="x", only_if_new=True)


def test_put_many_gives_one_outcome_a_record(client: dualstore.Client) -> None:
    records: list[dualstore.RecordLike] = [
        {"brandid": 1},
        {"brandid": 2, "version": "x"},
        {"brandid": 3, "odd": {1}},
        '{"brandid":4}',
        {"brandid": 1, "version": 2},
    ]
    outcomes = client.put_many(TABLE, records)
    assert [getattr(one, "code", None) for one in outcomes] == [None, "invalid_record", "invalid_record", None, None]
    assert "'odd'" in str(outcomes[2])
    assert list(client.keys(TABLE)) == ["metadata/brand_1.json", "metadata/brand_4.json"]
    replaced = client.get(TABLE, 1)
    assert replaced is not None
    assert replaced["version"] == 2, "records of one key are written in order"


def test_one_record_is_not_taken_for_many(client: dualstore.Client) -> None:
    for one in ({"brandid": 1}, '{"brandid": 1}'):
        with pytest.raises(dualstore.InvalidArgument, match="this is one record"):
            client.put_many(TABLE, one)


def test_put_many_stops_where_it_is_told_to(client: dualstore.Client) -> None:
    for refused in ({"brandid": 2, "version": "x"}, {"brandid": 2, "odd": {1}}, {"brandid": float("nan")}):
        outcomes = client.put_many(TABLE, [{"brandid": 1}, refused, {"brandid": 3}], stop_at_refused=True)
        assert len(outcomes) == 2
        assert isinstance(outcomes[1], dualstore.InvalidRecord)
        assert list(client.keys(TABLE)) == ["metadata/brand_1.json"]


def test_put_many_reads_an_iterator_by_and_by(client: dualstore.Client) -> None:
    outcomes = client.put_many(TABLE, ({"brandid": n} for n in range(2500)))
    assert all(isinstance(one, dualstore.PutResult) for one in outcomes)
    assert len(outcomes) == len(list(client.keys(TABLE))) == 2500
    assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 2500}


def test_errors_are_also_the_builtin_ones(client: dualstore.Client, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no table 'nothing'"):
        client.get("nothing", 1)
    with pytest.raises(ValueError, match="does not fit"):
        client.put(TABLE, {"brandid": "x"})
    with pytest.raises(LookupError, match="there is no directory"):
        dualstore.open(tmp_path / "missing", create=False).query("SELECT 1 FROM generated_metadata")
    with pytest.raises(dualstore.QueryError, match="COLUMN_NOT_FOUND") as raised:
        client.query("SELECT nothing FROM generated_metadata")
    assert isinstance(raised.value, dualstore.Error)
    copied = pickle.loads(pickle.dumps(raised.value))
    assert (type(copied), str(copied), copied.code) == (dualstore.QueryError, str(raised.value), "query")


@pytest.mark.parametrize(
    "arguments",
    [
        {"store": "ftp://x"},
        {"store": "file:x", "engine": "sqlite"},
        {"store": "s3://no_such_bucket_NAME"},
        {"verify": "maybe"},
        {"tables": "/nowhere/at/all"},
        {"engine": "trino://user@host:port/x"},
    ],
)
def test_what_cannot_be_opened_is_said_in_one_line(arguments: dict[str, str]) -> None:
    with pytest.raises(dualstore.Error) as raised:
        dualstore.open(**arguments)  # type: ignore[arg-type]
    assert raised.value.code in {"invalid_argument", "not_found"}
    assert "\n" not in str(raised.value)


def test_half_a_surrogate_pair_is_refused_everywhere(client: dualstore.Client) -> None:
    for call in (
        lambda: client.get(TABLE, "\ud800"),
        lambda: client.remove(TABLE, "\ud800"),
        lambda: client.query("SELECT '\ud800'"),
        lambda: client.get("\ud800", 1),
    ):
        with pytest.raises(dualstore.InvalidArgument, match="half a surrogate pair"):
            call()


def test_wrong_types_are_said_in_one_line(client: dualstore.Client) -> None:
    for call in (
        lambda: client.put(TABLE, None),  # type: ignore[arg-type]
        lambda: client.put(TABLE, 5),  # type: ignore[arg-type]
        lambda: client.put(5, {}),  # type: ignore[arg-type]
        lambda: client.query(None),  # type: ignore[arg-type]
        lambda: client.put("feedback_history", {}, arguments={1: 1}),  # type: ignore[dict-item]
        lambda: client.put("feedback_history", {}, arguments={"brandid": {1}}),
    ):
        with pytest.raises(dualstore.Error) as raised:
            call()
        assert raised.value.code in {"invalid_argument", "invalid_record"}
        assert "\n" not in str(raised.value)


def test_a_closed_client_says_so(tmp_path: Path) -> None:
    with dualstore.open(f"file:{tmp_path}/store") as client:
        client.put(TABLE, {"brandid": 1})
    client.close()
    with pytest.raises(dualstore.InvalidArgument, match="closed"):
        client.get(TABLE, 1)


@pytest.mark.parametrize("name", ["we?ird", "sp ace", "%41#&=", "Kōji 名前", "a?sync=off"])
def test_a_path_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with dualstore.open(tmp_path / name) as client:
        client.put(TABLE, {"brandid": 1})
        assert len(client.query("SELECT * FROM generated_metadata")) == 1
    assert (tmp_path / name / "metadata" / "brand_1.json").is_file()
    monkeypatch.setenv("DUALSTORE_HOME", str(tmp_path / "home" / name))
    storage = DualStorageClient("a-bucket")
    storage.write_metadata(1, {})
    assert storage.athena_client.get_table_count(TABLE) == 1
    assert (tmp_path / "home" / name / "a-bucket" / "metadata" / "brand_1.json").is_file()


def test_variables_name_what_is_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUALSTORE_STORE", f"file:{tmp_path}/store")
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "mine.sql").write_text(
        "CREATE EXTERNAL TABLE mine (id STRING) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
        "LOCATION 's3://b/mine/' TBLPROPERTIES ('dualstore.key' = '{id}.json');"
    )
    monkeypatch.setenv("DUALSTORE_TABLES", str(tables))
    with dualstore.open() as client:
        client.put("mine", {"id": "x"})
        assert "mine" in client.tables()
        assert "'dualstore.key' = '{id}.json'" in client.describe("mine")
    assert (tmp_path / "store" / "mine" / "x.json").read_bytes() == b'{"id":"x"}\n'


def test_check_finds_what_others_broke_and_mends_it(client: dualstore.Client, tmp_path: Path) -> None:
    client.put(TABLE, {"brandid": 1})
    assert client.check() == (1, [])
    (tmp_path / "store" / "metadata" / "brand_2.json").write_text('{\n "brandid": 2\n}\n')
    with pytest.raises(dualstore.Corrupt, match=r"brand_2\.json"):
        client.query("SELECT * FROM generated_metadata")
    report = client.check(TABLE)
    assert not report.ok
    assert [finding.key for finding in report.findings] == ["metadata/brand_2.json"]
    assert client.check(TABLE, repair=True).ok
    assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 2}


def test_a_foreign_object_that_is_no_json_is_corrupt(client: dualstore.Client, tmp_path: Path) -> None:
    client.init()
    (tmp_path / "store" / "metadata").mkdir(exist_ok=True)
    (tmp_path / "store" / "metadata" / "brand_3.json").write_bytes(b"{\xff")
    with pytest.raises(dualstore.Corrupt, match=r"metadata/brand_3\.json"):
        client.get(TABLE, 3)


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_a_table_is_exported_whole(client: dualstore.Client, tmp_path: Path, form: str) -> None:
    client.put_many(TABLE, [{"brandid": n} for n in range(10)])
    path = tmp_path / "out"
    assert client.export_table(TABLE, path, form) == 10  # type: ignore[arg-type]
    assert path.stat().st_size > 100
    with pytest.raises(dualstore.InvalidArgument, match="'ndjson' or 'parquet'"):
        client.export_table(TABLE, path, "csv")  # type: ignore[arg-type]


def test_help_shows_every_call() -> None:
    text = pydoc.plain(pydoc.render_doc(dualstore))
    for name in dualstore.__all__:
        assert name in text
        assert getattr(dualstore, name).__doc__
    client = pydoc.plain(pydoc.render_doc(dualstore.Client))
    for name, member in vars(dualstore.Client).items():
        if not name.startswith("_"):
            assert member.__doc__, name
            assert name in client
