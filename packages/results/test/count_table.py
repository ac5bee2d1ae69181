"""Counts the rows of Delta Lake tables with one reader, and prints as JSON how many each has, and how many are different.

Arguments: delta-rs, duckdb or spark; folders of tables. What Spark needs for them are the JARs in SPARK_JARS.
"""

import glob
import json
import os
import sys

COUNT = "SELECT count(*), count(DISTINCT (kafka_partition, kafka_offset)) FROM "


def delta_rs():
    import deltalake

    def count(path):
        query = deltalake.QueryBuilder().register("results", deltalake.DeltaTable(path))
        answer = query.execute(COUNT + "results").read_all()
        return [answer.column(nth)[0].as_py() for nth in range(2)]

    return count


def duckdb():
    import duckdb
    import duckdb_extension_delta

    [folder] = duckdb_extension_delta.__path__
    database = duckdb.connect()
    database.execute(f"LOAD '{folder}/extensions/v{duckdb.__version__}/delta.duckdb_extension'")
    return lambda path: database.sql(f"{COUNT} delta_scan('file://{path}')").fetchone()


def spark():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", ",".join(sorted(glob.glob(f"{os.environ['SPARK_JARS']}/*.jar"))))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return lambda path: list(session.sql(f"{COUNT} delta.`{path}`").first())


reader, paths = sys.argv[1], sys.argv[2:]
count = {"delta-rs": delta_rs, "duckdb": duckdb, "spark": spark}[reader]()
print(json.dumps([count(path) for path in paths]))
