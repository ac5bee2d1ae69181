"""Reads what a pipeline has been given and what it has written, with none of the pipeline's own code.

Takes one request a line on stdin, as JSON, and answers each with one line on stdout:

    {"read": "results", "location": "s3a://bucket/run/results/"}  or a folder, as an analyst's glob would see it
    {"read": "topic", "topic": "tickets", "brokers": "127.0.0.1:19092"}

S3 is reached as AWS_ENDPOINT_URL_S3 and the AWS_* keys say. A failure is answered with {"failed": "why"}.
"""

import json
import os
import sys

import confluent_kafka
import deltalake
import duckdb
import duckdb_extension_delta
import duckdb_extension_httpfs
import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.json

COLUMNS = ["kafka_partition", "kafka_offset", "ticket_id"]
LINE_SCHEMA = pyarrow.schema([("kafka_partition", "int64"), ("kafka_offset", "int64"), ("ticket_id", "string")])


def open_location(location):
    if not location.startswith("s3"):
        return pyarrow.fs.LocalFileSystem(), location.rstrip("/")
    scheme, address = os.environ["AWS_ENDPOINT_URL_S3"].split("://")
    return pyarrow.fs.S3FileSystem(
        endpoint_override=address,
        scheme=scheme,
        region=os.environ["AWS_REGION"],
        connect_timeout=2,
        request_timeout=20,
        retry_strategy=pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=1),
    ), location.split("://")[1].rstrip("/")


def visible(files, folder, extension):
    """The paths that `folder/**/*.extension` matches; a glob passes names by that begin with a dot."""
    selector = pyarrow.fs.FileSelector(folder, recursive=True, allow_not_found=True)
    found = [info.path for info in files.get_file_info(selector) if info.is_file]
    hidden = [path for path in found if any(part.startswith(".") for part in path[len(folder) :].split("/"))]
    return sorted(path for path in set(found) - set(hidden) if path.endswith(extension))


def read_rows(files, folder, form):
    """What `folder/partition=*/*` matches: merged files and the log of the table lie elsewhere."""
    paths = [path for path in visible(files, folder, f".{form}") if path[len(folder) :].startswith("/partition=")]
    if not paths:
        return []
    if form == "parquet":
        table = pyarrow.dataset.dataset(paths, filesystem=files, format="parquet").to_table(columns=COLUMNS)
    else:
        options = pyarrow.json.ParseOptions(explicit_schema=LINE_SCHEMA, unexpected_field_behavior="ignore")
        bodies = [files.open_input_stream(path).read() for path in paths]
        parts = [pyarrow.json.read_json(pyarrow.BufferReader(body), parse_options=options) for body in bodies if body]
        table = pyarrow.concat_tables(parts)
    return as_rows(table)


def as_rows(table):
    return list(zip(*(table[name].to_pylist() for name in COLUMNS)))


def read_by_delta_rs(location):
    options = {}
    if location.startswith("s3"):
        endpoint = os.environ["AWS_ENDPOINT_URL_S3"]
        options = {"endpoint_url": endpoint, "allow_http": "true", "region": os.environ["AWS_REGION"]}
    table = deltalake.DeltaTable(location, storage_options=options)
    return as_rows(table.to_pyarrow_table(columns=COLUMNS))


def open_duckdb():
    """Another one each time: what went wrong with one reading is no part of the next."""
    database = duckdb.connect()
    for name, package in (("httpfs", duckdb_extension_httpfs), ("delta", duckdb_extension_delta)):
        [folder] = package.__path__
        database.execute(f"LOAD '{folder}/extensions/v{duckdb.__version__}/{name}.duckdb_extension'")
    scheme, address = os.environ["AWS_ENDPOINT_URL_S3"].split("://")
    database.execute(
        f"""CREATE SECRET (TYPE s3, ENDPOINT '{address}', USE_SSL {scheme == "https"}, URL_STYLE 'path',
        REGION '{os.environ["AWS_REGION"]}',
        KEY_ID '{os.environ["AWS_ACCESS_KEY_ID"]}', SECRET '{os.environ["AWS_SECRET_ACCESS_KEY"]}')"""
    )
    return database


def read_by_duckdb(location):
    address = location.replace("s3a://", "s3://") if location.startswith("s3") else f"file://{location}"
    with open_duckdb() as database:
        return database.sql(f"SELECT {', '.join(COLUMNS)} FROM delta_scan('{address}')").fetchall()


def read_table(files, folder, location):
    """The rows of the Delta Lake table, by each of its readers. Before the first file is in it, there is no table."""
    is_begun = visible(files, f"{folder}/tickets/_delta_log", ".json") != []
    table = f"{location.rstrip('/')}/tickets"
    readers = {"delta-rs": read_by_delta_rs, "duckdb": read_by_duckdb}
    return {name: read(table) if is_begun else [] for name, read in readers.items()}


def read_counts(files, folder):
    """Tickets by type, as the last published file has them."""
    paths = visible(files, f"{folder}/ticket_counts", ".json")
    lines = [line for path in paths for line in files.open_input_stream(path).read().splitlines()]
    return {row["type"]: row["ticket_count"] for row in map(json.loads, lines)}


def read_lines(files, folder):
    bodies = [files.open_input_stream(path).read() for path in visible(files, folder, ".json")]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def read_hours(files, folder):
    """Hours of the live file, and of days that are over in each format, as `[start, type, tickets, whether it is final]`."""
    name = f"{folder}/ticket_counts_by_hour"
    live = [[row["window_start"], row["type"], row["ticket_count"], row["is_final"]] for row in read_lines(files, name)]
    lines = [[row["window_start"], row["type"], row["ticket_count"], True] for row in read_lines(files, f"{name}_final")]
    paths = visible(files, f"{name}_final", ".parquet")
    rows = pyarrow.dataset.dataset(paths, filesystem=files, format="parquet").to_table().to_pylist() if paths else []
    table = [[f"{row['window_start']:%Y-%m-%dT%H:%M:%SZ}", row["type"], row["ticket_count"], True] for row in rows]
    return {"live": live, "json": lines, "parquet": table}


def read_results(location):
    files, folder = open_location(location)
    counts = read_counts(files, folder)
    hours = read_hours(files, folder)
    late = [[row["kafka_partition"], row["kafka_offset"]] for row in read_lines(files, f"{folder}/late_tickets")]
    return {
        "counts": counts,
        "hours": hours,
        "late": late,
        "parquet": read_rows(files, f"{folder}/tickets", "parquet"),
        "json": read_rows(files, f"{folder}/tickets_json", "json"),
        **read_table(files, folder, location),
        "deadLetters": len(visible(files, f"{folder}/dead_letters", ".json")),
    }


def read_topic(topic, brokers):
    settings = {"bootstrap.servers": brokers, "group.id": "chaos-witness", "enable.auto.commit": False, "log_level": 0}
    consumer = confluent_kafka.Consumer({**settings, "enable.partition.eof": True, "auto.offset.reset": "error"})
    try:
        partitions = sorted(consumer.list_topics(topic, timeout=60).topics[topic].partitions)
        consumer.assign([confluent_kafka.TopicPartition(topic, number, 0) for number in partitions])
        rows, unread = [], set(partitions)
        while unread:
            for message in consumer.consume(10_000, timeout=1):
                if message.error() is None:
                    ticket = json.loads(message.value())
                    dated = (ticket["created_at"], ticket["type"])
                    rows.append((message.partition(), message.offset(), ticket["ticket_id"], *dated))
                elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                    unread.discard(message.partition())
        return {"rows": rows}
    finally:
        consumer.close()


def answer(request):
    if request["read"] == "results":
        return read_results(request["location"])
    return read_topic(request["topic"], request["brokers"])


for line in sys.stdin:
    try:
        answered = answer(json.loads(line))
    except Exception as error:  # whatever it was, the one who asked decides what it means
        answered = {"failed": f"{type(error).__name__}: {error}"}
    print(json.dumps(answered), flush=True)
