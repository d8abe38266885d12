"""What a table of figures says beside the figures: where and with what they were measured."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table. The first column is text, the others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def middle(values: Sequence[float], digits: int = 0) -> str:
    """The median, with the least and the greatest value behind it."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratio(values: Sequence[float], base: Sequence[float]) -> str:
    """How many times the base, median by median."""
    return f"{statistics.median(values) / statistics.median(base):.2f}×"


def progress(line: str) -> None:
    """What goes on, for a person who waits."""
    print(line, file=sys.stderr, flush=True)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def filesystem(folder: Path) -> str:
    best = ("", "unknown")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        mount, kind = line.split()[4], line.split(" - ")[1].split()[0]
        if folder.resolve().is_relative_to(mount) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]


def heading(folder: Path, seaweedfs: str) -> str:
    """Machine, versions, date."""
    versions = {name: importlib.metadata.version(name) for name in ("dualstore", "boto3", "botocore")}
    rows = (
        ("cores", str(os.cpu_count())),
        ("processor", processor()),
        ("kernel", platform.release()),
        ("file system", filesystem(folder)),
        ("load before", f"{os.getloadavg()[0]:.2f}"),
        ("Python", platform.python_version()),
        *versions.items(),
        ("SeaweedFS", seaweedfs),
        ("date", f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"),
    )
    return table(("", "value"), rows)
