-- Brands that need a person to look at them.
CREATE EXTERNAL TABLE IF NOT EXISTS escalations (
    escalation_id STRING,
    brandid INT,
    brandname STRING,
    reason STRING,
    confidence_score DOUBLE,
    escalated_at TIMESTAMP,
    resolved_at TIMESTAMP,
    resolved_by STRING,
    resolution_notes STRING,
    status STRING,
    iteration INT,
    environment STRING
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 'escalations/'
TBLPROPERTIES (
    'dualstore.key' = 'brand_{brandid=unknown}_{escalation_id}.json',
    'dualstore.auto.escalation_id' = 'uuid',
    'dualstore.auto.escalated_at' = 'now',
    'dualstore.auto.status' = 'pending'
);
