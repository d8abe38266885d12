"""Writes queries for ask_trino.py: calls of every scalar function, casts and operators, with values at which engines differ first.

    dualstore sql --format arrays 'SHOW FUNCTIONS' | python3 tests/sql/generate_queries.py --seed 1 QUERIES
    python3 tests/sql/ask_trino.py --server http://127.0.0.1:8080 QUERIES CASES

The same seed gives the same queries. What then differs, sql_conformance_tests prints: it reads CASES from tests/data/conformance/trino.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator

_VALUES = {
    "bigint": "0|1|-1|2|3|7|-5|10|100|64|255|1000000|5000000000|BIGINT '9223372036854775807'|BIGINT '-9223372036854775808'|NULL",
    "integer": "0|1|-1|2|3|5|10|16|36|2147483647|INTEGER '-2147483648'|NULL",
    "smallint": "SMALLINT '3'|SMALLINT '-32768'",
    "tinyint": "TINYINT '5'|TINYINT '-128'",
    "double": "0e0|1.5e0|-1.5e0|2.5e0|0.1e0|0.5e0|3e0|1e18|1e300|-1e-300|nan()|infinity()|-infinity()|NULL",
    "real": "REAL '1.5'|REAL '-0.1'|REAL '3.4e38'|REAL '16777217'|NULL",
    "decimal": "1.5|-2.50|0.00|0.005|-7|100.0|12345678901234567890.12|DECIMAL '99999999999999999999999999999999999999'|NULL",
    "boolean": "true|false|NULL",
    "varchar": "''|'a'|'A'|'abc'|'aaa'|'b'|'Hello World'|'é日本😀'|'e\u0301'|' x '|'a,b,,c'|'2024-05-06'|'123'|' 12 '|'1e3'|'1.005'|'-4.5'|'NaN'"
    "|'%Y-%m-%d'|'yyyy-MM-dd'|'https://user@ex.com:81/p/a?x=1&y=%20#f'|'{\"a\":[1,2,{\"b\":null}]}'|'[1,\"x\",null]'|'$.a'|'k=v;l=w'"
    "|'='|';'|','|'UTC'|'Europe/Paris'|'day'|'month'|'[a-z]+'|'\\d'|'00ff'|'aGk='|'2024-05-06 07:08:09.1239'|'12:34'|'true'|NULL",
    "char": "CAST('ab' AS char(4))|CAST('' AS char(2))",
    "varbinary": "X''|X'00'|X'616263'|X'ffd8'|to_utf8('é😀')|X'0102030405060708'|X'00000001'|NULL",
    "date": "DATE '2024-02-29'|DATE '1969-12-31'|DATE '0001-01-01'|DATE '9999-12-31'|DATE '2023-01-01'|NULL",
    "time": "TIME '00:00:00'|TIME '23:59:59.999'|TIME '12:34:56.123456'|NULL",
    "time with time zone": "TIME '01:02:03 +05:30'|TIME '23:59:59.999 -08:00'",
    "timestamp": "TIMESTAMP '2024-05-06 07:08:09.123'|TIMESTAMP '1969-12-31 23:59:59'|TIMESTAMP '2024-02-29 00:00:00.000001'"
    "|TIMESTAMP '0001-01-01 00:00:00'|TIMESTAMP '9999-12-31 23:59:59.999'|NULL",
    "timestamp with time zone": "TIMESTAMP '2024-05-06 07:08:09.123 UTC'|TIMESTAMP '2024-10-27 02:30:00 Europe/Paris'"
    "|TIMESTAMP '1900-01-01 00:00:00 +05:30'",
    "interval day to second": "INTERVAL '1' DAY|INTERVAL '-90' MINUTE|INTERVAL '1 02:03:04.567' DAY TO SECOND|INTERVAL '0' SECOND",
    "interval year to month": "INTERVAL '14' MONTH|INTERVAL '-1' YEAR",
    "json": "JSON '{\"a\":[1,2.5,\"x\"]}'|JSON '[]'|JSON 'null'|JSON '[3,1,2]'|JSON '\"s\"'|JSON '1.50'|NULL",
    "uuid": "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
    "unknown": "NULL",
}
_POOLS = {name: text.split("|") for name, text in _VALUES.items()}
_NESTED = ["ARRAY[1,2]", "ARRAY['1','x']", "MAP(ARRAY['a'],ARRAY[1])", "ROW(1,'x')"]
_ELEMENTS = ["bigint", "varchar", "double", "date", "decimal", "boolean", "integer", "timestamp"]
_TARGETS = [
    "boolean",
    "tinyint",
    "integer",
    "bigint",
    "real",
    "double",
    "decimal(10,2)",
    "decimal(38,10)",
    "varchar",
    "varchar(3)",
    "char(5)",
    "varbinary",
    "date",
    "time(3)",
    "time(6) with time zone",
    "timestamp(0)",
    "timestamp(3)",
    "timestamp(6) with time zone",
    "json",
    "array(varchar)",
    "map(varchar,integer)",
    "row(a bigint, b varchar)",
]
_NUMBERS = ["bigint", "integer", "smallint", "tinyint", "double", "real", "decimal"]
_TIMES = [
    "date",
    "time",
    "time with time zone",
    "timestamp",
    "timestamp with time zone",
    "interval day to second",
    "interval year to month",
]
# Their answers are never the same twice, or are errors.
_SKIPPED = {
    "current_date", "current_time", "current_timestamp", "fail", "localtime", "localtimestamp", "now", "rand", "random", "shuffle", "uuid",
}  # fmt: skip


def _parts(text: str) -> list[str]:
    """What stands between the commas that are in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


class Generator:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _value(self, kind: str, variables: dict[str, str]) -> str:
        if len(kind) == 1:
            kind = variables.setdefault(kind, self._random.choice(_ELEMENTS))
        nested = re.match(r"(array|map|row)\((.*)\)$", kind)
        if not nested:
            return self._random.choice(_POOLS[re.sub(r"\(.*?\)", "", kind).strip()])
        inner = _parts(nested[2])
        if nested[1] == "row":
            return f"ROW({', '.join(self._value(part, variables) for part in inner)})"
        if self._random.random() < 0.08:
            return "NULL"
        count = self._random.randrange(5)
        if nested[1] == "array":
            return f"ARRAY[{', '.join(self._value(inner[0], variables) for _ in range(count))}]"
        keys = {self._value(inner[0], variables): None for _ in range(count)}
        keys.pop("NULL", None)
        return f"MAP(ARRAY[{', '.join(keys)}], ARRAY[{', '.join(self._value(inner[1], variables) for _ in keys)}])"

    def calls(self, functions: list[list[str]], each: int) -> Iterator[str]:
        for name, _, arguments, kind in functions:
            if kind != "scalar" or name in _SKIPPED or "function(" in arguments:
                continue
            for _ in range(each):
                variables: dict[str, str] = {}
                values: list[str] = []
                for part in _parts(arguments):
                    count = self._random.randrange(3) if part.endswith("...") else 1
                    values += (self._value(part.removesuffix("..."), variables) for _ in range(count))
                yield f"SELECT {name}({', '.join(values)})"

    def casts(self, each: int) -> Iterator[str]:
        for value in sorted({value for pool in _POOLS.values() for value in pool if value != "NULL"}) + _NESTED:
            for target in self._random.sample(_TARGETS, each):
                yield f"SELECT {self._random.choice(['CAST', 'CAST', 'TRY_CAST'])}({value} AS {target})"

    def _of(self, kinds: list[str]) -> str:
        return self._random.choice([value for kind in kinds for value in _POOLS[kind] if value != "NULL"])

    def operators(self, count: int) -> Iterator[str]:
        comparisons = ["=", "<>", "<", ">=", "IS DISTINCT FROM"]
        for _ in range(count):
            kinds, operators = self._random.choice(
                [(_NUMBERS, ["+", "-", "*", "/", "%"]), (_NUMBERS, comparisons), (_TIMES, ["+", "-"]), (_TIMES, comparisons),
                 (list(_POOLS), [*comparisons, "||"])]
            )  # fmt: skip
            yield f"SELECT {self._of(kinds)} {self._random.choice(operators)} {self._of(kinds)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("output", help="the file to write the queries to")
    options = parser.parse_args()
    generator = Generator(options.seed)
    functions = json.load(sys.stdin)["rows"]
    queries = [*generator.calls(functions, 4), *generator.casts(8), *generator.operators(1500)]
    with open(options.output, "w", encoding="utf-8") as file:
        for sql in queries:
            file.write(json.dumps({"family": "generated", "sql": sql}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
