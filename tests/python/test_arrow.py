"""A query's result as Arrow."""

from __future__ import annotations

import datetime
import json
import math
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import dualstore
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
        ("TIMESTAMP '1969-12-31 23:59:59.999'", pyarrow.timestamp("ms"), datetime.datetime(1969, 12, 31, 23, 59, 59, 999000)),
        (
            "TIMESTAMP '2024-07-02 01:04:05.678 UTC'",
            pyarrow.timestamp("ms", "UTC"),
            datetime.datetime(2024, 7, 2, 1, 4, 5, 678000, tzinfo=UTC),
        ),
        ("TIME '23:59:59.999'", pyarrow.time32("ms"), datetime.time(23, 59, 59, 999000)),
        ("CAST('abc' AS varchar(3))", pyarrow.string(), "abc"),
        ("ROW(1, 'x')", pyarrow.struct([("field0", pyarrow.int32()), ("field1", pyarrow.string())]), {"field0": 1, "field1": "x"}),
        (
            "ARRAY[CAST(ROW(NULL, ARRAY[NULL, MAP(ARRAY['k'], ARRAY[NULL])]) AS ROW(a integer, b array(map(varchar, integer)))), NULL]",
            pyarrow.list_(pyarrow.struct([("a", pyarrow.int32()), ("b", pyarrow.list_(pyarrow.map_(pyarrow.string(), pyarrow.int32())))])),
            [{"a": None, "b": [None, [("k", None)]]}, None],
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


def test_times_of_other_zones_are_text(client: dualstore.Client) -> None:
    table = client.query("SELECT TIMESTAMP '2024-07-02 03:04:05.678 Europe/Paris' AS v").to_arrow()
    assert table.column("v").to_pylist() == ["2024-07-02 03:04:05.678 Europe/Paris"]


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


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_stream_that_nobody_takes_is_let_go(client: dualstore.Client) -> None:
    result = client.query("SELECT x, CAST(x AS varchar) AS s FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 5)) b(y)")
    for _ in range(5):
        result.__arrow_c_stream__()
    before = resident()
    for _ in range(200):
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


class Trino:
    """A server that answers every statement with one page of what it was told: for types and values that the embedded engine has not."""

    def __init__(self, folder: Path) -> None:
        trino = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", str(len(trino.page)))
                self.end_headers()
                self.wfile.write(trino.page)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.page = b""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.client = dualstore.open(f"file:{folder}", engine=f"trino://ann@127.0.0.1:{self.server.server_port}/hive/brands")

    def result(self, columns: list[tuple[str, str, dict[str, Any]]], rows: list[list[Any]]) -> dualstore.QueryResult:
        described = [{"name": name, "type": kind, "typeSignature": signature} for name, kind, signature in columns]
        self.page = json.dumps({"id": "1", "columns": described, "data": rows, "stats": {"state": "FINISHED"}}).encode()
        return self.client.query("SELECT 1")

    def column(self, kind: str, values: list[Any], signature: dict[str, Any] | None = None) -> pyarrow.ChunkedArray:
        """A column ``c``, whose values are read by the signature: by default text, which most types come as."""
        table = self.result([("c", kind, signature or TEXT)], [[value] for value in values]).to_arrow()
        table.validate(full=True)
        return table.column(0)


@pytest.fixture(scope="module")
def trino(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trino]:
    opened = Trino(tmp_path_factory.mktemp("trino"))
    yield opened
    opened.client.close()
    opened.server.shutdown()
    opened.server.server_close()


def signature(raw: str, *arguments: dict[str, Any]) -> dict[str, Any]:
    return {"rawType": raw, "arguments": list(arguments)}


def number(value: int) -> dict[str, Any]:
    return {"kind": "LONG", "value": value}


def of_type(inner: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "TYPE", "value": inner}


TEXT = signature("varchar", number(2147483647))  # with arguments, so that the type's name is the column's
WHOLE = signature("integer", number(0))
FIELD = {"kind": "NAMED_TYPE", "value": {"fieldName": None, "typeSignature": WHOLE}}


@pytest.mark.parametrize(
    ("kind", "arrow", "shown", "units"),
    [
        ("timestamp(0)", pyarrow.timestamp("s"), "1970-01-01 00:00:02", 2),
        ("timestamp(0)", pyarrow.timestamp("s"), "1969-12-31 23:59:58", -2),
        ("timestamp(1)", pyarrow.timestamp("ms"), "1970-01-01 00:00:02.5", 2500),
        ("timestamp(3)", pyarrow.timestamp("ms"), "1969-12-31 23:59:59.999", -1),
        ("timestamp(4)", pyarrow.timestamp("us"), "1970-01-01 00:00:00.1234", 123400),
        ("timestamp(6)", pyarrow.timestamp("us"), "1970-01-01 00:00:00.123456", 123456),
        ("timestamp(7)", pyarrow.timestamp("ns"), "1970-01-01 00:00:00.1234567", 123456700),
        ("timestamp(9)", pyarrow.timestamp("ns"), "2262-04-11 23:47:16.854775807", 2**63 - 1),
        ("timestamp(3)", pyarrow.timestamp("ms"), "12024-02-29 00:00:00.001", 3_672_207 * 86_400_000 + 1),
        ("timestamp(3)", pyarrow.timestamp("ms"), "-0001-03-01 00:00:00.001", -719_834 * 86_400_000 + 1),
        ("timestamp(3) with time zone", pyarrow.timestamp("ms", "UTC"), "1970-01-01 00:00:00.001 UTC", 1),
        ("timestamp(3) with time zone", pyarrow.timestamp("ms", "UTC"), "1970-01-01 02:00:00.001 +02:00", 1),
        ("timestamp(0) with time zone", pyarrow.timestamp("s", "UTC"), "1970-01-01 00:00:00 -05:30", 19800),
        ("timestamp(6) with time zone", pyarrow.timestamp("us", "UTC"), "1970-01-01 14:00:00.000001 +14:00", 1),
        ("timestamp(9) with time zone", pyarrow.timestamp("ns", "UTC"), "1970-01-01 00:00:00.000000001 Z", 1),
        ("time(0)", pyarrow.time32("s"), "00:01:01", 61),
        ("time(3)", pyarrow.time32("ms"), "23:59:59.999", 86_399_999),
        ("time(6)", pyarrow.time64("us"), "00:00:00.123456", 123456),
        ("time(9)", pyarrow.time64("ns"), "23:59:59.999999999", 86_399_999_999_999),
        ("date", pyarrow.date32(), "1969-12-31", -1),
    ],
)
def test_times_are_of_the_unit_of_their_precision(trino: Trino, kind: str, arrow: pyarrow.DataType, shown: str, units: int) -> None:
    column = trino.column(kind, [shown, None], None if kind != "date" else signature("date"))
    assert column.type == arrow
    integer = pyarrow.int32() if arrow.bit_width == 32 else pyarrow.int64()
    assert column.cast(integer).to_pylist() == [units, None]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("timestamp(12)", ["2024-01-02 03:04:05.678901234567"]),
        ("time(12)", ["03:04:05.678901234567"]),
        ("timestamp(9)", ["2024-01-02 03:04:05.000000000", "9999-12-31 00:00:00.000000000"]),
        ("timestamp(3) with time zone", ["2024-01-02 03:04:05.678 UTC", "2024-01-02 03:04:05.678 Europe/Paris"]),
        ("array(timestamp(3))", ["[2024-01-02 03:04:05.678]"]),
        ("time(3) with time zone", ["03:04:05.678+02:00"]),
        ("varchar(3)", ["abc"]),
        ("char(4)", ["abc "]),
        ("uuid", ["12151fd2-7586-11e9-8f9e-2a86e4085a59"]),
        ("interval year to month", ["1-2"]),
        ("ipaddress", ["192.0.2.1"]),
        pytest.param("array(" * 20_000 + "integer" + ")" * 20_000, ["x"], id="nested"),
        *((name, ["x"]) for name in ("", "(", ")(", "array(", "array()", "map(integer)", "map(,)", "row(", "row()", 'row("a integer)')),
        *((name, ["x"]) for name in ("timestamp(", "timestamp(x)", "timestamp(99999999999999999999)", "decimal()", "HyperLogLog")),
    ],
)
def test_a_column_that_arrow_cannot_state_is_text(trino: Trino, kind: str, values: list[str]) -> None:
    column = trino.column(kind, [*values, None])
    assert column.type == pyarrow.string()
    assert column.to_pylist() == [*values, None]


def test_null_has_the_null_type(trino: Trino) -> None:
    column = trino.column("unknown", [None, None], signature("unknown"))
    assert column.type == pyarrow.null()
    assert column.to_pylist() == [None, None]


def test_all_may_be_null_but_a_maps_keys(trino: Trino) -> None:
    kind = trino.column("map(varchar, integer)", [None, {}], signature("map", of_type(TEXT), of_type(WHOLE))).type
    assert kind.key_field.nullable is False
    assert kind.item_field.nullable is True


def test_names_may_be_empty(trino: Trino) -> None:
    table = trino.result([("", "integer", WHOLE), ("", "varchar", TEXT)], [[1, "x"]]).to_arrow()
    assert table.schema.names == ["", ""]
    assert [column.to_pylist() for column in table.columns] == [[1], ["x"]]


def test_a_real_is_the_nearest_float(trino: Trino) -> None:
    column = trino.column("real", [3.4028235e38, -3.4028235e38, 1.4e-45, "-Infinity", None], signature("real"))
    assert column.type == pyarrow.float32()
    largest = (2 - 2**-23) * 2.0**127
    assert column.to_pylist() == [largest, -largest, 2.0**-149, -math.inf, None]


@pytest.mark.parametrize(
    ("kind", "given_as", "value"),
    [
        ("tinyint", signature("tinyint"), 128),
        ("smallint", signature("smallint"), -32769),
        ("integer", signature("integer"), 2**31),
        ("real", signature("real"), 1e39),
        ("bigint", TEXT, "x"),
        ("double", TEXT, "x"),
        ("varbinary", TEXT, "x"),
        ("boolean", WHOLE, 1),
        ("double", WHOLE, 1),
        ("date", WHOLE, 1),
        ("timestamp(3)", WHOLE, 1),
        ("unknown", WHOLE, 1),
        ("decimal(3, 2)", signature("decimal", number(3), number(2)), "1.x"),
        ("decimal(3, 2)", signature("decimal", number(3), number(2)), ""),
        ("decimal(3, 2)", signature("decimal", number(3), number(2)), "."),
        ("integer", signature("array", of_type(WHOLE)), [1]),
        ("varchar", signature("array", of_type(WHOLE)), [1]),
        ("map(integer, integer)", signature("array", of_type(WHOLE)), [1]),
        ("row(integer)", signature("array", of_type(WHOLE)), [1]),
        ("row(integer, integer)", signature("row", FIELD), [1]),
        ("row(integer)", signature("row", FIELD, FIELD), [1, 2]),
        ("array(boolean)", signature("array", of_type(WHOLE)), [1]),
        ("array(integer)", WHOLE, 1),
    ],
)
def test_a_value_of_another_type_is_corrupt(trino: Trino, kind: str, given_as: dict[str, Any], value: Any) -> None:
    result = trino.result([("first", "integer", WHOLE), ("c", kind, given_as)], [[1, value]])
    with pytest.raises(dualstore.Corrupt, match="column c "):
        result.to_arrow()


def test_decimals_keep_every_digit_or_are_text(trino: Trino) -> None:
    def given_as(precision: int, scale: int) -> tuple[str, dict[str, Any]]:
        return f"decimal({precision}, {scale})", signature("decimal", number(precision), number(scale))

    kind, read_as = given_as(38, 38)
    column = trino.column(kind, ["-0." + "0" * 37 + "1", "0." + "9" * 38], read_as)
    assert column.type == pyarrow.decimal128(38, 38)
    assert column.to_pylist() == [Decimal("-1e-38"), Decimal("0." + "9" * 38)]
    kind, read_as = given_as(3, 2)
    assert trino.column(kind, ["1.5", "-0.00", "-9.99", None], read_as).to_pylist() == [Decimal("1.50"), 0, Decimal("-9.99"), None]
    for beyond in ("10.00", "1.234"):
        assert trino.column(kind, ["1.00", beyond], read_as).to_pylist() == ["1.00", beyond]


def test_a_result_that_is_refused_leaves_nothing(trino: Trino) -> None:
    rows = [["x" * 1000, 1] for _ in range(2000)]
    result = trino.result([("s", "varchar", TEXT), ("n", "tinyint", signature("tinyint"))], [*rows, ["x", 1000]])

    def refused(times: int) -> int:
        for _ in range(times):
            with pytest.raises(dualstore.Corrupt):
                result.__arrow_c_stream__()
        return resident()

    before = refused(5)
    assert refused(100) - before < 20_000_000, "each had filled 2 MB"


class Kind(NamedTuple):
    """A type in Trino's words and in Arrow's, and what Trino sends for a value with what Arrow shows of it."""

    name: str
    signature: dict[str, Any]
    arrow: pyarrow.DataType
    values: st.SearchStrategy[tuple[Any, Any]]


def same_both(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    return values.map(lambda value: (value, value))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
LEAVES = [
    Kind("boolean", signature("boolean"), pyarrow.bool_(), same_both(st.booleans())),
    Kind("smallint", signature("smallint"), pyarrow.int16(), same_both(st.integers(-(2**15), 2**15 - 1))),
    Kind("bigint", signature("bigint"), pyarrow.int64(), same_both(st.integers(-(2**63), 2**63 - 1))),
    Kind("real", signature("real"), pyarrow.float32(), same_both(st.floats(width=32, allow_nan=False, allow_infinity=False))),
    Kind("double", signature("double"), pyarrow.float64(), same_both(st.floats(allow_nan=False, allow_infinity=False))),
    Kind("varchar(5)", signature("varchar", number(5)), pyarrow.string(), same_both(TEXTS)),
    Kind("date", signature("date"), pyarrow.date32(), st.dates().map(lambda day: (day.isoformat(), day))),
    Kind("interval day to second", signature("interval day to second"), pyarrow.string(), same_both(st.just("1 00:00:00.000"))),
    Kind(
        "decimal(9, 3)",
        signature("decimal", number(9), number(3)),
        pyarrow.decimal128(9, 3),
        st.decimals(-(10**5), 10**5, places=3, allow_nan=False).map(lambda value: (f"{value:f}", value)),
    ),
    Kind(
        "timestamp(6) with time zone",
        signature("timestamp with time zone", number(6)),
        pyarrow.timestamp("us", "UTC"),
        st.datetimes(datetime.datetime(1, 1, 2)).map(lambda time: (time.isoformat(" ", "microseconds") + " UTC", time.replace(tzinfo=UTC))),
    ),
]


def list_of(inner: Kind) -> Kind:
    values = st.lists(nullable(inner), max_size=3).map(lambda items: ([sent for sent, _ in items], [shown for _, shown in items]))
    return Kind(f"array({inner.name})", signature("array", of_type(inner.signature)), pyarrow.list_(inner.arrow), values)


def map_of(inner: Kind) -> Kind:
    values = st.dictionaries(TEXTS, nullable(inner), max_size=3).map(
        lambda items: ({key: sent for key, (sent, _) in items.items()}, [(key, shown) for key, (_, shown) in items.items()])
    )
    arrow = pyarrow.map_(pyarrow.string(), inner.arrow)
    return Kind(f"map(varchar, {inner.name})", signature("map", of_type(TEXT), of_type(inner.signature)), arrow, values)


def row_of(fields: list[tuple[str, Kind]]) -> Kind:
    def words(name: str, kind: Kind) -> str:
        quoted = name.replace('"', '""')
        return f'"{quoted}" {kind.name}' if name else kind.name

    def described(name: str, kind: Kind) -> dict[str, Any]:
        return {"kind": "NAMED_TYPE", "value": {"fieldName": {"name": name} if name else None, "typeSignature": kind.signature}}

    shown_names = [name or f"field{i}" for i, (name, _) in enumerate(fields)]
    values = st.tuples(*(nullable(kind) for _, kind in fields)).map(
        lambda items: ([sent for sent, _ in items], {name: shown for name, (_, shown) in zip(shown_names, items, strict=True)})
    )
    arrow = pyarrow.struct([(name, kind.arrow) for name, (_, kind) in zip(shown_names, fields, strict=True)])
    return Kind(
        f"row({', '.join(words(*field) for field in fields)})", signature("row", *(described(*field) for field in fields)), arrow, values
    )


def nullable(kind: Kind) -> st.SearchStrategy[tuple[Any, Any]]:
    return st.one_of(st.just((None, None)), kind.values)


FIELD_NAMES = st.one_of(st.sampled_from(["", "a", "interval", 'a "b"', "(", "a,b)"]), st.text('ab ",()é', min_size=1, max_size=4))
KINDS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map(list_of),
        inner.map(map_of),
        st.lists(st.tuples(FIELD_NAMES, inner), min_size=1, max_size=3, unique_by=lambda field: field[0] or object()).map(row_of),
    ),
    max_leaves=5,
)


def test_a_field_without_a_name_may_be_an_interval(trino: Trino) -> None:
    interval = next(kind for kind in LEAVES if kind.name.startswith("interval"))
    kind = row_of([("", interval), ("interval", interval)])
    assert trino.column(kind.name, [], kind.signature).type == kind.arrow


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_type_holds_any_of_its_values(trino: Trino, data: st.DataObject) -> None:
    kind = data.draw(KINDS)
    values = data.draw(st.lists(nullable(kind), max_size=5))
    column = trino.column(kind.name, [sent for sent, _ in values], kind.signature)
    assert column.type == kind.arrow
    assert column.to_pylist() == [shown for _, shown in values]
