"""The ticket job in Flink SQL: counts printed, enriched tickets as JSON files, with checkpoints.

Arguments: brokers, topic, offsets per trigger (Flink has no such limit), folder.
"""

import glob
import os
import sys

from pyflink.table import EnvironmentSettings, TableEnvironment

brokers, topic, _limit, folder = sys.argv[1:5]
home = os.environ["BENCH_HOME"]
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
settings = {
    "pipeline.jars": ";".join(f"file://{jar}" for jar in sorted(glob.glob(f"{home}/flink-jars/*.jar"))),
    "parallelism.default": os.environ["BENCH_CORES"],
    "execution.checkpointing.interval": "1 s",
    "execution.checkpointing.dir": f"file://{folder}/checkpoints",
    # What "Performance Tuning" of the Table API recommends for aggregations.
    "table.exec.mini-batch.enabled": "true",
    "table.exec.mini-batch.allow-latency": "1 s",
    "table.exec.mini-batch.size": "5000",
    "table.optimizer.agg-phase-strategy": "TWO_PHASE",
    "table.exec.source.idle-timeout": "1 s",
}
for name, value in settings.items():
    tables.get_config().set(name, value)

tables.execute_sql(f"""
    CREATE TABLE tickets (
        ticket_id STRING, client_id STRING, created_at STRING, request STRING, `type` STRING, priority STRING,
        kafka_partition INT METADATA FROM 'partition', kafka_offset BIGINT METADATA FROM 'offset'
    ) WITH (
        'connector' = 'kafka', 'topic' = '{topic}', 'properties.bootstrap.servers' = '{brokers}',
        'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
        'format' = 'json', 'json.ignore-parse-errors' = 'true'
    )""")
tables.execute_sql(f"""
    CREATE TABLE enriched (
        ticket_id STRING, client_id STRING, created_at STRING, request STRING, `type` STRING, priority STRING,
        support_team STRING, kafka_partition INT, kafka_offset BIGINT
    ) WITH ('connector' = 'filesystem', 'path' = 'file://{folder}/enriched', 'format' = 'json')""")
tables.execute_sql("CREATE TABLE counts (`type` STRING, ticket_count BIGINT) WITH ('connector' = 'print')")

VALID = """
    `type` IN ('TECHNICAL', 'BILLING', 'ACCOUNT', 'GENERAL') AND priority IN ('LOW', 'MEDIUM', 'HIGH')
    AND ticket_id IS NOT NULL AND client_id IS NOT NULL AND created_at IS NOT NULL AND request IS NOT NULL"""
statements = tables.create_statement_set()
statements.add_insert_sql(f"INSERT INTO counts SELECT `type`, COUNT(*) FROM tickets WHERE {VALID} GROUP BY `type`")
statements.add_insert_sql(f"""
    INSERT INTO enriched
    SELECT ticket_id, client_id, created_at, request, `type`, priority,
        CASE `type` WHEN 'TECHNICAL' THEN 'Tech Support' WHEN 'BILLING' THEN 'Billing Team'
            WHEN 'ACCOUNT' THEN 'Account Management' ELSE 'General Support' END,
        kafka_partition, kafka_offset
    FROM tickets WHERE {VALID}""")
statements.execute().wait()
