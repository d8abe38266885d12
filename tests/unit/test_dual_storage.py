"""DualStorageClient as services' own tests see it: over mocks, and over a directory."""

from __future__ import annotations

import copy
import datetime
import decimal
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from shared.storage import AthenaClient, DualStorageClient, DualStorageError, S3Client, dual_storage

METADATA = {"brandname": "Test Brand", "regex": "test.*", "mccids": [5411, 5412], "confidence_score": 0.95}
FEEDBACK = {"feedback_text": "The regex is incorrect", "category": "regex_correction"}
ARN = "arn:aws:states:eu-west-1:123456789012:execution:workflow:exec-123"
EXECUTION = {"execution_arn": ARN, "brandid": 123, "status": "SUCCEEDED", "duration_seconds": 45}
ESCALATION = {"brandid": 123, "brandname": "Test Brand", "reason": "Low confidence score", "confidence_score": 0.45}


class Mocked:
    """A DualStorageClient whose two clients are mocks, and the mocks."""

    def __init__(self) -> None:
        with mock.patch.object(dual_storage, "S3Client") as s3_class, mock.patch.object(dual_storage, "AthenaClient") as athena_class:
            self.client = DualStorageClient(bucket="a-bucket", database="a_database", region="eu-west-1")
        self.s3_class, self.athena_class = s3_class, athena_class
        self.s3, self.athena = s3_class.return_value, athena_class.return_value

    def written(self) -> tuple[str, dict[str, Any]]:
        self.s3.write_json.assert_called_once()
        key, record = self.s3.write_json.call_args.args
        assert isinstance(key, str)
        assert type(record) is dict
        return key, record


@pytest.fixture
def mocked() -> Mocked:
    return Mocked()


def test_the_two_clients_are_built_by_the_names_of_the_module(mocked: Mocked) -> None:
    mocked.s3_class.assert_called_once_with(bucket="a-bucket", region="eu-west-1")
    mocked.athena_class.assert_called_once_with(database="a_database", region="eu-west-1")
    assert mocked.client.s3_client is mocked.s3
    assert mocked.client.athena_client is mocked.athena


def test_metadata_goes_to_the_brands_key(mocked: Mocked) -> None:
    result = mocked.client.write_metadata(123, METADATA)
    key, record = mocked.written()
    assert key == "metadata/brand_123.json"
    assert {name: record[name] for name in METADATA} == METADATA
    assert record["brandid"] == 123
    assert datetime.datetime.fromisoformat(record["generated_at"])
    assert result == {"s3_key": key, "status": "success", "bucket": "a-bucket", "table": "generated_metadata"}


def test_feedback_gets_an_id_and_a_time(mocked: Mocked) -> None:
    result = mocked.client.write_feedback(123, FEEDBACK)
    key, record = mocked.written()
    assert uuid.UUID(result["feedback_id"]).version == 4
    assert key == f"feedback/brand_123_{result['feedback_id']}.json" == result["s3_key"]
    assert record["feedback_id"] == result["feedback_id"]
    assert record["brandid"] == 123
    assert record["submitted_at"]


def test_an_execution_is_named_by_the_end_of_its_arn(mocked: Mocked) -> None:
    result = mocked.client.write_workflow_execution(EXECUTION)
    key, record = mocked.written()
    assert key == "workflow-executions/exec-123.json"
    assert record["start_time"]
    assert result["table"] == "workflow_executions"


def test_an_execution_without_an_arn_gets_a_key_of_its_own(mocked: Mocked) -> None:
    mocked.client.write_workflow_execution({"status": "RUNNING"})
    key, _ = mocked.written()
    assert uuid.UUID(key.removeprefix("workflow-executions/").removesuffix(".json")).version == 4


def test_an_escalation_is_pending(mocked: Mocked) -> None:
    result = mocked.client.write_escalation(ESCALATION)
    key, record = mocked.written()
    assert key == f"escalations/brand_123_{result['escalation_id']}.json"
    assert record["status"] == "pending"
    assert record["escalated_at"]


def test_an_escalation_without_a_brand_is_of_an_unknown_one(mocked: Mocked) -> None:
    result = mocked.client.write_escalation({"reason": "No brand"})
    assert result["s3_key"] == f"escalations/brand_unknown_{result['escalation_id']}.json"


def test_what_the_caller_gives_is_kept(mocked: Mocked) -> None:
    given = {"feedback_id": "mine", "submitted_at": "2024-01-02T03:04:05Z", "brandid": 7, "feedback_text": "x"}
    result = mocked.client.write_feedback(123, given)
    key, record = mocked.written()
    assert key == "feedback/brand_123_mine.json"
    assert record == given
    assert result["feedback_id"] == "mine"


def test_the_brand_of_the_call_is_the_metadatas(mocked: Mocked) -> None:
    mocked.client.write_metadata(123, {"brandid": 9})
    assert mocked.written()[1]["brandid"] == 123


def test_the_callers_dict_and_its_values_are_left_alone(mocked: Mocked) -> None:
    score = decimal.Decimal("0.50")
    given: dict[str, Any] = {"brandname": "x", "confidence_score": score, "mccids": (1, 2)}
    before = copy.deepcopy(given)
    mocked.client.write_metadata(123, given)
    _, record = mocked.written()
    assert given == before
    assert record is not given
    assert record["confidence_score"] is score
    assert record["mccids"] == (1, 2)


def test_ids_stand_in_the_key_as_they_are(mocked: Mocked) -> None:
    mocked.client.write_feedback(5, {"feedback_id": "a/b_c%", "feedback_text": "x"})
    assert mocked.written()[0] == "feedback/brand_5_a/b_c%.json"


@pytest.mark.parametrize(
    ("write", "table"),
    [
        (lambda client: client.write_metadata(123, METADATA), "generated_metadata"),
        (lambda client: client.write_feedback(123, FEEDBACK), "feedback_history"),
        (lambda client: client.write_workflow_execution(EXECUTION), "workflow_executions"),
        (lambda client: client.write_escalation(ESCALATION), "escalations"),
    ],
)
def test_a_write_is_one_put_and_one_query(mocked: Mocked, write: Any, table: str) -> None:
    result = write(mocked.client)
    mocked.athena.execute_query.assert_called_once()
    (query,) = mocked.athena.execute_query.call_args.args
    assert query.startswith("SELECT ")
    assert f" FROM {table} " in f"{query} "
    assert result["table"] == table
    assert [call[0] for call in mocked.s3.method_calls] == ["write_json"], "nothing is read first"


def test_a_put_that_fails_is_not_verified(mocked: Mocked) -> None:
    mocked.s3.write_json.side_effect = RuntimeError("no such bucket")
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: no such bucket$") as raised:
        mocked.client.write_metadata(123, METADATA)
    assert isinstance(raised.value.__cause__, RuntimeError)
    assert raised.value.key == "metadata/brand_123.json"
    mocked.athena.execute_query.assert_not_called()
    mocked.s3.delete_key.assert_not_called()


def test_a_record_that_cannot_be_verified_is_taken_back(mocked: Mocked) -> None:
    mocked.athena.execute_query.side_effect = RuntimeError("TABLE_NOT_FOUND")
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: TABLE_NOT_FOUND$") as raised:
        mocked.client.write_metadata(123, METADATA)
    mocked.s3.delete_key.assert_called_once_with("metadata/brand_123.json")
    assert raised.value.__cause__ is mocked.athena.execute_query.side_effect


def test_a_roll_back_that_fails_names_the_key(mocked: Mocked) -> None:
    mocked.athena.execute_query.side_effect = RuntimeError("TABLE_NOT_FOUND")
    mocked.s3.delete_key.side_effect = RuntimeError("access denied")
    with pytest.raises(DualStorageError) as raised:
        mocked.client.write_metadata(123, METADATA)
    text = str(raised.value)
    assert text.startswith("Failed to write to dual storage: TABLE_NOT_FOUND")
    assert "rollback also failed" in text
    assert "access denied" in text
    assert "Manual cleanup may be required for S3 key: metadata/brand_123.json" in text


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_what_ends_the_program_takes_the_record_back_too(mocked: Mocked, error: BaseException) -> None:
    mocked.athena.execute_query.side_effect = error
    with pytest.raises(type(error)) as raised:
        mocked.client.write_metadata(123, METADATA)
    assert raised.value is error
    mocked.s3.delete_key.assert_called_once_with("metadata/brand_123.json")


def test_an_error_without_words_is_told_by_its_type(mocked: Mocked) -> None:
    mocked.athena.execute_query.side_effect = TimeoutError()
    mocked.s3.delete_key.side_effect = ConnectionError()
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: TimeoutError; rollback also failed: ConnectionError\."):
        mocked.client.write_metadata(123, METADATA)


def test_reads_fail_as_writes_do(mocked: Mocked) -> None:
    error = mocked.s3.read_json.side_effect = mocked.s3.read_metadata.side_effect = RuntimeError("access denied")
    client = mocked.client
    reads: list[Callable[[], Any]] = [lambda: client.read_metadata(1), lambda: client.read_feedback(1, "x")]
    reads += [lambda: client.read_workflow_execution("x"), lambda: client.read_escalation(1, "x")]
    for read in reads:
        with pytest.raises(DualStorageError, match=r"^access denied$") as raised:
            read()
        assert raised.value.__cause__ is error


@pytest.mark.parametrize("brandid", [True, 1.0, "1", decimal.Decimal(1)])
def test_the_brand_of_the_call_wins_by_its_type_too(mocked: Mocked, brandid: Any) -> None:
    mocked.client.write_metadata(1, {"brandid": brandid})
    written = mocked.written()[1]["brandid"]
    assert (type(written), written) == (int, 1)


def test_a_dict_of_another_type_is_what_it_holds(mocked: Mocked, home: Path) -> None:
    class Shouting(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            return str(super().__getitem__(name)).upper()

        def __iter__(self) -> Any:
            return iter(["regex"])

    mocked.client.write_metadata(123, Shouting(METADATA))
    client = DualStorageClient()
    client.write_metadata(123, Shouting(METADATA))
    for record in (mocked.written()[1], client.read_metadata(123)):
        assert record is not None
        assert {name: record[name] for name in METADATA} == METADATA


def test_a_client_without_its_own_init_is_driven_by_methods() -> None:
    class Fake(DualStorageClient):
        def __init__(self) -> None:
            self.s3_client, self.athena_client = mock.Mock(), mock.Mock()

    fake = Fake()
    assert fake.write_metadata(1, METADATA)["table"] == "generated_metadata"
    fake.s3_client.write_json.assert_called_once()
    fake.s3_client.read_json.return_value = {"x": 1}
    assert fake.read_feedback(1, "x") == {"x": 1}
    with mock.patch.object(DualStorageClient, "__init__", return_value=None):
        patched = DualStorageClient()
    patched.s3_client, patched.athena_client = mock.Mock(), mock.Mock()
    assert patched.write_metadata(1, METADATA)["s3_key"] == "metadata/brand_1.json"


@pytest.mark.parametrize("record", [{"version": "one"}, {"mccids": [1, "2"]}, {"confidence_score": float("nan")}, {"x": {1, 2}}, {1: 2}])
def test_a_record_that_sql_could_not_show_is_never_put(mocked: Mocked, record: Any) -> None:
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: ") as raised:
        mocked.client.write_metadata(123, record)
    assert raised.value.code == "invalid_record"
    assert not mocked.s3.method_calls


def test_reads_go_to_the_objects(mocked: Mocked) -> None:
    mocked.s3.read_metadata.return_value = {"brandid": 123}
    mocked.s3.read_json.side_effect = lambda key: {"key": key}
    client = mocked.client
    assert client.read_metadata(123) == {"brandid": 123}
    mocked.s3.read_metadata.assert_called_once_with(123, prefix="metadata")
    assert client.read_feedback(123, "uuid-123") == {"key": "feedback/brand_123_uuid-123.json"}
    assert client.read_workflow_execution("exec-123") == {"key": "workflow-executions/exec-123.json"}
    assert client.read_escalation(123, "esc-uuid") == {"key": "escalations/brand_123_esc-uuid.json"}
    mocked.athena.execute_query.assert_not_called()


def test_what_is_not_there_is_none(mocked: Mocked) -> None:
    mocked.s3.read_metadata.return_value = None
    mocked.s3.read_json.return_value = None
    assert mocked.client.read_metadata(1) is None
    assert mocked.client.read_feedback(1, "x") is None


def test_clients_set_later_are_driven_too(home: Path) -> None:
    client = DualStorageClient(bucket="a-bucket")
    client.athena_client = mock.Mock()
    client.write_metadata(123, METADATA)
    client.athena_client.execute_query.assert_called_once()
    assert client.read_metadata(123) is not None


def test_a_method_that_was_patched_is_called(home: Path) -> None:
    client = DualStorageClient(bucket="a-bucket")
    with (
        mock.patch.object(client.s3_client, "write_json", side_effect=RuntimeError("patched")),
        pytest.raises(DualStorageError, match="patched"),
    ):
        client.write_metadata(123, METADATA)
    with (
        mock.patch.object(AthenaClient, "execute_query", side_effect=RuntimeError("patched")),
        pytest.raises(DualStorageError, match="patched"),
    ):
        client.write_metadata(123, METADATA)
    assert client.read_metadata(123) is None


def test_a_patched_method_is_called_and_not_compared(home: Path) -> None:
    client = DualStorageClient(bucket="a-bucket")
    with mock.patch("shared.storage.S3Client.write_json") as write_json:
        client.write_metadata(123, METADATA)
    assert len(write_json.mock_calls) == 1
    assert client.read_metadata(123) is None


@pytest.fixture
def client(home: Path) -> DualStorageClient:
    assert str(home)
    return DualStorageClient(bucket="a-bucket")


def test_records_come_back_by_key_and_in_sql(client: DualStorageClient) -> None:
    assert client.write_metadata(123, METADATA)["s3_key"] == "metadata/brand_123.json"
    feedback_id = client.write_feedback(123, FEEDBACK)["feedback_id"]
    client.write_workflow_execution(EXECUTION)
    escalation_id = client.write_escalation(ESCALATION)["escalation_id"]

    metadata = client.read_metadata(123)
    assert metadata is not None
    assert {name: metadata[name] for name in METADATA} == METADATA
    for read, given in (
        (client.read_feedback(123, feedback_id), FEEDBACK),
        (client.read_workflow_execution("exec-123"), EXECUTION),
        (client.read_escalation(123, escalation_id), ESCALATION),
    ):
        assert read is not None
        assert given.items() <= read.items()

    athena = AthenaClient()
    (row,) = athena.execute_query("SELECT * FROM generated_metadata WHERE brandid = 123")
    assert row["mccids"] == [5411, 5412]
    assert json.loads(json.dumps(row)) == row
    assert athena.query_table("escalations", columns="escalation_id, status", where="brandid = 123") == [
        {"escalation_id": escalation_id, "status": "pending"}
    ]


def test_a_refused_record_leaves_no_trace(client: DualStorageClient) -> None:
    client.write_metadata(123, METADATA)
    before = client.read_metadata(123)
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: field 'confidence_score'") as raised:
        client.write_metadata(123, {"confidence_score": "high"})
    assert raised.value.code == "invalid_record"
    assert raised.value.retryable is False
    assert isinstance(raised.value.__cause__, ValueError)
    assert client.read_metadata(123) == before
    assert S3Client("a-bucket").list_keys("") == ["metadata/brand_123.json"]


def test_a_failed_put_says_so_once_with_its_key(home: Path) -> None:
    client = DualStorageClient(bucket="a-bucket")
    (home / "a-bucket" / "metadata" / "brand_1.json").mkdir(parents=True)
    (home / "a-bucket" / "metadata" / "brand_1.json" / "x").touch()
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: metadata/brand_1\.json: ") as raised:
        client.write_metadata(1, METADATA)
    assert str(raised.value).count("Failed to write") == 1
    assert raised.value.key == "metadata/brand_1.json"
    assert "Failed to write" not in str(raised.value.__cause__)


def test_a_write_makes_no_query(home: Path) -> None:
    """Where DuckDB was never loaded, no query was run."""
    program = (
        "from shared.storage import DualStorageClient\n"
        "client = DualStorageClient()\n"
        "client.write_metadata(1, {})\n"
        "client.write_metadata(1, {'version': 2})\n"
        "assert client.read_metadata(1)['version'] == 2\n"
        "assert 'libdualstore' in open('/proc/self/maps').read()\n"
        "assert 'libduckdb' not in open('/proc/self/maps').read()\n"
    )
    assert str(home)
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("brandid", ["x", 1.5, None, True, "+1", "01", 2**63])
def test_a_brand_that_is_no_number_is_refused(client: DualStorageClient, brandid: Any) -> None:
    with pytest.raises(DualStorageError) as raised:
        client.write_metadata(brandid, METADATA)
    assert raised.value.code == "invalid_argument"
    with pytest.raises(DualStorageError):
        client.read_metadata(brandid)


@pytest.mark.parametrize("record", [None, [], "{}", 5])
def test_a_record_that_is_no_dict_is_refused(client: DualStorageClient, record: Any) -> None:
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: a record is a dict, not "):
        client.write_metadata(1, record)
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: a record is a dict, not "):
        client.write_escalation(record)


def test_odd_ids_come_back(client: DualStorageClient) -> None:
    for feedback_id in ("../../etc", "a_b", "名前" * 60, "x" * 300, "new\nline", "%2F", "."):
        result = client.write_feedback(1, {"feedback_id": feedback_id, "feedback_text": feedback_id})
        assert result["feedback_id"] == feedback_id
        record = client.read_feedback(1, feedback_id)
        assert record is not None
        assert record["feedback_text"] == feedback_id


def test_the_defaults_are_the_known_ones(home: Path) -> None:
    client = DualStorageClient()
    assert (client.bucket, client.database, client.region) == (
        "brand-generator-rwrd-023-eu-west-1",
        "brand_metadata_generator_db",
        "eu-west-1",
    )
    assert client.write_metadata(1, {})["bucket"] == client.bucket
    assert (home / client.bucket / "metadata" / "brand_1.json").is_file()
