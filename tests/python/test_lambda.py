"""The function of examples/lambda, as API Gateway calls it."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dualstore
import pytest
from shared.storage import DualStorageError

_HANDLER = Path(__file__).parents[2] / "examples" / "lambda" / "handler.py"

Call = Callable[..., tuple[int, Any]]


def _event(method: str, *, brandid: str = "7", feedback_id: str = "", category: str = "", body: str = "") -> dict[str, Any]:
    return {
        "requestContext": {"http": {"method": method}},
        "pathParameters": {"brandid": brandid, **({"feedback_id": feedback_id} if feedback_id else {})},
        "queryStringParameters": {"category": category} if category else None,
        "body": body,
        "isBase64Encoded": False,
    }


@pytest.fixture
def module(home: Path) -> Any:
    spec = importlib.util.spec_from_file_location("lambda_handler", _HANDLER)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def call(module: Any) -> Call:
    def answer(method: str, **parts: str) -> tuple[int, Any]:
        response = module.handler(_event(method, **parts), None)
        assert response["headers"] == {"content-type": "application/json"}
        return response["statusCode"], json.loads(response["body"])

    return answer


def test_what_is_posted_is_read_back_and_found_in_sql(call: Call) -> None:
    feedback = {"feedback_text": "Kōji is missing", "category": "regex", "submitted_by": "ann"}
    status, written = call("POST", body=json.dumps(feedback))
    assert status == 201
    assert written["s3_key"] == f"feedback/brand_7_{written['feedback_id']}.json"

    status, record = call("GET", feedback_id=written["feedback_id"])
    assert status == 200
    assert record.items() >= {**feedback, "brandid": 7, "feedback_id": written["feedback_id"]}.items()

    status, rows = call("GET", category="regex")
    assert status == 200
    assert [(row["feedback_id"], row["feedback_text"]) for row in rows] == [(written["feedback_id"], "Kōji is missing")]
    assert call("GET", category="' OR '1' = '1") == (200, [])
    assert call("GET", brandid="8", category="regex") == (200, [])


def test_a_post_with_its_own_id_may_be_repeated(call: Call) -> None:
    body = json.dumps({"feedback_id": "f1", "feedback_text": "no", "category": "mcc", "submitted_at": "2025-03-01 12:00:00"})
    assert call("POST", body=body) == call("POST", body=body)
    assert len(call("GET", category="mcc")[1]) == 1


def test_events_of_the_older_format_and_coded_bodies_are_taken(module: Any) -> None:
    body = base64.b64encode(b'{"feedback_id": "f2"}').decode()
    event = {"httpMethod": "POST", "pathParameters": {"brandid": "7"}, "body": body, "isBase64Encoded": True}
    assert module.handler(event, None)["statusCode"] == 201


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"feedback_text": 5}', "field 'feedback_text': 5 does not fit the column type string"),
        ("[1]", "a record is a dict, not list"),
        ("{", "the body is no JSON"),
        ("", "the body is no JSON"),
    ],
)
def test_a_bad_record_is_refused_in_one_line(call: Call, body: str, reason: str) -> None:
    status, answer = call("POST", body=body)
    assert status == 400
    assert reason in answer["error"]
    assert "\n" not in answer["error"]


def test_what_is_missing_or_not_served_is_said(call: Call) -> None:
    assert call("GET", feedback_id="nope")[0] == 404
    assert call("GET")[0] == 400
    assert call("GET", brandid="x", category="regex")[0] == 400
    assert call("DELETE")[0] == 405


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DualStorageError("lost", code="outcome_unknown"), 503),
        (DualStorageError("slow down", code="unavailable", retryable=True), 503),
        (DualStorageError("no such bucket", code="not_found"), 500),
        (DualStorageError("denied", code="permission_denied"), 500),
    ],
)
def test_failures_of_the_store_have_their_status(
    call: Call, module: Any, monkeypatch: pytest.MonkeyPatch, error: dualstore.Error, status: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(module.storage, "write_feedback", fail)
    assert call("POST", body="{}") == (status, {"error": error.code, "key": ""})


def test_a_cold_start_and_a_write_do_not_load_duckdb(home: Path) -> None:
    events = [_event("POST", body='{"category": "regex"}'), _event("GET", category="regex")]
    program = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
import handler
for event in json.loads(sys.argv[2]):
    print(handler.handler(event, None)["statusCode"], "libduckdb" in pathlib.Path("/proc/self/maps").read_text())
"""
    command = [sys.executable, "-c", program, str(_HANDLER.parent), json.dumps(events)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    assert answer.stdout.splitlines() == ["201 False", "200 True"]
