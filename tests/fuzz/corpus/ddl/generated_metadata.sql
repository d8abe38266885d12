-- Metadata generated for a brand. One record a brand.
CREATE EXTERNAL TABLE IF NOT EXISTS generated_metadata (
    brandid INT,
    brandname STRING,
    regex STRING,
    mccids ARRAY<INT>,
    confidence_score DOUBLE,
    version INT,
    generated_at TIMESTAMP,
    evaluator_issues ARRAY<STRING>,
    coverage_narratives_matched DOUBLE,
    coverage_false_positives DOUBLE
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 'metadata/'
TBLPROPERTIES (
    'dualstore.key' = 'brand_{brandid}.json',
    'dualstore.auto.brandid' = 'argument always',
    'dualstore.auto.generated_at' = 'now'
);
