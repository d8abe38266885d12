"""What calls are given: each refusal is one line that names the argument."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dualstore
import numpy
import pytest
from dualstore import aio
from shared.storage import AthenaClient, AthenaError, DualStorageClient, DualStorageError

TABLE = "generated_metadata"


class NoText:
    def __str__(self) -> str:
        raise KeyError("no text")

    __repr__ = __str__


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda client: client.keys(5), "table"),
        (lambda client: client.describe(5), "table"),
        (lambda client: client.check(5), "table"),
        (lambda client: client.check(repair="yes"), "repair"),
        (lambda client: client.export_table(5, "/x"), "table"),
        (lambda client: client.export_table(TABLE, 5), "path"),
        (lambda client: client.export_table(TABLE, "/x", 5), "format"),
        (lambda client: client.put(TABLE, {"brandid": 1}, expected_version=5), "expected_version"),
        (lambda client: client.put(TABLE, {"brandid": 1}, only_if_new=1), "only_if_new"),
        (lambda client: client.put(TABLE, {"brandid": 1}, arguments=5), "arguments"),
        (lambda client: client.put_many(TABLE, 5), "records"),
        (lambda client: client.remove(TABLE, 1, expected_version=b"x"), "expected_version"),
        (lambda client: client.get(TABLE, NoText()), "an id"),
        (lambda client: client.remove(TABLE, None), "an id"),
        (lambda client: client.query("SELECT ?", numpy.array([1, 2])), "parameters"),
        (lambda client: client.query("SELECT ?", b"x"), "parameters"),
        (lambda client: dualstore.open(b"/x"), "store"),  # type: ignore[arg-type]
        (lambda client: dualstore.open(5), "store"),  # type: ignore[arg-type]
        (lambda client: dualstore.open("file:/x\0y"), "store"),
        (lambda client: dualstore.open(Path("/x\0y")), "store"),
        (lambda client: dualstore.open("file:/x", 5), "engine"),  # type: ignore[arg-type]
        (lambda client: dualstore.open("file:/x", tables=5), "tables"),  # type: ignore[arg-type]
        (lambda client: dualstore.open("file:/x", stale="x"), "stale"),  # type: ignore[arg-type]
        (lambda client: dualstore.open("file:/x", stale=-5), "stale"),
        (lambda client: dualstore.open("file:/x", verify=None), "verify"),  # type: ignore[arg-type]
        (lambda client: dualstore.open("file:/x", cache=5), "cache"),  # type: ignore[arg-type]
        (lambda client: dualstore.open("file:/x", create=None), "create"),  # type: ignore[arg-type]
        (lambda client: aio.open("file:/x", concurrency=0), "concurrency"),
    ],
)
def test_what_has_the_wrong_type_is_named_in_one_line(client: dualstore.Client, call: Callable[[Any], Any], name: str) -> None:
    with pytest.raises(dualstore.InvalidArgument, match=f"^{name} ") as raised:
        call(client)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 150


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda storage: storage.write_metadata(numpy.array([1, 2]), {}), "brandid"),
        (lambda storage: storage.read_feedback(1, NoText()), "feedback_id"),
        (lambda storage: storage.read_feedback(1, None), "feedback_id"),
        (lambda storage: storage.athena_client.query_table(TABLE, columns=None), "columns"),
        (lambda storage: storage.athena_client.query_table(TABLE, columns=[5]), "a column"),
        (lambda storage: storage.athena_client.query_table(TABLE, where=5), "where"),
        (lambda storage: storage.athena_client.execute_query("SELECT ?", "x"), "parameters"),
        (lambda storage: storage.s3_client.read_json(5), "key"),
    ],
)
def test_the_three_classes_name_it_too(home: Path, call: Callable[[Any], Any], name: str) -> None:
    assert str(home)
    with pytest.raises(DualStorageError, match=rf"^(Failed to write to dual storage: )?{name} ") as raised:
        call(DualStorageClient())
    assert raised.value.code == "invalid_argument"
    assert "\n" not in str(raised.value)


def test_names_of_types_stay_on_the_line(client: dualstore.Client) -> None:
    odd = type("a\nb" * 100, (), {})()
    for call in (
        lambda: client.put(TABLE, {"brandid": 1, "x": odd}),
        lambda: client.put(TABLE, odd),
        lambda: client.put(TABLE, {"brandid": 1, odd: 1}),
        lambda: client.query("SELECT ?", [odd]),
    ):
        with pytest.raises(dualstore.Error) as raised:
            call()
        assert "\n" not in str(raised.value)
        assert len(str(raised.value)) < 300


def test_any_sequence_holds_parameters(client: dualstore.Client) -> None:
    assert client.query("SELECT ? AS a, ? AS b", range(3, 5))[0] == {"a": 3, "b": 4}


class Coded:
    """A path whose name is no UTF-8, as other programs make them."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return self.path


def test_a_path_need_not_be_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.fsencode(tmp_path) + b"/b\xff"
    with dualstore.open(Coded(folder + b"/store")) as client:
        client.put(TABLE, {"brandid": 1})
        assert client.query("SELECT count(*) AS n FROM generated_metadata")[0] == {"n": 1}
        assert client.export_table(TABLE, Coded(folder + b"/out")) == 1
    with dualstore.open(Path(os.fsdecode(folder + b"/store"))) as client:
        assert client.get(TABLE, 1) is not None
    assert os.path.exists(folder + b"/out")
    with pytest.raises(dualstore.NotFound, match=r"b\\xff/no"):
        dualstore.open(Coded(folder + b"/no"), create=False)
    monkeypatch.setenv("DUALSTORE_HOME", os.fsdecode(folder + b"/home"))
    DualStorageClient("a-bucket").write_metadata(1, {})
    assert os.path.exists(folder + b"/home/a-bucket/metadata/brand_1.json")
    with pytest.raises(AthenaError):
        AthenaClient().execute_query("SELEC")
