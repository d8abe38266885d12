from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dualstore
import pytest
import servers


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test finds an account, a store or a cache of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "DUALSTORE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[dualstore.Client]:
    with dualstore.open(f"file:{tmp_path}/store") as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """DUALSTORE_HOME: the three classes go to directories below it."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DUALSTORE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def seaweedfs_server() -> Iterator[servers.SeaweedFs]:
    with servers.seaweedfs() as server:
        yield server


@pytest.fixture
def seaweedfs(seaweedfs_server: servers.SeaweedFs, monkeypatch: pytest.MonkeyPatch) -> servers.SeaweedFs:
    """A running S3 server, which the variables lead to."""
    for name, value in seaweedfs_server.variables.items():
        monkeypatch.setenv(name, value)
    return seaweedfs_server
