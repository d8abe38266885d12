"""Time of a whole process that imports a package and makes one client; sizes of the packages."""

from __future__ import annotations

import importlib.metadata
import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections import defaultdict
from pathlib import Path

from report import middle, progress, ratio, table

_BARE = "python -c pass"
_BASE = 'import boto3; boto3.client("s3")'
_ROOT = Path(__file__).parents[2]


def _programs(home: Path) -> dict[str, tuple[str, dict[str, str]]]:
    client = "from shared.storage import DualStorageClient; DualStorageClient()"
    return {
        _BARE: ("pass", {}),
        "import dualstore": ("import dualstore", {}),
        "DualStorageClient(), on a directory": (client, {"DUALSTORE_HOME": str(home)}),
        "DualStorageClient(), on S3 and Athena": (client, {}),
        "import boto3": ("import boto3", {}),
        _BASE: (_BASE, {}),
    }


def _seconds(code: str, variables: dict[str, str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"AWS_DEFAULT_REGION": "eu-west-1", **variables}
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - begin


def times(home: Path, rounds: int) -> str:
    """A table of milliseconds, with files in the page cache and compiled modules there."""
    taken: dict[str, list[float]] = defaultdict(list)
    programs = _programs(home)
    for number in range(rounds + 1):
        for name, (code, variables) in programs.items():
            milliseconds = 1000 * _seconds(code, variables)
            if number:
                taken[name].append(milliseconds)
    bare = statistics.median(taken[_BARE])
    net = {name: [one - bare for one in figures] for name, figures in taken.items()}
    rows = [
        (f"`{name}`", middle(figures, 1), ratio(figures, taken[_BASE]), f"{statistics.median(net[name]):.1f}", ratio(net[name], net[_BASE]))
        for name, figures in taken.items()
    ]
    return table(("milliseconds, whole process", "median", "to boto3", "less a bare Python", "to boto3"), rows)


def _installed(*names: str) -> int:
    files = [file for name in names for file in importlib.metadata.files(name) or ()]
    return sum(Path(str(file.locate())).stat().st_size for file in files if file.suffix != ".pyc" and Path(str(file.locate())).is_file())


def sizes() -> str:
    """A table of bytes."""
    rows = []
    for wheel in sorted((_ROOT / "build" / "wheels").glob("dualstore*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
        rows.append((f"`{wheel.name}`", f"{wheel.stat().st_size:,}", f"{unpacked:,}"))
    peers = _installed("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six")
    rows.append(("boto3 and what it needs", "", f"{peers:,}"))
    return table(("bytes", "wheel", "unpacked"), rows)


def run(folder: Path, rounds: int) -> None:
    """Prints the tables."""
    progress("  fresh processes")
    print(times(folder / "home", rounds))
    print(sizes())
