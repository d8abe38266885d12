"""Ends: of the process, of a client, of a wait; and beginnings anew, in a forked child."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dualstore
import pytest
from dualstore import aio
from shared.storage import AthenaClient, DualStorageClient, S3Client
from test_waiting import ENDLESS, TABLE, in_child

DAEMONS = """
import sys, threading, time
import dualstore
client = dualstore.open(f"file:{sys.argv[1]}?sync=off")
client.init()
def work(n):
    while True:
        client.put("generated_metadata", {"brandid": n})
        client.get("generated_metadata", n)
        client.query("SELECT count(*) FROM generated_metadata")
for n in range(8):
    threading.Thread(target=work, args=(n,), daemon=True).start()
time.sleep(0.2)
print("done")
"""


def run(program: str, *arguments: object) -> tuple[int, str, str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_daemon_threads_inside_a_call_do_not_disturb_the_end(tmp_path: Path) -> None:
    for attempt in range(20):
        assert run(DAEMONS, tmp_path / str(attempt)) == (0, "done\n", "")


def test_a_worker_still_works_for_what_is_registered_for_the_end(tmp_path: Path) -> None:
    program = """
import atexit, queue, sys, threading
import dualstore
client = dualstore.open(f"file:{sys.argv[1]}")
jobs = queue.Queue()
def work():
    while True:
        client.put("generated_metadata", jobs.get())
        jobs.task_done()
threading.Thread(target=work, daemon=True).start()
def flush():
    jobs.put({"brandid": 1})
    jobs.join()
    print("flushed")
atexit.register(flush)
"""
    assert run(program, tmp_path) == (0, "flushed\n", "")


def test_a_finalizer_at_the_end_can_still_write(tmp_path: Path) -> None:
    program = """
import decimal, sys
import dualstore
client = dualstore.open(f"file:{sys.argv[1]}")
class Last:
    def __del__(self, client=client, one=decimal.Decimal(1), error=dualstore.InvalidRecord, print=print):
        client.put("generated_metadata", {"brandid": 1, "x": one})
        try:
            client.put("generated_metadata", {"brandid": {}})
        except error:
            print(client.get("generated_metadata", 1)["x"], len(client.query("SELECT ?", [one])))
last = Last()
"""
    assert run(program, tmp_path) == (0, "1 1\n", "")


def test_another_interpreter_is_told_why_it_cannot(tmp_path: Path) -> None:
    interpreters = pytest.importorskip("_xxsubinterpreters")
    assert interpreters
    program = """
import _xxsubinterpreters as interpreters
import dualstore
try:
    interpreters.run_string(interpreters.create(), "import dualstore")
except interpreters.RunFailedError as error:
    print(error)
"""
    code, output, _ = run(program)
    assert code == 0
    assert "ImportError" in output
    assert "one interpreter of a process" in output or "subinterpreters" in output, "later versions of Python say it themselves"


def test_a_forked_child_opens_the_very_same_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "mine.sql").write_text(
        "CREATE EXTERNAL TABLE mine (id STRING) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
        "LOCATION 's3://b/mine/' TBLPROPERTIES ('dualstore.key' = '{id}.json');"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUALSTORE_HOME", "home")
    client = dualstore.open("file:store", tables="tables")
    client.put("mine", {"id": "x"})
    s3, storage = S3Client("a-bucket"), DualStorageClient("a-bucket")
    storage.write_metadata(1, {})
    athena = AthenaClient()

    def child() -> None:
        monkeypatch.chdir(tmp_path / "elsewhere")
        monkeypatch.setenv("DUALSTORE_HOME", str(tmp_path / "other"))
        monkeypatch.setenv("DUALSTORE_ENGINE", "trino://u@127.0.0.1:9/c/s")
        assert client.get("mine", "x") is not None
        assert s3.key_exists("metadata/brand_1.json")
        assert storage.read_metadata(1) is not None
        storage.write_metadata(2, {})
        assert athena.get_table_count(TABLE) == 2

    assert in_child(child) == 0
    assert not list((tmp_path / "elsewhere").iterdir())
    assert not (tmp_path / "other").exists()


def test_a_client_closed_before_the_fork_stays_closed(client: dualstore.Client) -> None:
    client.close()

    def child() -> None:
        with pytest.raises(dualstore.InvalidArgument, match="closed"):
            client.get(TABLE, 1)

    assert in_child(child) == 0


def test_close_ends_the_queries_of_other_threads(client: dualstore.Client) -> None:
    client.init()
    raised: list[BaseException] = []

    def ask() -> None:
        try:
            client.query(ENDLESS)
        except dualstore.Error as error:
            raised.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.5)
    client.close()
    thread.join(10)
    assert not thread.is_alive()
    assert "USER_CANCELED" in str(raised[0])


def seconds(work: Callable[[aio.AsyncClient], Any], store: Path) -> float:
    """How long it takes, the closing included."""

    async def whole() -> None:
        async with aio.open(f"file:{store}") as client:
            await client.init()
            await work(client)

    began = time.monotonic()
    asyncio.run(whole())
    return time.monotonic() - began


def test_a_query_that_nobody_waits_for_any_more_is_stopped(tmp_path: Path) -> None:
    async def times_out(client: aio.AsyncClient) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.query(ENDLESS), 0.5)

    async def is_cancelled(client: aio.AsyncClient) -> None:
        task = asyncio.ensure_future(client.query(ENDLESS))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.query("SELECT 1 AS one"))[0] == {"one": 1}

    async def is_left(client: aio.AsyncClient) -> None:
        task = asyncio.ensure_future(client.query(ENDLESS))
        await asyncio.sleep(0.5)
        began = time.monotonic()
        closing = asyncio.ensure_future(client.close())
        await asyncio.sleep(0.01)
        assert time.monotonic() - began < 1, "the event loop runs"
        await closing
        with pytest.raises(dualstore.QueryError, match="USER_CANCELED"):
            await task

    for work in (times_out, is_cancelled, is_left):
        assert seconds(work, tmp_path / "store") < 5


def test_ctrl_c_ends_a_query_that_is_awaited(tmp_path: Path) -> None:
    program = """
import asyncio, os, signal, sys, threading, time
from dualstore import aio
async def work():
    async with aio.open(f"file:{sys.argv[1]}") as client:
        await client.init()
        threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
        await client.query(sys.argv[2])
try:
    asyncio.run(work())
except KeyboardInterrupt:
    print("interrupted")
"""
    began = time.monotonic()
    assert run(program, tmp_path, ENDLESS) == (0, "interrupted\n", "")
    assert time.monotonic() - began < 10


def test_a_closed_client_of_asyncio_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        client = aio.open(f"file:{tmp_path}/store")
        await client.put(TABLE, {"brandid": 1})
        await client.close()
        await client.close()
        for call in (client.get(TABLE, 1), client.query("SELECT 1"), client.put(TABLE, {"brandid": 1})):
            with pytest.raises(dualstore.InvalidArgument, match="closed"):
                await call

    asyncio.run(work())
