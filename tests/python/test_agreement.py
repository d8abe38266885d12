"""Python, the command line and C++ are one program over one store."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import dualstore
import pytest
from shared.storage import DualStorageClient

ROOT = Path(__file__).parents[2]
FILLED = {  # where the caller leaves them out, so that two runs differ
    "generated_metadata": ["generated_at"],
    "feedback_history": ["feedback_id", "brandid", "submitted_at"],
    "workflow_executions": ["start_time"],
    "escalations": ["escalation_id", "escalated_at", "status"],
}


def run(store: Path, *words: str, given: str = "") -> str:
    program = ROOT / "build" / "release" / "dualstore"
    assert program.exists(), "the command-line program is not built: run scripts/test"
    done = subprocess.run([program, "--store", f"file:{store}", *words], input=given, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("table", FILLED)
def test_the_same_record_is_the_same_object(tmp_path: Path, table: str) -> None:
    lines = (ROOT / "tests" / "data" / "records" / f"{table}.ndjson").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if json.loads(line).keys() >= set(FILLED[table])]
    assert len(lines) > 200
    from_program, from_text, from_dicts = (tmp_path / name for name in ("program", "text", "dicts"))
    run(from_program, "put", table, "--quiet", given="\n".join(lines) + "\n")
    with dualstore.open(from_text) as client:
        assert all(isinstance(one, dualstore.PutResult) for one in client.put_many(table, lines))
    with dualstore.open(from_dicts) as client:
        assert all(isinstance(one, dualstore.PutResult) for one in client.put_many(table, map(json.loads, lines)))
    keys = run(from_program, "ls", table).splitlines()
    assert keys
    for key in keys:
        written = (from_program / key).read_bytes()
        assert (from_text / key).read_bytes() == written
        assert (from_dicts / key).read_bytes() == written


def test_what_python_writes_the_program_reads_and_back(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with dualstore.open(store) as client:
        put = client.put("generated_metadata", {"brandid": 1, "brandname": "Kōji 😀", "confidence_score": 0.1})
        assert run(store, "get", "generated_metadata", "1").encode() == (store / put.key).read_bytes()
        assert json.loads(run(store, "sql", "SELECT brandname, confidence_score FROM generated_metadata")) == {
            "brandname": "Kōji 😀",
            "confidence_score": 0.1,
        }
        written = json.loads(run(store, "put", "generated_metadata", given='{"brandid": 2, "mccids": [1]}'))
        record = client.get("generated_metadata", 2)
        assert record is not None
        assert record.version == written["version"]
        assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 2}, "the open client sees it"
        assert run(store, "rm", "generated_metadata", "1") == ""
        assert client.get("generated_metadata", 1) is None
        assert client.check().ok


def test_the_three_classes_share_the_programs_store(home: Path) -> None:
    client = DualStorageClient("a-bucket")
    client.write_metadata(1, {"brandname": "x"})
    store = home / "a-bucket"
    assert json.loads(run(store, "get", "generated_metadata", "1"))["brandname"] == "x"
    run(store, "put", "generated_metadata", given='{"brandid": 2}')
    assert client.read_metadata(2) is not None
    assert client.athena_client.get_table_count("generated_metadata") == 2
