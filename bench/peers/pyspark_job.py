"""The ticket job in PySpark Structured Streaming: counts by `foreachBatch` and enriched Parquet, both with checkpoints.

Arguments: brokers, topic, offsets per trigger (0: no limit), folder or `s3a://` location, trigger (`availableNow` or `1 second`).
"""

import glob
import json
import os
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql.streaming import StreamingQueryListener

brokers, topic, limit, folder, trigger = sys.argv[1:6]
home, cores = os.environ["BENCH_HOME"], os.environ["BENCH_CORES"]
on_s3 = folder.startswith("s3a://")
jars = glob.glob(f"{home}/pyspark-jars/*.jar") + (glob.glob(f"{home}/pyspark-s3a-jars/*.jar") if on_s3 else [])
builder = (
    SparkSession.builder.master(f"local[{cores}]")
    .appName("tickets")
    .config("spark.jars", ",".join(sorted(jars)))
    .config("spark.ui.enabled", "false")
    # As many as there are cores, as the tuning guide says for small states; the default of 200 is far slower here.
    .config("spark.sql.shuffle.partitions", cores)
    .config("spark.sql.session.timeZone", "UTC")
)
if on_s3:
    settings = {
        "fs.s3a.endpoint": os.environ["BENCH_S3_ENDPOINT"],
        "fs.s3a.endpoint.region": os.environ.get("AWS_REGION", "us-east-1"),
        "fs.s3a.access.key": os.environ["AWS_ACCESS_KEY_ID"],
        "fs.s3a.secret.key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": "false",
    }
    for name, value in settings.items():
        builder = builder.config(f"spark.hadoop.{name}", value)
    # What "Integration with Cloud Infrastructures" recommends for checkpoints on S3: written in one request, without a rename.
    builder = builder.config(
        "spark.sql.streaming.checkpointFileManagerClass",
        "org.apache.spark.internal.io.cloud.AbortableStreamBasedCheckpointFileManager",
    )
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

schema = "ticket_id string, client_id string, created_at timestamp, request string, type string, priority string"
source = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", brokers)
    .option("subscribe", topic)
    .option("startingOffsets", "earliest")
)
if limit != "0":
    source = source.option("maxOffsetsPerTrigger", limit)
tickets = (
    source.load()
    # Filters on what `from_json` gives are pushed below it, where each of them would parse the message once more: 77 instead of
    # 43 s at five million tickets. They are not pushed below `explode`.
    .select(f.explode(f.array(f.from_json(f.col("value").cast("string"), schema))).alias("ticket"), "partition", "offset")
    .select("ticket.*", f.col("partition").alias("kafka_partition"), f.col("offset").alias("kafka_offset"))
    .where(f.col("type").isin("TECHNICAL", "BILLING", "ACCOUNT", "GENERAL"))
    .where("ticket_id is not null and client_id is not null and created_at is not null and request is not null")
    .where(f.col("priority").isin("LOW", "MEDIUM", "HIGH"))
)
team = (
    f.when(f.col("type") == "TECHNICAL", "Tech Support")
    .when(f.col("type") == "BILLING", "Billing Team")
    .when(f.col("type") == "ACCOUNT", "Account Management")
    .otherwise("General Support")
)


def publish(counts, _batch_id):
    rows = {row["type"]: row["ticket_count"] for row in counts.collect()}
    if on_s3:
        # As one object, the cheapest way that there is: a DataFrame's own writer would list, write and rename.
        path = spark._jvm.org.apache.hadoop.fs.Path(f"{folder}/counts.json")
        stream = path.getFileSystem(spark._jsc.hadoopConfiguration()).create(path, True)
        stream.write(json.dumps(rows).encode())
        stream.close()
        return
    with open(f"{folder}/counts.tmp", "w") as file:
        json.dump(rows, file)
    os.replace(f"{folder}/counts.tmp", f"{folder}/counts.json")


class Batches(StreamingQueryListener):
    """When each batch of enriched tickets became visible, for latency."""

    def onQueryStarted(self, event):
        pass

    def onQueryTerminated(self, event):
        pass

    def onQueryIdle(self, event):
        pass

    def onQueryProgress(self, event):
        if event.progress.name == "enriched" and event.progress.numInputRows > 0:
            end = json.loads(event.progress.sources[0].endOffset)[topic]
            with open("batches.jsonl", "a") as file:
                file.write(json.dumps({"at": time.time() * 1000, "end": end}) + "\n")


when = {"availableNow": True} if trigger == "availableNow" else {"processingTime": trigger}
if trigger != "availableNow":
    spark.streams.addListener(Batches())
enriched = (
    tickets.withColumn("support_team", team)
    .writeStream.queryName("enriched")
    .format("parquet")
    .option("path", f"{folder}/enriched")
    .option("checkpointLocation", f"{folder}/checkpoints/enriched")
    .trigger(**when)
    .start()
)
counts = (
    tickets.groupBy("type")
    .agg(f.count("*").alias("ticket_count"))
    .writeStream.queryName("counts")
    .outputMode("complete")
    .foreachBatch(publish)
    .option("checkpointLocation", f"{folder}/checkpoints/counts")
    .trigger(**when)
    .start()
)
print("both queries run", flush=True)
enriched.awaitTermination()
counts.awaitTermination()
spark.stop()
