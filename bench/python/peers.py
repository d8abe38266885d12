"""What dualstore is measured against: boto3, and a file that is written by hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config


def plain_client(endpoint: str, region: str, connections: int) -> Any:
    """boto3, with as many connections as threads use it."""
    config = Config(max_pool_connections=connections, s3={"addressing_style": "path"})
    return boto3.client("s3", region_name=region, endpoint_url=endpoint, config=config)


def durable_write(folder: Path, name: str, content: bytes) -> None:
    """What a program has to do by itself so that a file is whole and survives a power cut."""
    temporary = folder / f".{name}"
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / name)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
