"""Measures the Python packages beside boto3, on one machine, and prints Markdown tables.

    build/venv/bin/python bench/python/bench.py [throughput|memory|import …]

All three by default, in four minutes. Each figure is the median of several rounds in which the candidates take turns, with the least and
the greatest behind it; ratios are those of the medians. The S3 server, SeaweedFS, runs on the same cores; scripts/test_servers fetches it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "python"))

import imports
import memory
import peers
import servers
import throughput
from records import BUCKET
from report import heading, progress

_SECTIONS = ("throughput", "memory", "import")


def _arguments() -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"some of: {', '.join(_SECTIONS)}")
    parser.add_argument("--seconds", type=float, default=0.5, help="of one measurement of calls a second (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of calls a second; three times as many of imports (%(default)s)")
    parser.add_argument("--records", type=int, default=100_000, help="written while memory is measured (%(default)s)")
    parser.add_argument("--boto3-records", type=int, default=20_000, help="the same, with boto3 (%(default)s)")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where directories are made, and removed again (%(default)s)")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(_SECTIONS):
        parser.error(f"no section is named {', '.join(unknown)}: expected some of {', '.join(_SECTIONS)}")
    return arguments


def main() -> None:
    arguments = _arguments()
    sections = arguments.sections or _SECTIONS
    for name in list(os.environ):
        if name.startswith(("AWS_", "DUALSTORE_")):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="dualstore-bench-", dir=arguments.folder) as name, servers.seaweedfs() as server:
        folder = Path(name)
        os.environ.update(server.variables)
        server.make_bucket(BUCKET)
        answer = peers.plain_client(server.endpoint, servers.REGION, 1).list_objects_v2(Bucket=BUCKET)
        version = answer["ResponseMetadata"]["HTTPHeaders"].get("server", "unknown").split()[-1]
        print("## Python\n")
        print(heading(folder, version))
        if "throughput" in sections:
            progress("throughput")
            throughput.run(server, folder, arguments.rounds, arguments.seconds)
        if "memory" in sections:
            progress("memory")
            print("### Memory of writing many records\n")
            memory.run(server.endpoint, servers.REGION, folder, arguments.records, arguments.boto3_records)
        if "import" in sections:
            progress("import")
            print("### Start\n")
            imports.run(folder, 3 * arguments.rounds)


if __name__ == "__main__":
    main()
