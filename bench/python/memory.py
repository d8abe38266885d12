"""Memory that writing many records takes, each case in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from records import BUCKET, TABLE, record
from report import progress, table

_MIB = 1024 * 1024
_THREADS = 32


def _peak() -> int:
    """Of this process alone: ru_maxrss would begin with the size of the process that started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this kernel does not tell a process's peak")


def _write_with_boto3(endpoint: str, region: str, count: int) -> int:
    import peers

    baseline = _peak()
    client = peers.plain_client(endpoint, region, _THREADS)

    def put(number: int) -> Any:
        return client.put_object(Bucket=BUCKET, Key=f"many/brand_{number}.json", Body=json.dumps(record(number)).encode())

    numbers = iter(range(count))

    def work() -> None:
        for number in numbers:
            put(number)

    with ThreadPoolExecutor(_THREADS) as pool:
        for one in [pool.submit(work) for _ in range(_THREADS)]:
            one.result()
    return baseline


def _write_with_dualstore(how: str, store: str, count: int) -> int:
    import dualstore

    baseline = _peak()
    client = dualstore.open(store)
    records = map(record, range(count))
    if how == "put":
        deque((client.put(TABLE, one) for one in records), maxlen=0)
    else:
        for outcome in client.put_many(TABLE, records):
            if isinstance(outcome, dualstore.Error):
                raise outcome
    return baseline


def _child(how: str, where: str, region: str, count: int) -> None:
    begin = time.perf_counter()
    baseline = _write_with_boto3(where, region, count) if how == "boto3" else _write_with_dualstore(how, where, count)
    print(json.dumps({"baseline": baseline, "peak": _peak(), "seconds": time.perf_counter() - begin}))


def run(endpoint: str, region: str, folder: Path, count: int, boto3_count: int) -> None:
    """Prints the table."""
    bucket = f"s3://{BUCKET}?region={region}"
    cases = (
        ("put_many, directory", "put_many", f"file:{folder}/many", count),
        ("a loop of put, directory", "put", f"file:{folder}/single", count),
        ("put_many, SeaweedFS", "put_many", bucket, count),
        ("boto3 put_object, 32 threads, SeaweedFS", "boto3", endpoint, boto3_count),
    )
    rows = []
    for name, how, where, records in cases:
        progress(f"  {name}")
        command = [sys.executable, __file__, how, where, region, str(records)]
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        growth = told["peak"] - told["baseline"]
        figures = (f"{records:,}", f"{told['seconds']:.1f} s", *(f"{told[part] / _MIB:.1f}" for part in ("baseline", "peak")))
        rows.append((name, *figures, f"{growth / _MIB:.1f}", f"{growth / records:,.0f}"))
    print(table(("MiB", "records", "took", "imported", "peak", "growth", "bytes a record"), rows))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
