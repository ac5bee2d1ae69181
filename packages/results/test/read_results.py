"""Reads a results folder as an analyst would, and prints as JSON what pyarrow and DuckDB make of it."""

import json
import sys

import duckdb
import pyarrow.compute
import pyarrow.dataset

folder = sys.argv[1]
PARQUET = f"read_parquet('{folder}/tickets/partition=*/*.parquet', hive_partitioning = false)"
LINES = f"read_json('{folder}/tickets_json/partition=*/*.json', hive_partitioning = false)"
DEAD_LETTERS = f"read_json('{folder}/dead_letters/partition=*/*.json')"


def with_pyarrow():
    tickets = pyarrow.dataset.dataset(f"{folder}/tickets", partitioning="hive")
    table = tickets.to_table().sort_by([("partition", "ascending"), ("kafka_offset", "ascending")])
    first = table.slice(0, 1).to_pylist()[0]
    return {
        "rows": table.num_rows,
        "types": {field.name: str(field.type) for field in table.schema},
        "first": {**first, "created_at": first["created_at"].isoformat()},
        "largest_offset": str(pyarrow.compute.max(table["kafka_offset"]).as_py()),
    }


def types(source):
    relation = duckdb.sql(f"select * from {source}")
    return dict(zip(relation.columns, map(str, relation.types)))


def rows(query):
    return duckdb.sql(query).fetchall()


def with_duckdb():
    return {
        "parquet": types(PARQUET),
        "json": types(LINES),
        "differences": rows(
            f"""select count(*) from (
                (from {PARQUET} except all from {LINES}) union all (from {LINES} except all from {PARQUET}))"""
        )[0][0],
        "by_partition": rows(
            f"select partition, count(*) from read_parquet('{folder}/tickets/partition=*/*.parquet') group by all order by all"
        ),
        "requests": [row[0] for row in rows(f"select request from {PARQUET} where kafka_partition = 1 order by kafka_offset")],
        "dead_letters": rows(f'select "offset", reason, lower(hex(from_base64(value_base64))) from {DEAD_LETTERS} order by 1'),
    }


print(json.dumps({"pyarrow": with_pyarrow(), "duckdb": with_duckdb()}))
