"""The ticket job in Quix Streams: enriched tickets by its file sink, counts in memory (which its state would only slow down).

Arguments: brokers, topic, offsets per trigger (the commit interval), folder, number of valid tickets in the topic.
"""

import json
import os
import sys
import time

from quixstreams import Application
from quixstreams.sinks.community.file.formats import JSONFormat
from quixstreams.sinks.community.file.local import LocalFileSink

brokers, topic, limit, folder, messages = sys.argv[1:6]
TEAMS = {
    "TECHNICAL": "Tech Support",
    "BILLING": "Billing Team",
    "ACCOUNT": "Account Management",
    "GENERAL": "General Support",
}
counts = {}
published = 0.0


def publish():
    with open(f"{folder}/counts.tmp", "w") as file:
        json.dump(counts, file)
    os.replace(f"{folder}/counts.tmp", f"{folder}/counts.json")


def enrich(ticket):
    global published
    counts[ticket["type"]] = counts.get(ticket["type"], 0) + 1
    now = time.monotonic()
    if now - published > 1:
        published = now
        publish()
    ticket["support_team"] = TEAMS[ticket["type"]]
    return ticket


app = Application(
    broker_address=brokers,
    consumer_group=os.environ["KAFKA_GROUP_ID"],
    auto_offset_reset="earliest",
    commit_every=int(limit),
    state_dir=f"{folder}/state",
    auto_create_topics=False,
    loglevel="WARNING",
    on_processing_error=lambda error, row, logger: True,
    on_consumer_error=lambda error, message, logger: True,
)
frame = app.dataframe(app.topic(topic, value_deserializer="json"))
frame = frame.filter(lambda ticket: ticket.get("type") in TEAMS).apply(enrich)
frame.sink(LocalFileSink(directory="enriched", format=JSONFormat(compress=False)))
# Without `collect=False` it would keep every ticket in memory, for the caller.
app.run(count=int(messages), timeout=20, collect=False)
publish()
