"""The figures of a run as Markdown, each beside its peers'."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from figures import OURS, Run
from report import middle, ratio, table

Comparison = Callable[[Sequence[float], Sequence[float]], str]


def _digits(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 3


def _spread(figures: Sequence[float]) -> str:
    return middle(figures, _digits(min(figures))) if len(figures) > 1 else _one(figures)


def _one(figures: Sequence[float]) -> str:
    value = statistics.median(figures)
    return f"{value:,.{_digits(value)}f}"


def _name(at: str) -> str:
    return f"{int(at):,}" if at.isdigit() else f"`{at}`"


def _more(ours: Sequence[float], peer: Sequence[float]) -> str:
    """Of times: what ours takes longer, or how many times it is faster."""
    mine, other = statistics.median(ours), statistics.median(peer)
    return (
        f"+{mine - other:.2f} ms" if mine >= other else f"{other / mine:,.0f} × faster" if other >= 2 * mine else f"-{other - mine:.2f} ms"
    )


def _beside(run: Run, question: str, what: str, compared: Comparison = ratio) -> str:
    """A table with a row for each number it was measured at, and a comparison with each peer."""
    by_number = run.figures[question]
    peers = [name for name in next(iter(by_number.values())) if name != OURS]
    rows = []
    for at, candidates in by_number.items():
        row = [_name(at), _spread(candidates[OURS])]
        for peer in peers:
            row += [_spread(candidates[peer]), compared(candidates[OURS], candidates[peer])]
        rows.append(row)
    head = [what, OURS]
    for peer in peers:
        head += [peer, "beside it"]
    return table(head, rows)


def _processes(run: Run) -> str:
    rows = []
    for call, candidates in run.figures["whole process, milliseconds"].items():
        ours = candidates[OURS]
        peers = [name for name in candidates if name != OURS]
        rows += [[f"`dualstore {call}`", _spread(ours), peer, _spread(candidates[peer]), _more(ours, candidates[peer])] for peer in peers]
    return table(["command", "milliseconds", "peer", "milliseconds", "beside it"], rows)


def _by_number(run: Run, names: dict[str, tuple[str, str]], what: str) -> str:
    """A row for each (question, candidate), a column for each number of records."""
    sizes = list(run.figures[next(iter(names.values()))[0]])
    rows = []
    for name, (question, candidate) in names.items():
        by_size = run.figures[question]
        rows.append([name] + [_one(by_size[size][candidate]) for size in sizes])
    return table([what, *(f"{int(size):,} records" for size in sizes)], rows)


GROWTH = {
    "put": "put, milliseconds, records",
    "get": "get, milliseconds, records",
    "ls": "ls, milliseconds, records",
    "SQL after one more write": "SQL after one more write, records",
    "opening": "opening, milliseconds, records",
    "opening and a first query": "opening and a first query, milliseconds, records",
    "check": "check, milliseconds, records",
}
RATES = {
    "first build of the mirror": "first build of the mirror, records a second",
    "`dualstore put` of a stream": "dualstore put of a stream, records a second",
}
S3_PUT = "verified put to S3, in flight"
S3_GET = "get from S3, in flight"
MEMORY = "memory, MiB, records"


def _ratio_of(run: Run, question: str, at: str, peer: str, inverse: bool = False) -> str:
    candidates = run.figures[question][at]
    ours, other = candidates[OURS], candidates[peer]
    return ratio(other, ours) if inverse else ratio(ours, other)


def _if_measured(calculate: Callable[[], str]) -> str | None:
    try:
        return calculate()
    except KeyError:  # a shorter run
        return None


def _goals(run: Run) -> str:
    """What was to be reached, and what was measured; rows that this run did not measure are left out."""
    new, replaced, sql = "durable put of new keys, writers", "durable replacement, writers", "SQL after one more write, records"
    process = "whole process, milliseconds"
    largest = list(run.figures[MEMORY])[-1]
    rows: list[tuple[str, str, str, Callable[[], str]]] = [
        ("durable write of new keys, one writer", "SQLite, write-ahead log, synced", "≥ 1.0×", lambda: _ratio_of(run, new, "1", "SQLite")),
        ("durable replacement, one writer", "the same", "≥ 0.8×", lambda: _ratio_of(run, replaced, "1", "SQLite")),
        ("durable write, 16 writers", "the same", "≥ 4×", lambda: _ratio_of(run, new, "16", "SQLite")),
        (
            "`put_many` of 100,000 records",
            "bare writes without sync",
            "≥ 0.6×",
            lambda: _ratio_of(run, "put_many, records", "100000", "bare writes without sync"),
        ),
        (
            "read by key, warm",
            "bare open, read, close",
            "≤ 1.5× its time",
            lambda: _ratio_of(run, "get by key, warm, readers", "1", "open, read, close", inverse=True),
        ),
        (
            "SQL after one more write, 100,000 records",
            "DuckDB, its own table",
            "≤ +3 ms",
            lambda: _more(run.figures[sql]["100000"][OURS], run.figures[sql]["100000"]["DuckDB, its own table"]),
        ),
        (
            "the same, a statement not asked before",
            "DuckDB, its own table",
            "≤ +3 ms",
            lambda: _more(
                run.figures[sql]["100000"]["dualstore, a statement not asked before"], run.figures[sql]["100000"]["DuckDB, its own table"]
            ),
        ),
        (
            "SQL after one more write, 100,000 records",
            "DuckDB, `read_json` of the files",
            "≥ 100× faster",
            lambda: _more(run.figures[sql]["100000"][OURS], run.figures[sql]["100000"]["DuckDB, read_json"]),
        ),
        (
            "first build of the mirror, 100,000 records",
            "",
            "≥ 100,000 a second",
            lambda: _one(run.figures[RATES["first build of the mirror"]]["100000"][OURS]),
        ),
        (
            "`dualstore get`, whole process",
            "`cat`",
            "≤ +10 ms",
            lambda: _more(run.figures[process]["get"][OURS], run.figures[process]["get"]["cat"]),
        ),
        *(
            (what, peer, goal, functools.partial(_ratio_of, run, question, "32", peer))
            for what, question, goals in (
                ("verified put to S3, 32 in flight", S3_PUT, ("≥ 0.9×", "≥ 1.2×", "≥ 4.5×")),
                ("get from S3, 32 in flight", S3_GET, ("≥ 0.9×", "≥ 0.95×", "≥ 5×")),
            )
            for peer, goal in zip(("aws-c-s3, a bare loop", "minio-go", "boto3"), goals, strict=True)
        ),
        (
            f"memory of `dualstore put`, {int(largest):,} records streamed",
            "",
            "≤ 200 MB",
            lambda: f"{_one(run.figures[MEMORY][largest]['dualstore put, a stream'])} MiB",
        ),
    ]
    measured = [[what, against, goal, figure] for what, against, goal, calculate in rows if (figure := _if_measured(calculate))]
    return table(["what", "against", "to reach", "measured"], measured)


def _plot(name: str, title: str) -> str:
    return f"![{title}](plots/{name}.svg)\n\n"


def _s3(run: Run) -> str:
    if S3_PUT not in run.figures:
        return ""
    parts = [
        "\n## S3, calls a second\n\n",
        "One SeaweedFS server on the same machine. The put is verified against the table before, by what is known of it; the peers only put. That a put, new or replaced, is one request is counted by `BucketTest.AVerifiedPutIsOneRequest`.\n\n",
        _plot("s3-put", "Rate of puts to S3 by number in flight"),
        _beside(run, S3_PUT, "puts in flight"),
        "\n",
        _plot("s3-get", "Rate of gets from S3 by number in flight"),
        _beside(run, S3_GET, "gets in flight"),
    ]
    return "".join(parts)


def text(run: Run) -> str:
    growth = {name: (question, OURS) for name, question in GROWTH.items()}
    rates = {name: (question, OURS) for name, question in RATES.items()}
    memory = {name: (MEMORY, name) for name in next(iter(run.figures[MEMORY].values()))}
    parts = [
        "# Speed\n\n",
        f"Measured on {run.machine}, by `scripts/bench`. Medians, with the least and the greatest of the rounds behind them; the candidates took "
        "turns. Absolute figures say little about another machine; the ratios say more. All figures: "
        "[figures.json](plots/figures.json).\n\n",
        _goals(run),
        "\n## Durable writes, calls a second\n\n",
        "SQLite: one table, write-ahead log, `synchronous=FULL`, a connection for each writer.\n\n",
        _plot("writes-new", "Rate of durable puts of new keys by number of writers"),
        "New keys:\n\n",
        _beside(run, "durable put of new keys, writers", "writers"),
        "\nThe same 1,000 keys again and again:\n\n",
        _plot("writes-replaced", "Rate of durable replacement by number of writers"),
        _beside(run, "durable replacement, writers", "writers"),
        "\n## Many records, records a second\n\n",
        _beside(run, "put_many, records", "`put_many` of"),
        "\n## Reads by key, calls a second\n\n",
        _beside(run, "get by key, warm, readers", "readers"),
        "\n## SQL after one more write, milliseconds\n\n",
        "An open client; the query filters by a text and sums. Each candidate is asked the same statement again and again; dualstore keeps its plan, "
        "and in a second column it is asked another one each time.\n\n",
        _plot("sql", "SQL after one more write by number of records"),
        _beside(run, "SQL after one more write, records", "records", _more),
        _s3(run),
        "\n## How cost grows\n\n",
        _plot("growth", "Time of each call by number of records"),
        _by_number(run, growth, "milliseconds of a call"),
        "\n",
        _by_number(run, rates, "records a second"),
        "\n## Memory, MiB\n\n",
        "The most that the whole process had at a time. The first query builds the mirror; the next finds it built.\n\n",
        _plot("memory", "Peak memory by number of records"),
        _by_number(run, memory, "process"),
        "\n## Whole processes, milliseconds\n\n",
        "On a store of 1,000 records; the query filters by a text and sums.\n\n",
        _plot("processes", "Whole processes"),
        _processes(run),
        "\n## Encoding, megabytes of JSON a second\n\n",
        "What a put does before any I/O, to records like those that services store: validation against the table, automatic fields, the key, the bytes. "
        "The peers only read the text and write it again.\n\n",
        _plot("encode", "Encode and validate"),
        _beside(run, "encode and validate, megabytes a second", "table"),
        "\n",
        (Path(__file__).parent / "limits.md").read_text(),
    ]
    return "".join(parts)
