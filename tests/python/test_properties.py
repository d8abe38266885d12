"""What a table takes comes back equal, by key and in SQL; what it refuses leaves no trace."""

from __future__ import annotations

import datetime
import math
import re
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import dualstore
import numpy
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

# Every kind of column that a definition can have.
DDL = """CREATE EXTERNAL TABLE everything (
  id STRING, truth BOOLEAN, tiny TINYINT, small SMALLINT, whole INT, big BIGINT, single FLOAT, real DOUBLE, exact DECIMAL(12,3), text STRING,
  day DATE, time TIMESTAMP, numbers ARRAY<INT>, texts ARRAY<STRING>, scores MAP<STRING,DOUBLE>, inner_row STRUCT<a:INT,b:STRING,c:ARRAY<BIGINT>>,
  deep ARRAY<ARRAY<STRING>>
) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/everything/' TBLPROPERTIES ('dualstore.key' = '{id}.json');"""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
integers = st.one_of(st.integers(-5, 5), st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1), st.integers())
floats = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.floats(width=32, allow_nan=False, allow_infinity=False))
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), integers, floats, decimals, texts, st.uuids()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3), st.tuples(inner)),
    max_leaves=6,
)
times = st.one_of(
    st.datetimes(
        datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30), timezones=st.one_of(st.none(), st.just(datetime.timezone.utc))
    ),
    st.datetimes(datetime.datetime(1900, 1, 2), datetime.datetime(2200, 1, 1)).map(lambda time: time.isoformat() + "Z"),
    st.datetimes(datetime.datetime(1900, 1, 2), datetime.datetime(2200, 1, 1)).map(lambda time: time.isoformat(" ")),
    st.datetimes(datetime.datetime(1900, 1, 2), datetime.datetime(2200, 1, 1)).map(
        lambda time: time.isoformat(timespec="milliseconds") + "+05:30"
    ),
)
fitting = {
    "truth": st.booleans(),
    "tiny": st.integers(-128, 127),
    "small": st.integers(-(2**15), 2**15 - 1),
    "whole": st.integers(-(2**31), 2**31 - 1),
    "big": st.integers(-(2**63), 2**63 - 1),
    "single": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "real": st.one_of(floats, st.integers(-(2**53), 2**53)),
    "exact": st.one_of(decimals.filter(lambda value: abs(value) < 10**9), st.integers(-(10**9) + 1, 10**9 - 1)),
    "text": texts,
    "day": st.dates(),
    "time": times,
    "numbers": st.lists(st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)), max_size=4),
    "texts": st.lists(st.one_of(st.none(), texts), max_size=4),
    "scores": st.dictionaries(texts, st.one_of(st.none(), floats), max_size=3),
    "inner_row": st.fixed_dictionaries(
        {}, optional={"a": st.integers(-(2**31), 2**31 - 1), "b": texts, "c": st.lists(st.integers(-5, 5), max_size=2)}
    ),
    "deep": st.lists(st.lists(texts, max_size=2), max_size=2),
}


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 15).flatmap(lambda chance: odd if chance == 15 else usual)


# Mostly what fits, now and then anything; and fields that the table has no column for.
records = st.fixed_dictionaries(
    {},
    optional={name: mostly(values, st.one_of(st.none(), json_values)) for name, values in fitting.items()}
    | {"Extra field": json_values, "": json_values},
)


def plain(value: Any) -> Any:
    """What JSON makes of a Python value."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (uuid.UUID, datetime.date)) and not isinstance(value, datetime.datetime):
        return str(value)
    return value


def instant(value: Any) -> datetime.datetime | None:
    """The time that a value states, in UTC without a zone; None where it states none."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{4,})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?", value)
        if match is None:
            return None
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    if not isinstance(value, datetime.datetime):
        return None
    return value.astimezone(datetime.timezone.utc).replace(tzinfo=None) if value.tzinfo else value


def milliseconds(time: datetime.datetime) -> datetime.datetime:
    """Rounded as SQL shows it, half up."""
    return time.replace(microsecond=0) + datetime.timedelta(milliseconds=(time.microsecond + 500) // 1000)


def same(left: Any, right: Any) -> bool:
    """Equal with types told apart where JSON does."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(isinstance(left, bool) == isinstance(right, bool) and left == right)


def same_in_sql(name: str, given: Any, shown: Any) -> bool:
    if given is None:
        return shown is None
    if name == "time":
        return instant(shown) == milliseconds(instant(given))  # type: ignore[arg-type]
    if name == "single":
        return bool(numpy.float32(float(given)) == numpy.float32(shown))
    if name == "exact":
        return Decimal(shown) == Decimal(repr(given) if isinstance(given, float) else str(given))
    if name == "inner_row":
        fields = {"a": None, "b": None, "c": None} | {field.lower(): value for field, value in plain(given).items()}
        return same({field: fields[field] for field in "abc"}, shown)
    return same(plain(given), shown)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> dualstore.Client:
    folder: Path = tmp_path_factory.mktemp("everything")
    (folder / "tables").mkdir()
    (folder / "tables" / "everything.sql").write_text(DDL)
    return dualstore.open(f"file:{folder}/store?sync=off", tables=folder / "tables")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record=records)
def test_a_record_comes_back_or_leaves_no_trace(everything: dualstore.Client, record: dict[str, Any]) -> None:
    identity = uuid.uuid4().hex
    before = everything.query("SELECT count(*) AS n FROM everything")[0]["n"]
    put = everything.put_many("everything", [{"id": identity, **record}])[0]
    if isinstance(put, dualstore.Error):
        event("refused")
        assert put.code == "invalid_record"
        assert "\n" not in str(put)
        assert everything.get("everything", identity) is None
        assert everything.query("SELECT count(*) AS n FROM everything")[0]["n"] == before
        return
    event("taken")
    stored = everything.get("everything", identity)
    assert stored is not None
    assert list(stored) == ["id", *record], "fields keep their order"
    for name, value in record.items():
        if name == "time" and value is not None:
            assert instant(stored[name]) == instant(value)
        else:
            assert same(plain(value), stored[name]), name
    (row,) = everything.query('SELECT * FROM everything WHERE "$path" LIKE :key', {"key": "%" + put.key})
    for name in fitting:
        assert same_in_sql(name, record.get(name), row[name]), (name, record.get(name), row[name])
    everything.remove("everything", identity)


@settings(max_examples=200, deadline=None)
@given(record=st.fixed_dictionaries({name: values for name, values in fitting.items() if name != "time"}, optional={"time": times}))
def test_what_fits_is_taken(everything: dualstore.Client, record: dict[str, Any]) -> None:
    identity = uuid.uuid4().hex
    everything.put("everything", {"id": identity, **record})
    everything.remove("everything", identity)


@settings(max_examples=200, deadline=None)
@given(
    record=st.fixed_dictionaries(
        {},
        optional={
            "brandname": st.one_of(st.none(), texts),
            "BrandName": texts,
            "mccids": st.one_of(st.lists(st.integers(0, 9999)), json_values),
            "confidence_score": st.one_of(floats, json_values),
            "version": st.one_of(st.integers(0, 9), json_values),
            "generated_at": st.one_of(times, texts),
            "brandid": json_values,
        },
    )
)
def test_the_same_holds_through_dual_storage(tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]) -> None:
    from shared.storage import AthenaClient, DualStorageClient, DualStorageError, S3Client

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUALSTORE_HOME", str(tmp_path_factory.getbasetemp() / "properties"))
        client, athena = DualStorageClient("a-bucket"), AthenaClient()
        given_fields = dict(record)
        try:
            client.write_metadata(7, record)
        except DualStorageError:
            assert client.read_metadata(7) is None
            assert S3Client("a-bucket").list_keys("") == []
            assert athena.get_table_count("generated_metadata") == 0
        else:
            stored = client.read_metadata(7)
            assert stored is not None
            assert stored["brandid"] == 7
            for name, value in record.items():
                if name not in ("brandid", "generated_at"):
                    assert same(plain(value), stored[name])
            (row,) = athena.query_table("generated_metadata", where="brandid = 7")
            score = record.get("confidence_score")
            assert row["confidence_score"] == (None if score is None else float(score))
            assert row["confidence_score"] is None or math.isfinite(row["confidence_score"])
            S3Client("a-bucket").delete_key("metadata/brand_7.json")
        assert record == given_fields
