-- What people say of a brand's metadata. Many records a brand.
CREATE EXTERNAL TABLE IF NOT EXISTS feedback_history (
    feedback_id STRING,
    brandid INT,
    metadata_version INT,
    feedback_text STRING,
    category STRING,
    issues_identified ARRAY<STRING>,
    misclassified_combos ARRAY<INT>,
    submitted_at TIMESTAMP,
    submitted_by STRING
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 'feedback/'
TBLPROPERTIES (
    'dualstore.key' = 'brand_{brandid}_{feedback_id}.json',
    'dualstore.auto.feedback_id' = 'uuid',
    'dualstore.auto.brandid' = 'argument',
    'dualstore.auto.submitted_at' = 'now'
);
