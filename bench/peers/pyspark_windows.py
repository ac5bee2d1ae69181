"""Tickets by hour in PySpark Structured Streaming: a window of an hour of `created_at`, with a watermark.

Arguments: brokers, topic, offsets per trigger, delay of the watermark (`10 minutes`), folder. Takes what is there, ends, and prints
JSON: `{"windows": [{"window_start", "window_end", "type", "ticket_count"}, …], "dropped": rows that the watermark dropped}`.
"""

import glob
import json
import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

brokers, topic, limit, delay, folder = sys.argv[1:6]
home, cores = os.environ["BENCH_HOME"], os.environ.get("BENCH_CORES", "2")
spark = (
    SparkSession.builder.master(f"local[{cores}]")
    .appName("tickets by hour")
    .config("spark.jars", ",".join(sorted(glob.glob(f"{home}/pyspark-jars/*.jar"))))
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", cores)
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

tickets = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", brokers)
    .option("subscribe", topic)
    .option("startingOffsets", "earliest")
    .option("maxOffsetsPerTrigger", limit)
    .load()
    .select(f.from_json(f.col("value").cast("string"), "created_at timestamp, type string").alias("ticket"))
    .select("ticket.*")
    .where("created_at is not null and type is not null")
)
counted = {}


def keep(rows, _batch_id):
    """Update mode: what a batch has changed replaces what was said of it before."""
    for row in rows.collect():
        start, end = (row["window"][name].strftime("%Y-%m-%dT%H:%M:%S.000Z") for name in ("start", "end"))
        counted[start, end, row["type"]] = row["ticket_count"]


query = (
    tickets.withWatermark("created_at", delay)
    .groupBy(f.window("created_at", "1 hour"), "type")
    .agg(f.count("*").alias("ticket_count"))
    .writeStream.outputMode("update")
    .foreachBatch(keep)
    .option("checkpointLocation", f"{folder}/checkpoint")
    .trigger(availableNow=True)
    .start()
)
query.awaitTermination()
operators = [operator for progress in query.recentProgress for operator in progress["stateOperators"]]
dropped = sum(operator["numRowsDroppedByWatermark"] for operator in operators)
names = ("window_start", "window_end", "type")
windows = [{**dict(zip(names, key)), "ticket_count": count} for key, count in sorted(counted.items())]
print(json.dumps({"windows": windows, "dropped": dropped}))
spark.stop()
