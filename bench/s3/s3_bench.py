"""Puts to S3 and gets from it, by number in flight: dualstore and its peers in turns, on one SeaweedFS server.

    python3 bench/s3/s3_bench.py [--rounds N] [--seconds S]

Prints a line of JSON for each candidate: {"question":…,"at":…,"candidate":…,"figures":[…]}, calls a second. The programs are those of the
CMake target s3_bench; scripts/test_servers has fetched the server, boto3 and awswrangler.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "python"))

import servers

ROOT = Path(__file__).parents[2]
IN_FLIGHT = (1, 4, 16, 32, 64)
PUT = "verified put to S3, in flight"
GET = "get from S3, in flight"
OURS = "dualstore"
_BUCKET = "bench"
_WARM_UP = 0.3  # seconds of a first turn of each, for connections, caches and code

# question, candidate's figures by what they were measured at
Figures = dict[str, dict[int, dict[str, list[float]]]]


class _Candidate:
    """A program of this folder that waits to be told what to measure."""

    def __init__(self, command: Sequence[str | Path], variables: dict[str, str]) -> None:
        self._name = Path(command[-3]).name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env={**os.environ, **variables}
        )

    def measure(self, what: str, in_flight: int, seconds: float) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what} {in_flight} {seconds}\n")
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"bench: {self._name} failed")
        return float(answer)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextlib.contextmanager
def _candidates(server: servers.SeaweedFs, build: Path) -> Iterator[dict[str, _Candidate]]:
    installed = servers.installed()
    python = (installed / "python3", Path(__file__).parent / "python_s3.py")
    commands: dict[str, tuple[Path | str, ...]] = {
        OURS: (build / "dualstore_s3",),
        "aws-c-s3, a bare loop": (build / "bare_s3",),
        "minio-go": (build / "minio_s3",),
        "boto3": (*python, "boto3"),
        "awswrangler": (*python, "awswrangler"),
    }
    variables = {name: value for name, value in server.variables.items() if name != "AWS_ENDPOINT_URL_S3"}
    variables["PYTHONPATH"] = str(installed)
    running: dict[str, _Candidate] = {}
    try:
        for name, command in commands.items():
            running[name] = _Candidate([*command, server.endpoint, _BUCKET], variables)
        yield running
    finally:
        for one in running.values():
            one.close()


def figures(build: Path, rounds: int, seconds: float = 1.0, in_flight: Sequence[int] = IN_FLIGHT) -> Figures:
    """Calls a second, `rounds` for each candidate. `build` is the folder with the programs."""
    found: Figures = {PUT: {}, GET: {}}
    with servers.seaweedfs() as server:
        server.make_bucket(_BUCKET)
        with _candidates(server, build) as candidates:
            candidates[OURS].measure("fill", 1, 0)
            for question, what in ((PUT, "put"), (GET, "get")):
                turns = [(name, one, what) for name, one in candidates.items()]
                if question == PUT:
                    turns.insert(1, (f"{OURS}, put_many", candidates[OURS], "put_many"))
                for at in in_flight:
                    print(f"bench: S3, {what}, {at} in flight", file=sys.stderr, flush=True)
                    measured: dict[str, list[float]] = {name: [] for name, _, _ in turns}
                    for number in range(rounds + 1):
                        for name, one, told in turns:
                            figure = one.measure(told, at, seconds if number else _WARM_UP)
                            if number:
                                measured[name].append(figure)
                    found[question][at] = measured
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a turn (%(default)s)")
    parser.add_argument("--in-flight", type=int, nargs="+", default=IN_FLIGHT, help="(%(default)s)")
    arguments = parser.parse_args()
    found = figures(ROOT / "build" / "release", arguments.rounds, arguments.seconds, arguments.in_flight)
    for question, by_number in found.items():
        for at, by_candidate in by_number.items():
            for name, measured in by_candidate.items():
                print(json.dumps({"question": question, "at": at, "candidate": name, "figures": measured}, separators=(",", ":")))


if __name__ == "__main__":
    main()
