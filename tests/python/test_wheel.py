"""What the wheels hold, and what they need of the machine that they are installed on."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

WHEELS = Path(__file__).parents[2] / "build" / "wheels"
# Of every Linux (PEP 600); OpenSSL, fmt and all else must be inside.
EVERYWHERE = {
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "ld-linux-x86-64.so.2",
}


def wheel(name: str) -> zipfile.ZipFile:
    (path,) = WHEELS.glob(f"{name}-*.whl")
    return zipfile.ZipFile(path)


def test_nobody_gets_a_top_level_shared_unasked() -> None:
    tops = {name.split("/")[0] for name in wheel("dualstore").namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"dualstore"}
    names = wheel("dualstore_shared_storage").namelist()
    assert "shared/storage/dual_storage.py" in names
    assert "shared/__init__.py" not in names, "other distributions may add to `shared`"


def test_types_and_licences_are_inside() -> None:
    names = set(wheel("dualstore").namelist())
    assert {
        "dualstore/py.typed",
        "dualstore/_native.pyi",
        "dualstore/licenses/LICENSE.duckdb",
        "dualstore/licenses/LICENSE.libssl-dev",
    } <= names
    assert "dualstore/licenses/LICENSE.nanobind" in names


def symbols(library: Path, kind: str) -> list[tuple[int, ...]]:
    table = subprocess.run(["readelf", "--wide", "--dyn-syms", library], capture_output=True, text=True, check=True).stdout
    return sorted(tuple(map(int, version.split("."))) for version in re.findall(rf"@{kind}_([0-9.]+)", table))


def test_it_needs_nothing_that_a_linux_of_2021_has_not(tmp_path: Path) -> None:
    wheel("dualstore").extractall(tmp_path)
    libraries = sorted((tmp_path / "dualstore").glob("*.so"))
    assert len(libraries) == 4
    own = {library.name for library in libraries}
    for library in libraries:
        dynamic = subprocess.run(["readelf", "--wide", "--dynamic", library], capture_output=True, text=True, check=True).stdout
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
        assert needed <= EVERYWHERE | own, library.name
        if needed & own:
            assert re.search(r"\((RUNPATH|RPATH)\).*\[\$ORIGIN\]", dynamic), "libraries find each other wherever they are installed"
        assert symbols(library, "GLIBC")[-1] <= (2, 34), library.name
        assert symbols(library, "GLIBCXX")[-1:] <= [(3, 4, 22)], library.name


def test_what_is_linked_in_stays_inside(tmp_path: Path) -> None:
    """Another OpenSSL or AWS library in the same process must not meet ours."""
    wheel("dualstore").extractall(tmp_path)
    for library in (tmp_path / "dualstore" / "libdualstore.so", *(tmp_path / "dualstore").glob("_native*.so")):
        table = subprocess.run(["nm", "--dynamic", "--defined-only", library], capture_output=True, text=True, check=True).stdout
        exported = {line.split()[-1] for line in table.splitlines()}
        assert exported
        assert not [name for name in exported if name.startswith(("EVP_", "SSL_", "aws_", "s2n_", "yyjson_", "Arrow"))], library.name
