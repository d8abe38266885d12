"""Python values on their way into records and parameters, and SQL's on their way out."""

from __future__ import annotations

import datetime
import enum
import json
import time
import uuid
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from typing import Any

import dualstore
import numpy
import pandas
import pytest
from shared.storage import AthenaClient, DualStorageClient, S3Client

PLUS_TWO = datetime.timezone(datetime.timedelta(hours=2))


class Colour(enum.IntEnum):
    RED = 3


class Name(str):
    __slots__ = ()


class Nowhere(datetime.tzinfo):
    """A zone that has no offset, which leaves a time without one."""

    def utcoffset(self, when: datetime.datetime | None) -> None:
        return None

    def tzname(self, when: datetime.datetime | None) -> str:
        return "nowhere"

    dst = utcoffset


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-(2**63), "-9223372036854775808"),
        (2**64, "18446744073709551616"),
        (10**400, "1" + "0" * 400),
        (Colour.RED, "3"),
        (0.1, "0.1"),
        (-0.0, "-0.0"),
        (1e300, "1e+300"),
        (5e-324, "5e-324"),
        (Decimal("1.50"), "1.50"),
        (Decimal("-1E+3"), "-1E+3"),
        (Decimal("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827"),
        ("", '""'),
        ('é\n"\\\u0000\u2028😀', '"é\\n\\"\\\\\\u0000\u2028😀"'),
        (Name("x"), '"x"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (datetime.datetime(2024, 1, 2, 3, 4, 5), '"2024-01-02 03:04:05"'),
        (datetime.datetime(2024, 1, 2, 3, 4, 5, 60, tzinfo=PLUS_TWO), '"2024-01-02 01:04:05.000060"'),
        (datetime.date(2024, 1, 2), '"2024-01-02"'),
        (pandas.Timestamp("2024-01-02T03:04:05+02:00"), '"2024-01-02 01:04:05"'),
        ([], "[]"),
        ((1, [2, ()]), "[1,[2,[]]]"),
        ({}, "{}"),
        (OrderedDict([("b", 1), ("a", {"": None})]), '{"b":1,"a":{"":null}}'),
        (numpy.int8(-5), "-5"),
        (numpy.uint64(2**64 - 1), "18446744073709551615"),
        (numpy.float64(0.1), "0.1"),
        (numpy.float32(0.5), "0.5"),
        (numpy.bool_(True), "true"),
        (numpy.str_("x"), '"x"'),
        (numpy.datetime64("2024-01-02T03:04:05.678"), '"2024-01-02 03:04:05.678000"'),
        (numpy.datetime64("2024-01-02"), '"2024-01-02 00:00:00"'),
        (numpy.datetime64("2024-01-02T03:04:05.123456789"), '"2024-01-02 03:04:05.123456"'),
        (pandas.Timestamp("2024-01-02T03:04:05.123456789"), '"2024-01-02 03:04:05.123456"'),
        (numpy.datetime64("2024-01-02T03:04:05.000000789"), '"2024-01-02 03:04:05"'),
        (pandas.Timestamp("2024-01-02T03:04:05.000000789"), '"2024-01-02 03:04:05"'),
        (datetime.datetime(2024, 1, 2, tzinfo=Nowhere()), '"2024-01-02 00:00:00"'),
    ],
)
def test_a_value_is_written_as_what_it_is(home: Path, value: Any, text: str) -> None:
    key = S3Client("a-bucket").write_json("value.json", value)
    assert (home / "a-bucket" / key).read_text(encoding="utf-8") == text + "\n"


@pytest.mark.parametrize(
    ("record", "path", "word"),
    [
        ({"a": float("nan")}, "a", "NaN"),
        ({"a": [0, {"b": float("-inf")}]}, "a[1].b", "Infinity"),
        ({"a": Decimal("NaN")}, "a", "NaN"),
        ({"a": numpy.float32("nan")}, "a", "nan"),
        ({"a": {1, 2}}, "a", "set"),
        ({"a": b"x"}, "a", "bytes"),
        ({"a": bytearray(b"x")}, "a", "bytearray"),
        ({"a": numpy.bytes_(b"x")}, "a", "bytes"),
        ({"a": numpy.array([1])}, "a", "tolist()"),
        ({"a": object()}, "a", "object"),
        ({"a": 1j}, "a", "complex"),
        ({"a": datetime.timedelta(1)}, "a", "timedelta"),
        ({"a": numpy.timedelta64(1, "s")}, "a", "timedelta"),
        ({"a": pandas.NaT}, "a", "NaT"),
        ({"a": numpy.datetime64("NaT")}, "a", "NaT"),
        ({"a": {1: 2}}, "a", "int"),
        ({"a": {None: 2}}, "a", "NoneType"),
        ({"a": {("x",): 2}}, "a", "tuple"),
        ({"a": "\ud800"}, "a", "surrogate"),
        ({"a": {"b": {"\udfff": 1}}}, "a.b", "surrogate"),
        ({"a": range(3)}, "a", "range"),
        ({"a": numpy.datetime64("12024-01-02T03:04:05")}, "a", "years 1 to 9999"),
        ({"a": numpy.datetime64("-0005-01-02")}, "a", "years 1 to 9999"),
        ({"a": numpy.longdouble(1)}, "a", "give float() of it"),
        ({"a": numpy.void(b"x")}, "a", "void"),
    ],
)
def test_what_json_has_not_is_refused_by_its_path(client: dualstore.Client, record: Any, path: str, word: str) -> None:
    with pytest.raises(dualstore.InvalidRecord) as raised:
        client.put("generated_metadata", {"brandid": 1, **record})
    assert f"'{path}" in str(raised.value)
    assert word in str(raised.value)
    assert "\n" not in str(raised.value)
    assert client.get("generated_metadata", 1) is None


def raising(error: BaseException) -> tuple[datetime.datetime, Any]:
    """A value, and a key of a dict, whose own code raises."""

    class Zone(Nowhere):
        def utcoffset(self, when: datetime.datetime | None) -> None:
            raise error

    class Key:
        def __repr__(self) -> str:
            raise error

    return datetime.datetime(2024, 1, 2, tzinfo=Zone()), Key()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_is_no_values_fault_goes_on(client: dualstore.Client, kind: type[BaseException]) -> None:
    value, key = raising(kind())
    for call in (
        lambda: client.put("generated_metadata", {"brandid": 1, "x": value}),
        lambda: client.put("generated_metadata", {"brandid": 1, key: 1}),
        lambda: client.put_many("generated_metadata", [{"brandid": 1, "x": [value]}]),
        lambda: client.put("feedback_history", {}, arguments={"brandid": value}),
        lambda: client.query("SELECT ?", [value]),
        lambda: client.query("SELECT :v", {"v": value}),
    ):
        with pytest.raises(kind):
            call()


def test_what_a_value_raises_refuses_it(client: dualstore.Client) -> None:
    for error, text in ((RuntimeError("no\nway"), "no way"), (TimeoutError(), "TimeoutError")):
        value, key = raising(error)
        with pytest.raises(dualstore.InvalidRecord, match=f"^field 'x': {text}$"):
            client.put("generated_metadata", {"brandid": 1, "x": value})
        with pytest.raises(dualstore.InvalidRecord, match="the key Key is of type Key"):
            client.put("generated_metadata", {"brandid": 1, key: 1})
        with pytest.raises(dualstore.InvalidArgument, match=f"^parameter 1: {text}$"):
            client.query("SELECT ?", [value])


def test_a_list_that_gets_shorter_meanwhile_is_refused(client: dualstore.Client) -> None:
    items: list[Any] = []

    class Zone(Nowhere):
        def utcoffset(self, when: datetime.datetime | None) -> None:
            items.clear()

    items += [datetime.datetime(2024, 1, 2, tzinfo=Zone()), 1, 2]
    with pytest.raises(dualstore.InvalidRecord, match=r"^field 'x': the list got shorter"):
        client.put("generated_metadata", {"brandid": 1, "x": items})


def test_a_great_integer_takes_no_great_time(client: dualstore.Client) -> None:
    for number in (10**1_000_000, 7 - 10**1_000_000):
        began = time.monotonic()
        client.put("generated_metadata", {"brandid": 1, "x": number})
        record = client.get("generated_metadata", 1)
        assert record is not None
        assert record["x"] == number
        assert time.monotonic() - began < 10


def test_a_record_that_holds_itself_is_too_deep(client: dualstore.Client) -> None:
    record: dict[str, Any] = {"brandid": 1}
    record["self"] = record
    with pytest.raises(dualstore.InvalidRecord, match="nested deeper than 128 levels"):
        client.put("generated_metadata", record)


def test_text_and_bytes_are_records_already(client: dualstore.Client) -> None:
    client.put("generated_metadata", ' {"brandid" : 1, "brandname": "é"}\n')
    client.put("generated_metadata", b'{"brandid":2,"confidence_score":0.10}')
    one, two = client.get("generated_metadata", 1), client.get("generated_metadata", 2)
    assert one is not None
    assert two is not None
    assert one.raw.startswith('{"brandid":1,"brandname":"é",'.encode())
    assert b'"confidence_score":0.10,' in two.raw, "digits are kept"


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("1", 1),
        ("9223372036854775807", 2**63 - 1),
        ("CAST(1 AS double)", 1.0),
        ("1.50", "1.50"),
        ("CAST('123456789012345678901234567.89' AS decimal(38,2))", "123456789012345678901234567.89"),
        ("true", True),
        ("NULL", None),
        ("'é'", "é"),
        ("''", ""),
        ("DATE '2024-01-02'", "2024-01-02"),
        ("TIMESTAMP '2024-01-02 03:04:05.678'", "2024-01-02 03:04:05.678"),
        ("X'00ff'", "00ff"),
        ("ARRAY[1, NULL]", [1, None]),
        ("MAP(ARRAY['a', 'b'], ARRAY[1.0E0, NULL])", {"a": 1.0, "b": None}),
        ("CAST(ROW(1, 'x') AS ROW(a integer, b varchar))", {"a": 1, "b": "x"}),
        ("ARRAY[MAP(ARRAY[1], ARRAY[ARRAY[true]])]", [{1: [True]}]),
    ],
)
def test_a_column_gives_values_of_its_type(home: Path, sql: str, value: Any) -> None:
    DualStorageClient("a-bucket")
    (row,) = AthenaClient().execute_query(f"SELECT {sql} AS v")
    assert row == {"v": value}
    assert type(row["v"]) is type(value)
    json.dumps([row])


def test_columns_of_one_name_are_all_there(client: dualstore.Client) -> None:
    assert list(client.query('SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS "A", 5 AS a')) == [{"a": 1, "a_2": 2, "a_1": 3, "A": 4, "a_3": 5}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's; -- ?", "it's; -- ?"),
        (5, "5"),
        (2**62, str(2**62)),
        (True, "true"),
        (1.5, "1.5E0"),
        (Decimal("1.50"), "1.50"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (numpy.int32(7), "7"),
        (numpy.str_("x"), "x"),
        (Colour.RED, "3"),
    ],
)
def test_parameters_are_bound_by_their_type(client: dualstore.Client, value: Any, text: str) -> None:
    by_place = client.query("SELECT CAST(? AS varchar) AS v", [value])
    by_name = client.query("SELECT CAST(:value AS varchar) AS v", {"value": value, "other": 1})
    assert list(by_place) == list(by_name) == [{"v": text}]


def test_times_are_compared_with_timestamps(client: dualstore.Client) -> None:
    client.put("generated_metadata", {"brandid": 1, "generated_at": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)})
    count = "SELECT count(*) AS n FROM generated_metadata WHERE generated_at "
    assert client.query(count + "= ?", [datetime.datetime(2024, 1, 2, 2, tzinfo=PLUS_TWO)])[0] == {"n": 1}
    assert client.query(count + "> :day", {"day": datetime.date(2024, 1, 2)})[0] == {"n": 0}


@pytest.mark.parametrize("value", [{1, 2}, b"x", object(), 1j, Decimal("NaN"), "\ud800"])
def test_what_can_be_no_parameter_is_named(client: dualstore.Client, value: Any) -> None:
    with pytest.raises(dualstore.InvalidArgument) as raised:
        client.query("SELECT ?", [value])
    assert "parameter 1" in str(raised.value)
    with pytest.raises(dualstore.InvalidArgument, match="parameter :v"):
        client.query("SELECT :v", {"v": value})


def test_wrong_parameters_are_errors(client: dualstore.Client) -> None:
    for parameters in ([], [1, 2], {"a": 1}):
        with pytest.raises(dualstore.QueryError, match="INVALID_PARAMETER_USAGE"):
            client.query("SELECT ?", parameters)
    with pytest.raises(dualstore.QueryError, match=r"no value for :missing"):
        client.query("SELECT :missing", {"given": 1})
    with pytest.raises(dualstore.InvalidArgument):
        client.query("SELECT ?", "x")
    with pytest.raises(dualstore.InvalidArgument):
        client.query("SELECT :a", {1: 2})  # type: ignore[dict-item]
