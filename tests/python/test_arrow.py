"""A query's result as Arrow."""

from __future__ import annotations

import datetime
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import dualstore
import pyarrow
import pytest

ROOT = Path(__file__).parents[2]
UTC = datetime.timezone.utc


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("true", pyarrow.bool_(), True),
        ("CAST(-128 AS tinyint)", pyarrow.int8(), -128),
        ("CAST(-32768 AS smallint)", pyarrow.int16(), -32768),
        ("CAST(-2147483648 AS integer)", pyarrow.int32(), -(2**31)),
        ("9223372036854775807", pyarrow.int64(), 2**63 - 1),
        ("CAST(0.5 AS real)", pyarrow.float32(), 0.5),
        ("CAST(-1.5 AS double)", pyarrow.float64(), -1.5),
        ("infinity()", pyarrow.float64(), math.inf),
        ("-infinity()", pyarrow.float64(), -math.inf),
        ("CAST('-1.50' AS decimal(10,2))", pyarrow.decimal128(10, 2), Decimal("-1.50")),
        ("CAST('0.05' AS decimal(3,2))", pyarrow.decimal128(3, 2), Decimal("0.05")),
        (
            "CAST('12345678901234567890123456789012345678' AS decimal(38,0))",
            pyarrow.decimal128(38, 0),
            Decimal("1" + "2345678901234567890123456789012345678"),
        ),
        ("'é'", pyarrow.string(), "é"),
        ("''", pyarrow.string(), ""),
        ("X'00ff'", pyarrow.binary(), b"\x00\xff"),
        ("X''", pyarrow.binary(), b""),
        ("DATE '1969-12-31'", pyarrow.date32(), datetime.date(1969, 12, 31)),
        ("DATE '0001-01-01'", pyarrow.date32(), datetime.date(1, 1, 1)),
        ("DATE '9999-12-31'", pyarrow.date32(), datetime.date(9999, 12, 31)),
        ("TIMESTAMP '2024-01-02 03:04:05.678'", pyarrow.timestamp("ms"), datetime.datetime(2024, 1, 2, 3, 4, 5, 678000)),
        ("TIMESTAMP '1900-01-02 03:04:05.001'", pyarrow.timestamp("ms"), datetime.datetime(1900, 1, 2, 3, 4, 5, 1000)),
        (
            "TIMESTAMP '2024-01-02 03:04:05.678 UTC'",
            pyarrow.timestamp("ms", "UTC"),
            datetime.datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
        ),
        ("ARRAY[1, NULL]", pyarrow.list_(pyarrow.int32()), [1, None]),
        ("ARRAY[ARRAY['a'], NULL, ARRAY[]]", pyarrow.list_(pyarrow.list_(pyarrow.string())), [["a"], None, []]),
        ("MAP(ARRAY['a', 'b'], ARRAY[1, NULL])", pyarrow.map_(pyarrow.string(), pyarrow.int32()), [("a", 1), ("b", None)]),
        (
            "CAST(ROW(1, ARRAY[TIMESTAMP '2024-01-02 00:00:00.000']) AS ROW(a integer, c array(timestamp(3))))",
            pyarrow.struct([("a", pyarrow.int32()), ("c", pyarrow.list_(pyarrow.timestamp("ms")))]),
            {"a": 1, "c": [datetime.datetime(2024, 1, 2)]},
        ),
    ],
)
def test_a_column_has_its_own_type(client: dualstore.Client, sql: str, kind: pyarrow.DataType, value: Any) -> None:
    table = client.query(f"SELECT {sql} AS v UNION ALL SELECT NULL").to_arrow()
    assert table.schema.field("v").type == kind
    values = table.column("v").to_pylist()
    table.validate(full=True)
    assert sorted(values, key=lambda one: one is None) == [value, None]


def test_nan_is_nan(client: dualstore.Client) -> None:
    (value,) = client.query("SELECT nan() AS v").to_arrow().column("v").to_pylist()
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("INTERVAL '3' DAY", "3 00:00:00.000"),
        ("JSON '{\"a\": 1}'", '{"a":1}'),
    ],
)
def test_what_arrow_has_no_type_for_is_text(client: dualstore.Client, sql: str, text: str) -> None:
    table = client.query(f"SELECT {sql} AS v").to_arrow()
    assert table.schema.field("v").type == pyarrow.string()
    assert table.column("v").to_pylist() == [text]


def test_far_dates_keep_their_days(client: dualstore.Client) -> None:
    table = client.query("SELECT DATE '12024-02-29' AS far, DATE '-0001-03-01' AS early").to_arrow()
    assert table.schema.types == [pyarrow.date32()] * 2
    assert [column.cast(pyarrow.int32()).to_pylist() for column in table.columns] == [[3_672_207], [-719_834]]


def test_fields_may_have_any_name(client: dualstore.Client) -> None:
    row = """CAST(ROW(1, ARRAY['x'], DATE '2024-01-02', 4) AS ROW("a b" integer, "c,d(" array(varchar), "E""f" date, interval integer))"""
    table = client.query(f"SELECT {row} AS v").to_arrow()
    assert table.column("v").to_pylist() == [{"a b": 1, "c,d(": ["x"], 'E"f': datetime.date(2024, 1, 2), "interval": 4}]


def test_sums_of_any_size_are_decimals(client: dualstore.Client) -> None:
    result = client.query(
        "SELECT g, sum(x) AS s FROM (VALUES (1, 9223372036854775807), (1, 9223372036854775807), (2, 5)) t(g, x) GROUP BY g ORDER BY g"
    )
    values = result.to_arrow().column("s").to_pylist()
    assert [int(value) for value in values] == [2**64 - 2, 5]


def test_no_rows_still_have_columns(client: dualstore.Client) -> None:
    client.init()
    table = client.query("SELECT * FROM generated_metadata").to_arrow()
    assert table.num_rows == 0
    assert table.schema.names[:4] == ["brandid", "brandname", "regex", "mccids"]
    assert table.schema.field("mccids").type == pyarrow.list_(pyarrow.int32())
    assert table.schema.field("generated_at").type == pyarrow.timestamp("ms")


def test_columns_of_one_name_are_kept(client: dualstore.Client) -> None:
    table = client.query('SELECT 1 AS a, 2 AS a, 3 AS "é "').to_arrow()
    assert table.schema.names == ["a", "a", "é "]
    assert [column.to_pylist() for column in table.columns] == [[1], [2], [3]]


def test_many_rows_come_whole(client: dualstore.Client) -> None:
    result = client.query(
        "SELECT x, CAST(x AS varchar) AS s, ARRAY[x, -y] AS a FROM UNNEST(sequence(1, 10000)) t(x), UNNEST(sequence(1, 10)) u(y)"
    )
    table = result.to_arrow()
    assert table.num_rows == 100_000
    table.validate(full=True)
    assert table.to_pylist() == list(result)


def test_any_library_can_take_the_stream(client: dualstore.Client) -> None:
    result = client.query("SELECT 1 AS a, 'x' AS b")
    reader = pyarrow.RecordBatchReader.from_stream(result)
    assert reader.read_all().to_pylist() == [{"a": 1, "b": "x"}]
    assert pyarrow.table(result).to_pylist() == [{"a": 1, "b": "x"}], "a result can be taken again"


def test_a_stream_that_nobody_takes_is_let_go(client: dualstore.Client) -> None:
    result = client.query("SELECT x, CAST(x AS varchar) AS s FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 5)) b(y)")

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    for _ in range(5):
        result.__arrow_c_stream__()
    before = resident()
    for _ in range(100):
        result.__arrow_c_stream__()
    assert resident() - before < 20_000_000, "a stream is over 1 MB"


def test_pandas_has_its_types(client: dualstore.Client) -> None:
    client.put("generated_metadata", {"brandid": 1, "confidence_score": 0.5, "mccids": [1], "generated_at": "2024-01-02 03:04:05"})
    frame = client.query("SELECT brandid, confidence_score, mccids, generated_at FROM generated_metadata").to_pandas()
    assert [str(kind) for kind in frame.dtypes] == ["int32", "float64", "object", "datetime64[ms]"]
    assert list(frame["mccids"][0]) == [1]


def in_json(value: Any) -> Any:
    """An Arrow value as a row's dict has it."""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", timespec="milliseconds")
    return value


@pytest.mark.parametrize("table", ["generated_metadata", "feedback_history", "workflow_executions", "escalations"])
def test_rows_and_arrow_say_the_same(client: dualstore.Client, table: str) -> None:
    lines = (ROOT / "tests" / "data" / "records" / f"{table}.ndjson").read_text(encoding="utf-8").splitlines()[:300]
    client.put_many(table, [{"brandid": 7, **json.loads(line)} for line in lines])
    result = client.query(f"SELECT * FROM {table}")
    assert len(result) > 100
    assert [{name: in_json(value) for name, value in row.items()} for row in result.to_arrow().to_pylist()] == list(result)
