-- Runs of the workflow. The key is the execution id, the last part of the ARN.
CREATE EXTERNAL TABLE IF NOT EXISTS workflow_executions (
    execution_arn STRING,
    brandid INT,
    status STRING,
    start_time TIMESTAMP,
    stop_time TIMESTAMP,
    duration_seconds INT,
    error_message STRING,
    input_data STRING,
    output_data STRING
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 'workflow-executions/'
TBLPROPERTIES (
    'dualstore.key' = '{execution_arn:last}.json',
    'dualstore.auto.start_time' = 'now'
);
