"""Whole processes: how long the program takes from start to end, and how much memory, beside what would be used instead."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

from figures import OURS, Run
from report import progress

BUILD = Path(__file__).parents[2] / "build" / "release"
DUCKDB = str(Path(sysconfig.get_path("platlib")) / "duckdb_cli" / "duckdb")  # itself: what the package puts on the path is a Python script
PROGRAM = str(BUILD / "dualstore")
TABLE = "generated_metadata"

# So many lines of NDJSON, 400 bytes each.
WRITER = (
    "import sys\nfor i in range(int(sys.argv[1])):\n"
    '  print(\'{"brandid":%d,"brandname":"Harbour Pets","regex":"%s","version":%d}\' % (i, \'x\' * 330, i % 10))'
)


def _seconds(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _peak(command: Sequence[str], source: Sequence[str] | None = None) -> float:
    """The most memory that a command had at a time, in MiB; `source` writes what it reads.

    Asked of the kernel again and again: what it tells at the end (ru_maxrss) counts this process too, which the command is forked from.
    """
    most = 0
    with subprocess.Popen(source or ["true"], stdout=subprocess.PIPE) as writer:
        process = subprocess.Popen(command, stdin=writer.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{process.pid}/status").read_text())
            most = max(most, int(found[1]) if found else 0)
            time.sleep(0.002)
    if process.returncode != 0:
        raise SystemExit(f"bench: it failed: {' '.join(command)}")
    return most / 1024


def _put(store: str) -> list[str]:
    return [PROGRAM, store, "put", TABLE, "-", "--quiet"]


def _writer(records: int) -> list[str]:
    return [sys.executable, "-c", WRITER, str(records)]


def _question(source: str) -> str:
    return f"SELECT sum(version) FROM {source} WHERE brandname LIKE 'Harbour%'"


def _read_json(folder: Path) -> str:
    columns = "{brandid: 'INTEGER', brandname: 'VARCHAR', regex: 'VARCHAR', version: 'INTEGER'}"
    return f"read_json('{folder}/metadata/*.json', format = 'newline_delimited', columns = {columns})"


def times(run: Run, folder: Path, rounds: int, records: int) -> None:
    """Milliseconds from start to end, on a store of so many records, the candidates in turns."""
    store = f"--store=file:{folder}"
    progress(f"bench: whole processes, {records:,} records")
    _peak(_put(store), _writer(records))
    record = folder / "record.json"
    record.write_bytes((folder / "metadata" / "brand_1.json").read_bytes())
    commands = {
        ("get", OURS): [PROGRAM, store, "get", TABLE, "1"],
        ("get", "cat"): ["cat", str(folder / "metadata" / "brand_1.json")],
        ("put", OURS): [PROGRAM, store, "put", TABLE, str(record)],
        ("put", "cp, without sync"): ["cp", str(record), str(folder / "copy.json")],
        ("sql", OURS): [PROGRAM, store, "sql", _question(TABLE)],
        ("sql", "duckdb, read_json"): [DUCKDB, "-c", _question(_read_json(folder))],
    }
    figures: dict[tuple[str, str], list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            figures[name].append(1000 * _seconds(command))
    for (call, candidate), taken in figures.items():
        run.add("whole process, milliseconds", call, candidate, taken)


def memory(run: Run, folder: Path, records: int) -> None:
    """Of a put of a stream, of the query that builds the mirror, and of one that finds it built. Also how fast the stream went."""
    store = f"--store=file:{folder}"
    progress(f"bench: memory, {records:,} records")
    begun = time.perf_counter()
    peak = _peak(_put(store), _writer(records))
    run.add("dualstore put of a stream, records a second", records, OURS, [records / (time.perf_counter() - begun)])
    query = [PROGRAM, store, "sql", _question(TABLE)]
    peaks = {
        "dualstore put, a stream": peak,
        "dualstore sql, first query": _peak(query),
        "dualstore sql": _peak(query),
        "duckdb, read_json": _peak([DUCKDB, "-c", _question(_read_json(folder))]),
    }
    for candidate, most in peaks.items():
        run.add("memory, MiB, records", records, candidate, [most])
