"""Reads Delta Lake tables as an analyst would, and prints as JSON what delta-rs makes of them."""

import json
import sys

import deltalake


def read(path):
    table = deltalake.DeltaTable(path)
    rows = table.to_pyarrow_dataset().to_table()
    query = deltalake.QueryBuilder().register("results", table)
    answer = query.execute(
        "select count(*) as rows, count(distinct (kafka_partition, kafka_offset)) as different, "
        "max(kafka_offset) as largest from results"
    ).read_all()
    return {
        "version": table.version(),
        "types": {field.name: [field.type.type, field.nullable] for field in table.schema().fields},
        "arrow": {field.name: str(field.type) for field in rows.schema},
        "rows": rows.num_rows,
        "answer": {name: str(answer[name][0].as_py()) for name in ("rows", "different", "largest")},
        "made_by": table.history()[0]["engineInfo"].split("/")[0],
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
