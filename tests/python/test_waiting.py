"""Threads, forks, signals and asyncio."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dualstore
import pytest
import servers
from dualstore import aio
from shared.storage import AthenaClient, DualStorageClient

TABLE = "generated_metadata"
# Minutes of work for the engine, in little memory.
ENDLESS = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 1000)) c(z) WHERE x * y % 7 = z % 5"


def test_one_client_serves_many_threads(client: dualstore.Client) -> None:
    def work(thread: int) -> int:
        for n in range(25):
            client.put(TABLE, {"brandid": thread * 100 + n, "version": n})
            record = client.get(TABLE, thread * 100 + n)
            assert record is not None
            assert record["version"] == n
        return len(client.query("SELECT brandid FROM generated_metadata WHERE brandid / 100 = ?", [thread]))

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [25] * 16
    assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 400}


def test_only_one_thread_creates(client: dualstore.Client) -> None:
    def create(n: int) -> bool:
        try:
            client.put(TABLE, {"brandid": 1, "version": n}, only_if_new=True)
        except dualstore.Conflict:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(create, range(64))) == 1


def test_other_threads_run_while_a_query_does(client: dualstore.Client) -> None:
    client.init()
    client.query("SELECT 1")
    ticks = 0
    ended = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not ended.is_set():
            ticks += 1
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    began = time.monotonic()
    client.query("SELECT sum(x * y) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 5000)) b(y)")
    took = time.monotonic() - began
    ended.set()
    ticker.join()
    assert ticks > took / 0.001 / 20, f"{ticks} ticks in {took:.2f} s"


def in_child(work: object) -> int:
    """What a forked child that does it exits with."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()  # type: ignore[operator]
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_uses_its_parents_client(client: dualstore.Client) -> None:
    client.put(TABLE, {"brandid": 1})
    client.query("SELECT 1 FROM generated_metadata")

    def child() -> None:
        assert client.get(TABLE, 1) is not None
        client.put(TABLE, {"brandid": 2})
        assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 2}

    assert in_child(child) == 0
    client.put(TABLE, {"brandid": 3})
    assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 3}


@pytest.mark.server
def test_a_forked_child_uses_its_parents_client_of_a_bucket(seaweedfs: servers.SeaweedFs, monkeypatch: pytest.MonkeyPatch) -> None:
    seaweedfs.make_bucket("forked")
    monkeypatch.setenv("DUALSTORE_ENGINE", "embedded")
    client = DualStorageClient("forked")
    client.write_metadata(1, {})
    assert AthenaClient().get_table_count(TABLE) == 1

    def child() -> None:
        assert client.read_metadata(1) is not None
        client.write_metadata(2, {})
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: client.write_metadata(n, {}), range(3, 20)))
        assert client.athena_client.get_table_count(TABLE) == 19

    assert in_child(child) == 0
    client.write_metadata(20, {})
    assert client.athena_client.get_table_count(TABLE) == 20


def test_ctrl_c_ends_a_query(tmp_path: Path) -> None:
    program = (
        "import dualstore, time\n"
        f"client = dualstore.open('file:{tmp_path}/store')\n"
        "client.put('generated_metadata', {'brandid': 1})\n"
        "print('ready', flush=True)\n"
        "began = time.monotonic()\n"
        "try:\n"
        f"    client.query({ENDLESS!r})\n"
        "except KeyboardInterrupt:\n"
        "    print(time.monotonic() - began, client.query('SELECT count(*) AS n FROM generated_metadata')[0]['n'], flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        took, rows = process.communicate(timeout=30)[0].split()
        assert float(took) < 5
        assert rows == "1", "the client goes on"
        assert process.returncode == 0


def test_asyncio_waits_for_many_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with aio.open(f"file:{tmp_path}/store") as client:
            await client.init()
            puts = await asyncio.gather(*(client.put(TABLE, {"brandid": n}) for n in range(50)))
            assert len({put.key for put in puts}) == 50
            record = await client.get(TABLE, 7)
            assert record is not None
            assert (await client.query("SELECT count(*) AS n FROM generated_metadata WHERE brandid < ?", [10]))[0] == {"n": 10}
            outcomes = await client.put_many(TABLE, [{"brandid": 50}, {"brandid": "x"}])
            assert isinstance(outcomes[1], dualstore.InvalidRecord)
            assert await client.remove(TABLE, 50)
            assert (await client.check(TABLE)).ok
            assert len(await client.keys(TABLE)) == 50
            assert await client.export_table(TABLE, str(tmp_path / "all.ndjson")) == 50
            with pytest.raises(dualstore.InvalidRecord):
                await client.put(TABLE, {"brandid": None})

    asyncio.run(work())


def test_the_event_loop_runs_while_a_query_does(tmp_path: Path) -> None:
    async def work() -> int:
        ticks = 0
        async with aio.open(f"file:{tmp_path}/store") as client:
            await client.init()
            query = asyncio.ensure_future(
                client.query("SELECT sum(x * y) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 5000)) b(y)")
            )
            while not query.done():
                ticks += 1
                await asyncio.sleep(0.001)
            await query
        return ticks

    assert asyncio.run(work()) > 5
