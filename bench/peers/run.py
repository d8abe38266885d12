"""Runs the benchmarks beside their peers and keeps what they gave as figures, a page and plots: scripts/bench calls it.

python3 bench/peers/run.py [--quick | --draw]
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

import page
import plots
import processes
from figures import Run
from report import filesystem, processor, progress

ROOT = Path(__file__).parents[2]


def _measure(run: Run, *command: str | Path) -> None:
    """What one of the programs printed, gathered."""
    progress(f"bench: {Path(command[0]).name} {' '.join(map(str, command[1:]))}")
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        run.add(**json.loads(line))


def _encode(run: Run, rounds: int) -> None:
    """Google Benchmark's own report, gathered: megabytes of records' text a second."""
    progress("bench: encode_bench")
    command = [str(processes.BUILD / "encode_bench"), "--benchmark_format=json", "--benchmark_min_time=0.2"]
    command += [f"--benchmark_repetitions={rounds}", "--benchmark_enable_random_interleaving=true"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    figures: dict[tuple[str, str], list[float]] = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        if one["run_type"] == "iteration":
            candidate, table = one["run_name"].split("/")[:2]
            figures.setdefault((table, candidate), []).append(one["bytes_per_second"] / 1e6)
    for (table, candidate), rates in sorted(figures.items()):  # they came in random order
        run.add("encode and validate, megabytes a second", table, candidate, rates)


def _machine(folder: Path) -> str:
    return f"{datetime.date.today()}: {os.cpu_count()} cores ({processor()}), Linux {platform.release()}, {filesystem(folder)}"


def _measured(folder: Path, quick: bool) -> Run:
    run = Run(_machine(folder))
    rounds = 2 if quick else 5
    sizes = [1_000, 10_000] if quick else [1_000, 10_000, 100_000, 1_000_000]
    _encode(run, rounds)
    _measure(run, processes.BUILD / "directory_bench", folder / "directory", str(rounds))
    _measure(run, sys.executable, ROOT / "bench" / "s3" / "s3_bench.py", "--rounds", str(rounds))
    processes.times(run, folder / "processes", 5 if quick else 25, 1_000)
    for size in sizes:
        processes.memory(run, folder / f"memory-{size}", size)
    # Last: it removes files, which makes new ones slow.
    _measure(run, processes.BUILD / "sql_bench", folder / "sql", str(rounds), *map(str, sizes))
    return run


def _show(run: Run, docs: Path) -> None:
    plots.draw(run, docs / "plots", page.GROWTH)
    (docs / "performance.md").write_text(page.text(run))
    progress(f"bench: {docs / 'performance.md'} is written")


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    docs = ROOT / "build" / "bench" if quick else ROOT / "docs"
    kept = docs / "plots" / "figures.json"
    if "--draw" in sys.argv[1:]:
        _show(Run.load(kept), docs)
        return
    with tempfile.TemporaryDirectory(prefix="dualstore-bench-") as name:
        run = _measured(Path(name), quick)
        run.save(kept)
        _show(run, docs)  # before the removal, which takes minutes
        progress("bench: removing what was written")


if __name__ == "__main__":
    main()
