"""Servers of the tests and the benchmarks: SeaweedFS and moto, as scripts/test_servers fetches them. They go with their owner."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ACCESS_KEY = "testkey"
SECRET_KEY = "testsecret"
REGION = "eu-west-1"


_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dualstore"


def installed() -> Path:
    """The folder with SeaweedFS, moto and other makers' clients: Python packages, and a link to the Python they are for."""
    pins = Path(__file__).parents[1] / "servers" / "requirements.txt"
    folder = _CACHE / f"test-python-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"
    if not folder.is_dir():
        raise RuntimeError("the tests' servers are not there: run scripts/test_servers")
    return folder


def credentials(endpoint: str) -> dict[str, str]:
    """The variables by which a client finds the server and none but its credentials."""
    return {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


# Every port of SeaweedFS has a second one, 10,000 above it, which must exist too.
def free_ports(count: int) -> list[int]:
    held: list[socket.socket] = []
    ports: list[int] = []
    try:
        for port in range(20000 + os.getpid() % 500, 22700):
            with contextlib.suppress(OSError):
                held.append(socket.create_server(("127.0.0.1", port)))
                held.append(socket.create_server(("127.0.0.1", port + 10000)))
                ports.append(port)
            if len(ports) == count:
                return ports
    finally:
        for one_socket in held:
            one_socket.close()
    raise RuntimeError("no free ports")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(200 <= answer.status < 300)
    except OSError:
        return False


@contextlib.contextmanager
def _running(command: list[str], ready: Callable[[], bool], folder: Path, **variables: str) -> Iterator[None]:
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder), **variables},
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        deadline = time.monotonic() + 60
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n" + log.read_text(errors="replace")[-2000:])
            time.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class SeaweedFs:
    """A running server. ``variables`` lead clients to it."""

    def __init__(self, s3_port: int, filer_port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{s3_port}"
        self.variables = credentials(self.endpoint)
        self._filer = f"http://127.0.0.1:{filer_port}"

    def make_bucket(self, name: str) -> None:
        request = urllib.request.Request(f"{self._filer}/buckets/{name}/", method="POST")
        with urllib.request.urlopen(request, timeout=10):
            pass


@contextlib.contextmanager
def seaweedfs() -> Iterator[SeaweedFs]:
    with tempfile.TemporaryDirectory(prefix="dualstore-seaweedfs-") as name:
        folder = Path(name)
        (folder / "s3.json").write_text(
            f'{{"identities": [{{"name": "test", "credentials": [{{"accessKey": "{ACCESS_KEY}", "secretKey": "{SECRET_KEY}"}}], '
            '"actions": ["Admin", "Read", "List", "Tagging", "Write"]}]}'
        )
        master, volume, filer, s3 = ports = free_ports(4)
        command = [str(installed() / "bin" / "weed"), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}"]
        command += [f"-master.port={master}", f"-volume.port={volume}", "-filer", f"-filer.port={filer}"]
        command += [f"-filer.localSocket={folder}/filer.sock", "-s3", f"-s3.port={s3}", f"-s3.config={folder}/s3.json"]
        command += [f"-s3.localSocket={folder}/s3.sock", "-s3.autoCreateBucket=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        command += ["-master.telemetry=false", "-master.volumeSizeLimitMB=128", "-volume.max=0"]

        def ready() -> bool:
            pages = ((s3, "/healthz"), (filer, "/healthz"), (master, "/dir/assign"))
            return all(_answers(f"http://127.0.0.1:{port}{path}") for port, path in pages)

        try:
            with _running(command, ready, folder):
                yield SeaweedFs(s3, filer)
        finally:
            for part, port in zip(("master", "volume", "filer", "s3"), ports, strict=True):  # under names that no option changes
                Path(f"/tmp/seaweedfs-{part}-grpc-{port + 10000}.sock").unlink(missing_ok=True)


@contextlib.contextmanager
def moto() -> Iterator[str]:
    """The endpoint of a moto server, which plays Athena's interface without running SQL."""
    with tempfile.TemporaryDirectory(prefix="dualstore-moto-") as name:
        (port,) = free_ports(1)
        packages = installed()
        command = [str(packages / "python3"), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        with _running(command, lambda: _answers(f"http://127.0.0.1:{port}/moto-api/"), Path(name), PYTHONPATH=str(packages)):
            yield f"http://127.0.0.1:{port}"
