"""What the enriched tickets of a run hold, as JSON: `{"BILLING": {"rows": 50, "distinct": 50, "teams": ["Billing Team"]}}`.

Arguments: format (`json` or `parquet`), a glob of the files.
"""

import glob
import json
import sys

import duckdb

form, pattern = sys.argv[1:3]
if form == "parquet":
    table = f"read_parquet('{pattern}', hive_partitioning = false)"
else:
    fields = "ticket_id VARCHAR, type VARCHAR, support_team VARCHAR"
    with open(sorted(glob.glob(pattern, recursive=True))[0]) as file:
        wrapped = file.readline().startswith('{"_timestamp"')  # Quix puts the ticket into `_value`
    names = [field.split() for field in fields.split(", ")]
    columns = f"_value: 'STRUCT({fields})'" if wrapped else ", ".join(f"{name}: '{kind}'" for name, kind in names)
    table = f"read_json('{pattern}', format = 'auto', columns = {{{columns}}}, hive_partitioning = false)"
    if wrapped:
        table = f"(SELECT _value.* FROM {table})"
rows = duckdb.sql(
    f"SELECT type, count(*), count(DISTINCT ticket_id), array_agg(DISTINCT support_team) FROM {table} GROUP BY type"
).fetchall()
print(json.dumps({kind: {"rows": n, "distinct": d, "teams": teams} for kind, n, d, teams in rows}))
