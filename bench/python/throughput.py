"""Calls a second: dualstore and boto3 on one S3 server, and the directory beside a plain durable write."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import dualstore
import servers
from peers import durable_write, plain_client
from records import BUCKET, TABLE, record
from report import middle, progress, ratio, table
from shared.storage import DualStorageClient, S3Client

THREADS = (1, 32)
_READABLE = 2000  # records that are there to be read
_BATCH = 5000  # records of one put_many


@dataclass
class Case:
    """A call that is given one number after the other."""

    name: str
    call: Callable[[int], object]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


@contextlib.contextmanager
def variable(name: str, value: str) -> Iterator[None]:
    """Sets a variable of the environment for a while."""
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def rate(case: Case, threads: int, seconds: float) -> float:
    """Calls a second. One thread is the main thread, as in most programs."""
    together = threading.Barrier(threads)

    def work() -> tuple[int, float, float]:
        together.wait()
        begin = now = time.perf_counter()
        calls = 0
        while now < begin + seconds:
            case.call(next(case.numbers))
            calls += 1
            now = time.perf_counter()
        return calls, begin, now

    if threads == 1:
        outcomes = [work()]
    else:
        with ThreadPoolExecutor(threads) as pool:
            outcomes = [one.result() for one in [pool.submit(work) for _ in range(threads)]]
    return sum(calls for calls, _, _ in outcomes) / (max(end for _, _, end in outcomes) - min(begin for _, begin, _ in outcomes))


def compare(cases: Sequence[Case], bases: Sequence[Case], rounds: int, seconds: float) -> str:
    """A table of all cases with the ratios to the bases, measured in turn."""
    rates: dict[tuple[str, int], list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for case, threads in itertools.product(cases, THREADS):
            measured = rate(case, threads, seconds if number else seconds / 4)
            if number:  # the first is for connections, caches and code to become warm
                rates[case.name, threads].append(measured)
        progress(f"  round {number} of {rounds}")
    columns = [(threads, base) for threads in THREADS for base in (None, *bases)]
    head = [
        "calls a second",
        *(f"{threads} thread{'s'[: threads - 1]}" if base is None else f"to {base.name}" for threads, base in columns),
    ]
    rows = []
    for case in cases:
        figures = [
            middle(rates[case.name, threads]) if base is None else ratio(rates[case.name, threads], rates[base.name, threads])
            for threads, base in columns
        ]
        rows.append([case.name, *figures])
    return table(head, rows)


def batches(clients: Sequence[tuple[str, dualstore.Client]], rounds: int) -> str:
    """Records a second of put_many, called by one thread."""
    rates: dict[str, list[float]] = defaultdict(list)
    first = itertools.count(10_000_000, _BATCH)
    for _ in range(rounds):
        for name, client in clients:
            start = next(first)
            begin = time.perf_counter()
            outcomes = client.put_many(TABLE, map(record, range(start, start + _BATCH)))
            rates[name].append(_BATCH / (time.perf_counter() - begin))
            if failed := [one for one in outcomes if isinstance(one, dualstore.Error)]:
                raise failed[0]
    return table(("records a second", f"put_many of {_BATCH:,}"), [(name, middle(figures)) for name, figures in rates.items()])


def run(server: servers.SeaweedFs, folder: Path, rounds: int, seconds: float) -> None:
    """Prints the tables."""
    plain = plain_client(server.endpoint, servers.REGION, max(THREADS))
    with variable("DUALSTORE_ENGINE", "embedded"):
        dual, values = DualStorageClient(BUCKET, "on_the_server", servers.REGION), S3Client(BUCKET, servers.REGION)
    opened = dualstore.open(f"s3://{BUCKET}?region={servers.REGION}", cache=folder / "cache")
    with variable("DUALSTORE_HOME", str(folder / "home")):
        local = DualStorageClient(BUCKET, "in_the_directory")
    local_opened = dualstore.open(folder / "store")
    (folder / "plain").mkdir()

    def put_object(number: int) -> object:
        return plain.put_object(Bucket=BUCKET, Key=f"plain/brand_{number}.json", Body=json.dumps(record(number)).encode())

    def get_object(number: int) -> object:
        return json.loads(plain.get_object(Bucket=BUCKET, Key=f"plain/brand_{number}.json")["Body"].read())

    def write_file(number: int) -> None:
        durable_write(folder / "plain", f"brand_{number}.json", json.dumps(record(number)).encode())

    def read_file(number: int) -> object:
        return json.loads((folder / "plain" / f"brand_{number}.json").read_bytes())

    boto3_put = Case("boto3 put_object", put_object)
    file_write = Case("a plain durable write", write_file)
    writes = (
        boto3_put,
        Case("DualStorageClient.write_metadata", lambda number: dual.write_metadata(number, record(number))),
        Case("S3Client.write_json", lambda number: values.write_json(f"values/brand_{number}.json", record(number))),
        Case("dualstore put", lambda number: opened.put(TABLE, record(number))),
        file_write,
        Case("directory: write_metadata", lambda number: local.write_metadata(number, record(number))),
        Case("directory: put", lambda number: local_opened.put(TABLE, record(number))),
    )
    progress("writes")
    print("### Writes\n")
    print(compare(writes, (boto3_put, file_write), rounds, seconds))

    progress("many at once")
    print(batches((("SeaweedFS", opened), ("directory", local_opened)), rounds))

    progress("reads")
    for number in range(_READABLE):
        put_object(number)
        write_file(number)
        dual.write_metadata(number, record(number))
        local.write_metadata(number, record(number))

    def again() -> Iterator[int]:
        return itertools.cycle(range(_READABLE))

    boto3_get = Case("boto3 get_object, json.loads", get_object, again())
    file_read = Case("a plain read, json.loads", read_file, again())
    reads = (
        boto3_get,
        Case("DualStorageClient.read_metadata", dual.read_metadata, again()),
        file_read,
        Case("directory: read_metadata", local.read_metadata, again()),
    )
    print("### Reads\n")
    print(compare(reads, (boto3_get, file_read), rounds, seconds))
