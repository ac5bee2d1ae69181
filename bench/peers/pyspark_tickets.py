"""What both PySpark jobs begin with: the session, and the tickets of a topic with their team."""

import glob
import os

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

SCHEMA = "ticket_id string, client_id string, created_at timestamp, request string, type string, priority string"


def start_session(cores, on_s3=False):
    """Settings are those of the tuning guides; on S3 it writes through `s3a`."""
    home = os.environ["BENCH_HOME"]
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
    for name, value in (s3_settings() if on_s3 else {}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def s3_settings():
    settings = {
        "fs.s3a.endpoint": os.environ["BENCH_S3_ENDPOINT"],
        "fs.s3a.endpoint.region": os.environ.get("AWS_REGION", "us-east-1"),
        "fs.s3a.access.key": os.environ["AWS_ACCESS_KEY_ID"],
        "fs.s3a.secret.key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": "false",
    }
    return {
        **{f"spark.hadoop.{name}": value for name, value in settings.items()},
        # What "Integration with Cloud Infrastructures" recommends for checkpoints on S3: written in one request, without a rename.
        "spark.sql.streaming.checkpointFileManagerClass": (
            "org.apache.spark.internal.io.cloud.AbortableStreamBasedCheckpointFileManager"
        ),
    }


def read_tickets(spark, brokers, topic, limit, **options):
    """The valid tickets of a topic, with where they lie and who answers them. `limit`: offsets per trigger; 0: no limit."""
    source = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .options(**options)
    )
    if limit != "0":
        source = source.option("maxOffsetsPerTrigger", limit)
    ticket = f.from_json(f.col("value").cast("string"), SCHEMA)
    return (
        source.load()
        # Filters on what `from_json` gives are pushed below it, where each of them would parse the message once more: 77 instead of
        # 43 s at five million tickets. They are not pushed below `explode`.
        .select(f.explode(f.array(ticket)).alias("ticket"), "partition", "offset")
        .select("ticket.*", f.col("partition").alias("kafka_partition"), f.col("offset").alias("kafka_offset"))
        .where(f.col("type").isin("TECHNICAL", "BILLING", "ACCOUNT", "GENERAL"))
        .where("ticket_id is not null and client_id is not null and created_at is not null and request is not null")
        .where(f.col("priority").isin("LOW", "MEDIUM", "HIGH"))
        .withColumn(
            "support_team",
            f.when(f.col("type") == "TECHNICAL", "Tech Support")
            .when(f.col("type") == "BILLING", "Billing Team")
            .when(f.col("type") == "ACCOUNT", "Account Management")
            .otherwise("General Support"),
        )
    )
