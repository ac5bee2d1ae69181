"""The ticket job in PySpark Structured Streaming: counts by `foreachBatch` and enriched Parquet, both with checkpoints.

Arguments: brokers, topic, offsets per trigger (0: no limit), folder or `s3a://` location, trigger (`availableNow` or `1 second`).
"""

import json
import os
import sys
import time

from pyspark.sql import functions as f
from pyspark.sql.streaming import StreamingQueryListener
from pyspark_tickets import read_tickets, start_session

brokers, topic, limit, folder, trigger = sys.argv[1:6]
on_s3 = folder.startswith("s3a://")
spark = start_session(os.environ["BENCH_CORES"], on_s3)
tickets = read_tickets(spark, brokers, topic, limit)


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
    tickets.writeStream.queryName("enriched")
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
