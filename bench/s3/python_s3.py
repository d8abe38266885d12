"""boto3 and awswrangler as candidates of bench/s3: worker.hpp says what they are told and what they answer.

python_s3.py boto3|awswrangler ENDPOINT BUCKET
"""

from __future__ import annotations

import io
import itertools
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

_REGION = "us-east-1"
_READABLE = 1000
_MOST = 64  # in flight

_new_ids = itertools.count(1_000_000)
_readable_ids = itertools.cycle(range(_READABLE))
_CONFIG = Config(max_pool_connections=_MOST, s3={"addressing_style": "path"})

Call = Callable[[], None]


def _record(number: int) -> bytes:
    return (
        f'{{"brandid":{number},"brandname":"Harbour Pets {number % 1000}","regex":"(?i)^harbour\\\\b.*\\\\s*#\\\\s*\\\\d+","mccids":[5734,5944,5699,7991],'
        f'"confidence_score":0.{number % 100:02},"version":0,"generated_at":"2024-03-28T04:29:46","evaluator_issues":["mcc_mismatch",'
        '"low \\"coverage\\"","ambiguous\\nname"],"coverage_narratives_matched":0.480294,"coverage_false_positives":0.012772}\n'
    ).encode()


def _with_boto3(endpoint: str, bucket: str) -> dict[str, Call]:
    client = boto3.client("s3", region_name=_REGION, endpoint_url=endpoint, config=_CONFIG)

    def put() -> None:
        number = next(_new_ids)
        client.put_object(Bucket=bucket, Key=f"boto3/metadata/brand_{number}.json", Body=_record(number), ContentType="application/json")

    def get() -> None:
        answer = client.get_object(Bucket=bucket, Key=f"readable/metadata/brand_{next(_readable_ids)}.json")
        if not answer["Body"].read():
            raise RuntimeError("an object came without its bytes")

    return {"put": put, "get": get}


def _with_awswrangler(endpoint: str, bucket: str) -> dict[str, Call]:
    import awswrangler

    awswrangler.config.s3_endpoint_url = endpoint
    awswrangler.config.botocore_config = _CONFIG
    boto3.setup_default_session(region_name=_REGION)
    boto3.client("s3")  # reads what it knows of the service, once for all threads

    def put() -> None:
        number = next(_new_ids)
        path = f"s3://{bucket}/awswrangler/metadata/brand_{number}.json"
        awswrangler.s3.upload(io.BytesIO(_record(number)), path, use_threads=False)

    def get() -> None:
        got = io.BytesIO()
        path = f"s3://{bucket}/readable/metadata/brand_{next(_readable_ids)}.json"
        awswrangler.s3.download(path, got, use_threads=False)
        if not got.getvalue():
            raise RuntimeError("an object came without its bytes")

    return {"put": put, "get": get}


def _rate(pool: ThreadPoolExecutor, in_flight: int, seconds: float, call: Call) -> float:
    """Calls a second, by so many threads at once."""
    begun = time.perf_counter()

    def work() -> int:
        calls = 0
        while time.perf_counter() < begun + seconds:
            call()
            calls += 1
        return calls

    calls = sum(one.result() for one in [pool.submit(work) for _ in range(in_flight)])
    return calls / (time.perf_counter() - begun)


def main() -> None:
    name, endpoint, bucket = sys.argv[1:]
    calls = {"boto3": _with_boto3, "awswrangler": _with_awswrangler}[name](endpoint, bucket)
    with ThreadPoolExecutor(_MOST) as pool:
        for line in sys.stdin:
            what, in_flight, seconds = line.split()
            print(f"{_rate(pool, int(in_flight), float(seconds), calls[what]):.2f}", flush=True)


if __name__ == "__main__":
    main()
