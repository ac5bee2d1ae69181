"""The ticket job in Pathway: counts and enriched tickets as JSON lines. Static mode takes what is there and ends.

Arguments: brokers, topic, offsets per trigger (Pathway has no such limit), folder, `checkpoints` or `none`.
"""

import os
import sys

import pathway as pw

brokers, topic, _limit, folder, checkpoints = sys.argv[1:6]
TEAMS = {
    "TECHNICAL": "Tech Support",
    "BILLING": "Billing Team",
    "ACCOUNT": "Account Management",
    "GENERAL": "General Support",
}


class Ticket(pw.Schema):
    ticket_id: str
    client_id: str
    created_at: str
    request: str
    type: str
    priority: str


tickets = pw.io.kafka.read(
    rdkafka_settings={
        "bootstrap.servers": brokers,
        "group.id": os.environ["KAFKA_GROUP_ID"],
        "auto.offset.reset": "earliest",
        "enable.auto.commit": "false",
    },
    topic=topic,
    schema=Ticket,
    format="json",
    mode="static",
)
valid = tickets.filter(
    (pw.this.type == "TECHNICAL")
    | (pw.this.type == "BILLING")
    | (pw.this.type == "ACCOUNT")
    | (pw.this.type == "GENERAL")
)
# Built from expressions, which run in the Rust engine; a Python function would be called for each ticket.
team = pw.if_else(
    pw.this.type == "TECHNICAL",
    TEAMS["TECHNICAL"],
    pw.if_else(
        pw.this.type == "BILLING",
        TEAMS["BILLING"],
        pw.if_else(pw.this.type == "ACCOUNT", TEAMS["ACCOUNT"], TEAMS["GENERAL"]),
    ),
)
os.makedirs(f"{folder}/enriched", exist_ok=True)
pw.io.jsonlines.write(valid.select(*pw.this, support_team=team), f"{folder}/enriched/enriched.json")
counts = valid.groupby(pw.this.type).reduce(pw.this.type, ticket_count=pw.reducers.count())
pw.io.jsonlines.write(counts, f"{folder}/counts.jsonl")
persistence = pw.persistence.Config(
    pw.persistence.Backend.filesystem(f"{folder}/checkpoints"),
    snapshot_interval_ms=1000,
)
pw.run(
    monitoring_level=pw.MonitoringLevel.NONE,
    persistence_config=persistence if checkpoints == "checkpoints" else None,
)
