"""Has delta-rs write a checkpoint of a Delta Lake table's log, and pyarrow write the same again in parts, with a codec. Its commits go then.

Arguments: the table's folder, number of parts, codec. Prints as JSON how many rows delta-rs counts from what is left.
"""

import glob
import json
import os
import sys

import deltalake
import pyarrow.parquet

path, parts, codec = sys.argv[1], int(sys.argv[2]), sys.argv[3]
table = deltalake.DeltaTable(path)
table.create_checkpoint()
log = f"{path}/_delta_log"
name = f"{log}/{table.version():020}.checkpoint"
actions = pyarrow.parquet.read_table(f"{name}.parquet")
about = {"version": table.version(), "size": actions.num_rows}
if codec != "as delta-rs has it":
    os.remove(f"{name}.parquet")
    share = -(-actions.num_rows // parts)
    for part in range(parts):
        target = f"{name}.parquet" if parts == 1 else f"{name}.{part + 1:010}.{parts:010}.parquet"
        pyarrow.parquet.write_table(actions.slice(part * share, share), target, compression=codec)
    if parts > 1:
        about["parts"] = parts
    with open(f"{log}/_last_checkpoint", "w", encoding="utf-8") as last:
        json.dump(about, last)
for commit in glob.glob(f"{log}/*.json"):
    os.remove(commit)
print(json.dumps(deltalake.DeltaTable(path).to_pyarrow_dataset().count_rows()))
