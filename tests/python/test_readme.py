"""README's section on Python, as it stands there, in the three places where it must hold."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import servers
import shared.storage
from shared.storage import DualStorageError, dual_storage

BUCKET = "brand-generator-rwrd-023-eu-west-1"
KEYS = {
    "metadata/brand_123.json": "brand",
    r"feedback/brand_123_[0-9a-f-]{36}\.json": "one_feedback",
    "workflow-executions/exec-123.json": "one_execution",
    r"escalations/brand_123_[0-9a-f-]{36}\.json": "one_escalation",
}


def example(file: str, heading: str) -> str:
    text = (Path(__file__).parents[2] / file).read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0], re.DOTALL)
    return str(program)


def section() -> str:
    return example("README.md", "In Python")


def run() -> tuple[dict[str, Any], str]:
    names: dict[str, Any] = {}
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(section(), "README.md", "exec"), names)
    return names, output.getvalue()


def check_records(names: dict[str, Any]) -> None:
    assert names["brand"]["brandname"] == "Kōji Noodles"
    assert names["brand"]["brandid"] == 123
    assert names["one_feedback"]["category"] == "regex_correction"
    assert names["one_execution"]["status"] == "SUCCEEDED"
    assert names["one_escalation"]["status"] == "pending"
    assert names["metadata"] == {"s3_key": "metadata/brand_123.json", "status": "success", "bucket": BUCKET, "table": "generated_metadata"}


def check_sql(names: dict[str, Any], output: str) -> None:
    assert names["rows"] == [{"brandname": "Kōji Noodles", "mccids": [5411, 5412]}]
    assert names["unsure"] == [{"brandid": 123, "brandname": "Kōji Noodles"}]
    assert names["report"] == {"unsure": 1, "pending": 1}
    json.dumps(names["rows"])
    assert output.split() == ["metadata/brand_123.json", names["feedback"]["feedback_id"], names["escalation"]["escalation_id"]]


def test_in_a_directory(home: Path) -> None:
    names, output = run()
    check_records(names)
    check_sql(names, output)
    for key in ("metadata/brand_123.json", "workflow-executions/exec-123.json", "reports/latest.json"):
        assert (home / BUCKET / key).is_file()


@pytest.mark.server
def test_on_an_s3_server(seaweedfs: servers.SeaweedFs, monkeypatch: pytest.MonkeyPatch) -> None:
    seaweedfs.make_bucket(BUCKET)
    monkeypatch.setenv("DUALSTORE_ENGINE", "embedded")
    names, output = run()
    check_records(names)
    check_sql(names, output)
    assert len(names["s3"].list_keys("")) == 5


def test_the_general_interface_is_as_its_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(example("docs/python.md", "dualstore"), "python.md", "exec"), names)
    assert names["record"]["brandname"] == "Kōji Noodles"
    assert len(names["outcomes"]) == 1000
    assert len(names["rows"]) == names["table"].num_rows == 10
    assert names["report"].ok


class Mocks:
    """Both clients, as a service's tests would put them there; objects lie in a dict."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.objects: dict[str, Any] = {}
        self.s3, self.athena = mock.Mock(), mock.Mock()
        self.s3.write_json.side_effect = self.objects.__setitem__
        self.s3.read_json.side_effect = self.objects.get
        self.s3.read_metadata.side_effect = lambda brandid, prefix="metadata": self.objects.get(f"{prefix}/brand_{brandid}.json")
        self.s3.delete_key.side_effect = self.objects.pop
        self.athena.query_table.return_value = []
        self.athena.get_table_count.return_value = 0
        for module in (shared.storage, dual_storage):
            monkeypatch.setattr(module, "S3Client", mock.Mock(return_value=self.s3))
            monkeypatch.setattr(module, "AthenaClient", mock.Mock(return_value=self.athena))


def test_with_mocks_for_both_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    mocks = Mocks(monkeypatch)
    names, _ = run()
    check_records(names)
    verified = [call.args[0] for call in mocks.athena.execute_query.call_args_list][:4]
    assert [query.split(" FROM ")[1].split()[0] for query in verified] == [
        "generated_metadata",
        "feedback_history",
        "workflow_executions",
        "escalations",
    ]
    for key, name in KEYS.items():
        (stored,) = (record for written, record in mocks.objects.items() if re.fullmatch(key, written))
        assert stored == names[name]
    mocks.s3.delete_key.assert_not_called()


def test_with_mocks_whose_table_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    mocks = Mocks(monkeypatch)
    mocks.athena.execute_query.side_effect = RuntimeError("TABLE_NOT_FOUND: generated_metadata")
    with pytest.raises(DualStorageError, match=r"^Failed to write to dual storage: TABLE_NOT_FOUND: generated_metadata$"):
        exec(compile(section(), "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("not stored: Failed to write to dual storage: TABLE_NOT_FOUND")
    mocks.s3.delete_key.assert_called_once_with("metadata/brand_123.json")
    assert mocks.objects == {}


def test_with_mocks_whose_roll_back_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    mocks = Mocks(monkeypatch)
    mocks.athena.execute_query.side_effect = RuntimeError("TABLE_NOT_FOUND")
    mocks.s3.delete_key.side_effect = RuntimeError("AccessDenied")
    with pytest.raises(DualStorageError) as raised:
        run()
    assert str(raised.value) == (
        "Failed to write to dual storage: TABLE_NOT_FOUND; rollback also failed: AccessDenied. "
        "Manual cleanup may be required for S3 key: metadata/brand_123.json"
    )
    assert raised.value.key == "metadata/brand_123.json"
