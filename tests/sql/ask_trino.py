"""Asks a Trino server what SQL answers, and writes cases as tests/data/conformance/sql.jsonl holds them.

The input has one query a line: the SQL itself, or a JSON object with "sql" and, if wished, "family"; a file of cases can so be asked anew.
Each line of the output is a case: "family" (where given), "sql", and either "columns" and "rows" or "error" and "message". The four tables
must be there already, in the schema that is named. The session's time zone is UTC.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_NOT_FINITE = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
_WHOLE_NUMBERS = {"tinyint", "smallint", "integer", "bigint"}
_BUSY = {429, 502, 503, 504}  # the protocol's "ask again"


class Trino:
    """A session of Trino's REST protocol (https://trino.io/docs/476/develop/client-protocol.html)."""

    def __init__(self, server: str, catalog: str, schema: str) -> None:
        self._statement = server.rstrip("/") + "/v1/statement"
        self._headers = {
            "X-Trino-User": "test",
            "X-Trino-Source": "ask_trino",
            "X-Trino-Catalog": catalog,
            "X-Trino-Schema": schema,
            "X-Trino-Time-Zone": "UTC",
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",  # else all times come cut to milliseconds
        }

    def ask(self, sql: str) -> Json:
        """The case's answer: "columns" and "rows", or "error" and "message"."""
        columns: list[Json] = []
        rows: list[list[Any]] = []
        for page in self._pages(sql):
            if error := page.get("error"):
                return {"error": error["errorName"], "message": error["message"]}
            columns = page.get("columns") or columns
            types = [column["typeSignature"] for column in columns]
            rows += ([value_of(kind, value) for kind, value in zip(types, row, strict=True)] for row in page.get("data") or [])
        return {"columns": [[column["name"], _type_name(column["type"])] for column in columns], "rows": rows}

    def _pages(self, sql: str) -> Iterator[Json]:
        page = self._send(self._statement, sql.encode())
        yield page
        while "nextUri" in page:
            page = self._send(page["nextUri"])
            yield page

    def _send(self, url: str, body: bytes | None = None, attempts: int = 10) -> Json:
        request = urllib.request.Request(url, data=body, headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                page: Json = json.load(answer)
                return page
        except urllib.error.HTTPError as error:
            if error.code not in _BUSY or attempts == 1:
                raise
        time.sleep(0.1)
        return self._send(url, body, attempts - 1)


def _type_name(name: str) -> str:
    """An interval's is in capitals here, unlike what typeof() and all other types say."""
    return name.replace("INTERVAL DAY TO SECOND", "interval day to second").replace("INTERVAL YEAR TO MONTH", "interval year to month")


def value_of(signature: Json, value: Any) -> Any:
    """A value of Trino's JSON as the cases write it. What is not named here (text, dates, times, intervals, …) stays as Trino prints it."""
    if value is None:
        return None
    inner = list(_inner_types(signature))
    match signature["rawType"]:
        case "array":
            return [value_of(inner[0], item) for item in value]
        case "row":
            return {"row": [value_of(field, item) for field, item in zip(inner, value, strict=True)]}
        case "map":
            entries = [[value_of(inner[0], _map_key(inner[0], key)), value_of(inner[1], item)] for key, item in value.items()]
            return {"map": sorted(entries, key=_order_of_keys)}
        case "decimal":
            return {"decimal": value}
        case "varbinary":
            return {"hex": base64.b64decode(value).hex()}
        case "double" | "real":
            return _NOT_FINITE.get(value, value)
    return value


def _inner_types(signature: Json) -> Iterator[Json]:
    for argument in signature["arguments"]:
        if argument["kind"] == "TYPE":
            yield argument["value"]
        elif argument["kind"] == "NAMED_TYPE":
            yield argument["value"]["typeSignature"]


def _map_key(signature: Json, text: str) -> Any:
    """JSON has no keys but text. A key that is itself an array, a row or a map comes as text that cannot be told apart, and is refused."""
    kind = signature["rawType"]
    if kind in ("array", "row", "map"):
        raise ValueError(f"a map's key of type {kind} cannot be read: {text}")
    if kind in _WHOLE_NUMBERS:
        return int(text)
    if kind in ("double", "real") and text not in _NOT_FINITE:
        return float(text)
    return text == "true" if kind == "boolean" else text


def _order_of_keys(entry: list[Any]) -> tuple[bool, Any]:
    key = entry[0]
    return (not isinstance(key, int | float), key if isinstance(key, int | float | str) else json.dumps(key))


def read_questions(file: Path) -> Iterator[Json]:
    with file.open(encoding="utf-8") as lines:
        for line in filter(str.strip, lines):
            question = json.loads(line) if line.startswith("{") else {"sql": line.rstrip("\r\n")}
            yield {key: question[key] for key in ("family", "sql") if key in question}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, metavar="URL", help="for example http://127.0.0.1:8080")
    parser.add_argument("--catalog", default="hive", help="the catalog that has the tables (default: %(default)s)")
    parser.add_argument("--schema", default="default", help="the schema that has the tables (default: %(default)s)")
    parser.add_argument("input", type=Path, help="the file of queries")
    parser.add_argument("output", type=Path, help="the file to write the cases to")
    arguments = parser.parse_args()

    trino = Trino(arguments.server, arguments.catalog, arguments.schema)
    cases = errors = 0
    with arguments.output.open("w", encoding="utf-8") as output:
        for question in read_questions(arguments.input):
            answer = trino.ask(question["sql"])
            output.write(json.dumps(question | answer, ensure_ascii=False) + "\n")
            cases += 1
            errors += "error" in answer
    print(f"{cases} cases, {errors} of them errors", file=sys.stderr)


if __name__ == "__main__":
    main()
