"""Runs the snippets of pages about results that need no server and no Spark, and prints how many there were, and what SQL answered.

Arguments: a folder that takes the place of `data/results`; the pages.
"""

import json
import re
import sys

import duckdb

results, *pages = sys.argv[1:]
ELSEWHERE = ("s3://client-tickets/results/tickets\"", "SparkSession", "delta_scan", "CREATE EXTERNAL TABLE")
text = "\n".join(open(page, encoding="utf-8").read() for page in pages)
blocks = re.findall(r"^```(python|sql)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
names, ran, answers = {}, {"python": 0, "sql": 0}, []
for language, block in blocks:
    if any(word in block for word in ELSEWHERE):
        continue
    code = block.replace("data/results", results)
    ran[language] += 1
    if language == "python":
        exec(code, names)
    else:
        answers.append(duckdb.sql(code).fetchall())
print(json.dumps({"ran": ran, "answers": answers}))
