"""The same job as `pyspark_job.py`, written with good knowledge of Spark: one query, so that each message is read and parsed once.

`foreachBatch` keeps a batch in memory (`persist`), writes it as enriched Parquet, counts it, and adds it to the counts before it. Files
and counts bear the batch's number, so a batch that Spark tries again replaces its own: each ticket counts once.

Arguments: brokers, topic, offsets per trigger (0: no limit), folder.
"""

import json
import os
import sys
from collections import Counter

from pyspark_tickets import read_tickets, start_session

brokers, topic, limit, folder = sys.argv[1:5]
cores = os.environ["BENCH_CORES"]
spark = start_session(cores)
# More pieces than cores, so that the three partitions of the topic are no two rounds of work on two cores.
tickets = read_tickets(spark, brokers, topic, limit, minPartitions=str(3 * int(cores)))
os.makedirs(f"{folder}/counts")


def handle(batch, batch_id):
    batch.persist()
    batch.write.mode("overwrite").parquet(f"{folder}/enriched/batch={batch_id}")
    counts = counts_before(batch_id)
    counts.update({row["type"]: row["count"] for row in batch.groupBy("type").count().collect()})
    batch.unpersist()
    publish(counts, f"{folder}/counts/{batch_id}.json")
    publish(counts, f"{folder}/counts.json")


def counts_before(batch_id):
    if batch_id == 0:
        return Counter()
    with open(f"{folder}/counts/{batch_id - 1}.json") as file:
        return Counter(json.load(file))


def publish(counts, path):
    with open(f"{path}.tmp", "w") as file:
        json.dump(counts, file)
    os.replace(f"{path}.tmp", path)


(
    tickets.writeStream.foreachBatch(handle)
    .option("checkpointLocation", f"{folder}/checkpoint")
    .trigger(availableNow=True)
    .start()
    .awaitTermination()
)
spark.stop()
