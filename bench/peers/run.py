"""Runs the benchmarks beside their peers and writes what they gave as Markdown: scripts/bench calls it.

python3 bench/peers/run.py [--quick]
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from report import filesystem, middle, processor, progress, ratio, table

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "release"
OURS = "dualstore"

# question, candidate's figures by what they were measured at
Figures = dict[str, dict[int, dict[str, list[float]]]]


def _measure(program: str, *arguments: str) -> Figures:
    """What one of the programs printed, gathered."""
    progress(f"bench: {program} {' '.join(arguments[1:])}")
    done = subprocess.run([BUILD / program, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = {}
    for line in done.stdout.splitlines():
        one = json.loads(line)
        figures.setdefault(one["question"], {}).setdefault(one["at"], {})[one["candidate"]] = one["figures"]
    return figures


def _seconds(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def _processes(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of whole processes, the candidates in turns."""
    program = str(BUILD / "dualstore")
    store = f"--store=file:{folder}"
    folder.mkdir()
    record = folder / "record.json"
    record.write_text('{"brandid":1,"brandname":"Harbour Pets"}\n')
    subprocess.run([program, store, "put", "generated_metadata", record], check=True, stdout=subprocess.DEVNULL)
    commands = {
        "`dualstore get`": [program, store, "get", "generated_metadata", "1"],
        "`cat` of its file": ["cat", str(folder / "metadata" / "brand_1.json")],
        "`dualstore put`, durable": [program, store, "put", "generated_metadata", str(record)],
        "`cp`, without sync": ["cp", str(record), str(folder / "copy.json")],
        "`dualstore sql`": [program, store, "sql", "SELECT count(*) FROM generated_metadata"],
    }
    figures: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            figures[name].append(1000 * _seconds(command))
    return figures


def _memory(folder: Path, records: int) -> tuple[float, float]:
    """Peak MiB, and records a second, of `dualstore put` with a stream of so many."""
    code = (
        "import sys\nfor i in range(int(sys.argv[1])):\n"
        '  print(\'{"brandid":%d,"brandname":"Harbour Pets","regex":"%s"}\' % (i, \'x\' * 300))'
    )
    progress(f"bench: dualstore put, {records:,} records")
    begun = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code, str(records)], stdout=subprocess.PIPE) as source:
        command = [str(BUILD / "dualstore"), f"--store=file:{folder}", "put", "generated_metadata", "-", "--quiet"]
        put = subprocess.Popen(command, stdin=source.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(put.pid, 0)
    if status != 0:
        raise SystemExit("bench: dualstore put failed")
    return usage.ru_maxrss / 1024, records / (time.perf_counter() - begun)


def _digits(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 3


def _spread(figures: Sequence[float]) -> str:
    return middle(figures, _digits(min(figures)))


def _one(figures: Sequence[float]) -> str:
    value = statistics.median(figures)
    return f"{value:,.{_digits(value)}f}"


def _beside(figures: Figures, question: str, what: str, compared: Callable[[Sequence[float], Sequence[float]], str]) -> str:
    """A table with a row for each number it was measured at, and a ratio for each peer."""
    by_number = figures[question]
    peers = [name for name in next(iter(by_number.values())) if name != OURS]
    rows = []
    for at, candidates in by_number.items():
        row = [f"{at:,}", _spread(candidates[OURS])]
        for peer in peers:
            row += [_spread(candidates[peer]), compared(candidates[OURS], candidates[peer])]
        rows.append(row)
    head = [what, OURS]
    for peer in peers:
        head += [peer, "ratio"]
    return table(head, rows)


def _longer(ours: Sequence[float], peer: Sequence[float]) -> str:
    mine, other = statistics.median(ours), statistics.median(peer)
    return f"+{mine - other:.2f} ms" if mine >= other else f"{other / mine:,.0f} × faster"


def _growth(figures: Figures) -> str:
    names = {
        "put": "put, milliseconds, records",
        "get": "get, milliseconds, records",
        "list": "ls, milliseconds, records",
        "SQL after one more write": "SQL after one more write, records",
        "opening, and a first query": "opening and a first query, milliseconds, records",
        "check": "check, milliseconds, records",
    }
    sizes = list(figures[names["put"]])
    rows = [[name] + [_one(figures[question][size][OURS]) for size in sizes] for name, question in names.items()]
    first = "first build of the mirror, records a second"
    rows.append([first] + [_one(figures[first][size][OURS]) for size in sizes])
    return table(["milliseconds of a call", *(f"{size:,} records" for size in sizes)], rows)


def _machine(folder: Path) -> str:
    return (
        f"Measured on {datetime.date.today()} by `scripts/bench`: {os.cpu_count()} cores ({processor()}), Linux {platform.release()}, {filesystem(folder)}. Medians, with the least "
        "and the greatest of the rounds behind them; the candidates took turns. Absolute figures say little about another machine; the ratios say more.\n"
    )


def _page(folder: Path, quick: bool) -> str:
    rounds = "2" if quick else "5"
    sizes = ["1000", "10000"] if quick else ["1000", "10000", "100000", "1000000"]
    directory = _measure("directory_bench", str(folder / "directory"), rounds)
    sql = _measure("sql_bench", str(folder / "sql"), rounds, *sizes)
    processes = _processes(folder / "processes", 5 if quick else 25)
    streamed = 10_000 if quick else 1_000_000
    memory, rate = _memory(folder / "memory", streamed)
    text = "# Speed\n\n" + _machine(folder)
    text += "\n## Durable writes, calls a second\n\nSQLite: one table, write-ahead log, `synchronous=FULL`, a connection for each writer.\n\nNew keys:\n\n"
    text += _beside(directory, "durable put of new keys, writers", "writers", ratio)
    text += "\nThe same 1,000 keys again and again:\n\n"
    text += _beside(directory, "durable replacement, writers", "writers", ratio)
    text += "\n## Many records, records a second\n\n" + _beside(directory, "put_many, records", "`put_many` of", ratio)
    text += f"\n`dualstore put` of a stream of {streamed:,} records: {rate:,.0f} records a second, {memory:.0f} MiB at most.\n"
    text += "\n## Reads by key, calls a second\n\n" + _beside(directory, "get by key, warm, readers", "readers", ratio)
    text += "\n## SQL after one more write, milliseconds\n\nAn open client; the query filters by a text and sums.\n\n"
    text += _beside(sql, "SQL after one more write, records", "records", _longer)
    text += "\n## How cost grows\n\n" + _growth(sql)
    text += "\n## Whole processes, milliseconds\n\n"
    text += table(["command", "milliseconds"], [[name, _spread(figures)] for name, figures in processes.items()])
    return text + "\n" + (Path(__file__).parent / "limits.md").read_text()


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="dualstore-bench-") as name:
        text = _page(Path(name), quick)
        if quick:
            print(text)
        else:
            (ROOT / "docs" / "performance.md").write_text(text)
        progress("bench: removing what was written")


if __name__ == "__main__":
    main()
