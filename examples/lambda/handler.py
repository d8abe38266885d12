"""Feedback on brands over HTTP: a function for Amazon API Gateway and AWS Lambda.

POST /brands/{brandid}/feedback                  stores one feedback
GET  /brands/{brandid}/feedback/{feedback_id}    reads it
GET  /brands/{brandid}/feedback?category=...     asks for the latest of a category, in SQL
"""

from __future__ import annotations

import base64
import json
import logging
import os
from typing import Any

from shared.storage import DualStorageClient, DualStorageError

Event = dict[str, Any]
Response = dict[str, Any]

# Once for each process, so that calls share its connections, and at import rather than with the first call: Lambda imports before the
# call's time runs, with provisioned concurrency before there is a call. Nothing goes over the network here.
storage = DualStorageClient(
    bucket=os.environ.get("BUCKET", "brands"),
    database=os.environ.get("DATABASE", "brand_db"),
    region=os.environ.get("AWS_REGION", "eu-west-1"),
)

_LATEST = """
    SELECT feedback_id, feedback_text, category, submitted_at, submitted_by
    FROM feedback_history
    WHERE brandid = ? AND category = ?
    ORDER BY submitted_at DESC
    LIMIT 100
"""
_STATUS = {"invalid_record": 400, "invalid_argument": 400, "outcome_unknown": 503}


def handler(event: Event, context: object) -> Response:
    """What API Gateway calls, with an event of either of its formats."""
    try:
        return _answer(event)
    except DualStorageError as error:
        status = _STATUS.get(error.code, 503 if error.retryable else 500)
        if status >= 500:
            logging.getLogger(__name__).exception("%s", error.code)
        return _response(status, {"error": str(error) if status < 500 else error.code, "key": error.key})


def _answer(event: Event) -> Response:
    method = event.get("httpMethod") or event["requestContext"]["http"]["method"]
    path = event.get("pathParameters") or {}
    brandid = _number(path.get("brandid") or "")
    if brandid is None:
        return _response(400, {"error": "the path names no brand by its number"})
    if method == "POST":
        # A caller that names the feedback_id may repeat this after a 503: it is the same write.
        try:
            feedback = json.loads(_body(event))
        except ValueError as error:
            return _response(400, {"error": f"the body is no JSON: {error}"})
        return _response(201, storage.write_feedback(brandid, feedback))
    if method != "GET":
        return _response(405, {"error": f"{method} is not served: expected GET or POST"})
    if feedback_id := path.get("feedback_id"):
        record = storage.read_feedback(brandid, feedback_id)
        return _response(404, {"error": "there is no such feedback"}) if record is None else _response(200, record)
    category = (event.get("queryStringParameters") or {}).get("category")
    if not category:
        return _response(400, {"error": "the query names no category"})
    return _response(200, storage.athena_client.execute_query(_LATEST, [brandid, category]))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _body(event: Event) -> str | bytes:
    body: str = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body


def _response(status: int, content: object) -> Response:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(content, ensure_ascii=False),
    }
