"""The records that are written: 400 bytes of JSON, of the shape of tests/data/records/generated_metadata.ndjson."""

from __future__ import annotations

from typing import Any

TABLE = "generated_metadata"
BUCKET = "bench"


def record(brandid: int) -> dict[str, Any]:
    """A brand's metadata."""
    return {
        "brandid": brandid,
        "brandname": "Blue Heron Hotels and Café",
        "regex": "(?i)^blue\\s+heron\\b.*(hotel|café)s?\\s*#\\s*\\d{2,6}",
        "mccids": [7311, 5942, 5945, 7523, 8011],
        "confidence_score": 0.8110296433892388,
        "version": 10,
        "generated_at": "2024-09-12 08:12:54.447123",
        "evaluator_issues": ["mcc_mismatch", "low coverage", "ambiguous name"],
        "coverage_narratives_matched": 0.480294,
        "coverage_false_positives": 0.012772,
    }
