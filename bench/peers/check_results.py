"""What the enriched tickets of a run hold, as JSON: `{"BILLING": {"rows": 50, "distinct": 50, "teams": ["Billing Team"]}}`.

Arguments: format (`json` or `parquet`), a glob of the files.
"""

import json
import sys

import duckdb

form, pattern = sys.argv[1:3]
if form == "parquet":
    table = f"read_parquet('{pattern}', hive_partitioning = false)"
else:
    columns = "{ticket_id: 'VARCHAR', type: 'VARCHAR', support_team: 'VARCHAR'}"
    table = f"read_json('{pattern}', format = 'auto', columns = {columns}, hive_partitioning = false)"
rows = duckdb.sql(
    f"SELECT type, count(*), count(DISTINCT ticket_id), array_agg(DISTINCT support_team) FROM {table} GROUP BY type"
).fetchall()
print(json.dumps({kind: {"rows": n, "distinct": d, "teams": teams} for kind, n, d, teams in rows}))
