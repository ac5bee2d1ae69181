"""Fills a topic with tickets as other people's programs write them: Python's json module and librdkafka's defaults.

It shares nothing with this project's generator and encoder, so that what is measured does not depend on our own spelling.
Arguments: brokers (`-`: sends nothing), topic, number of tickets, form, codec (`none`, `gzip`, `snappy`, `lz4`, `zstd`).
Prints the number of tickets by type as JSON. The same arguments give the same messages.

Forms:
  python       json.dumps as it is: blanks, \\u00e9, microseconds, +00:00
  sorted       keys in alphabetical order, nothing between them
  own          keys, times and spelling as this project's producer has them
  extra-field  the same with one field more
  mixed        python, sorted and own in turn, each by a producer of its own
  large        as python, 1.2 kB each
  disorder     as python, 30% of them sent late: by up to ten minutes, three hours or three days
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
TYPES, TYPE_WEIGHTS = ("TECHNICAL", "BILLING", "ACCOUNT", "GENERAL"), (40, 25, 15, 20)
PRIORITIES, PRIORITY_WEIGHTS = ("LOW", "MEDIUM", "HIGH"), (50, 35, 15)
GREETINGS = ("Bonjour, ", "Bonsoir, ", "", "Bonjour à toute l'équipe, ")
PROBLEMS = {
    "TECHNICAL": ("l'application se ferme dès que j'ouvre le tableau de bord", "la page reste blanche après la mise à jour"),
    "BILLING": ("j'ai été débité deux fois pour la même facture", "la TVA n'apparaît pas sur ma dernière facture"),
    "ACCOUNT": ("je n'arrive plus à réinitialiser mon mot de passe", "mon compte est bloqué après un déménagement"),
    "GENERAL": ("quels sont vos délais de réponse pendant les fêtes", "où trouver la documentation de l'interface"),
}
DETAILS = ("depuis {} jours", "pour la commande n° {}", "chez {} de nos collègues", "sur {} postes à la fois")
SENTENCES = (
    " Merci de vérifier, nous avons déjà essayé de redémarrer et de vider le cache, sans succès.",
    " Le problème est réapparu {} fois, à chaque fois après la synchronisation de nuit.",
    " Notre référence est la {}, au nom de la société qui gère les entrepôts du sud.",
    " Une capture d'écran et le journal complet sont joints à ce message.",
    " Pourriez-vous rappeler avant {} heures, ou écrire à l'adresse habituelle ?",
)
LARGE_SENTENCES = 9  # about 1.2 kB
DELAYS, DELAY_WEIGHTS = (0, 600, 3 * 3600, 3 * 86400), (70, 25, 4, 1)  # at most so many seconds


def tickets(count, large):
    rng = random.Random(1)
    at = START
    for number in range(1, count + 1):
        kind = rng.choices(TYPES, TYPE_WEIGHTS)[0]
        at += timedelta(microseconds=rng.randrange(2_000_000))
        detail = rng.choice(DETAILS).format(rng.randrange(2, 90_000))
        request = f"{rng.choice(GREETINGS)}{rng.choice(PROBLEMS[kind])} {detail}."
        if large:
            request += "".join(rng.choice(SENTENCES).format(rng.randrange(2, 90_000)) for _ in range(LARGE_SENTENCES))
        yield {
            "ticket_id": f"TCK-{number:05d}",
            "client_id": f"CL-{rng.randrange(100, 1000)}",
            "created_at": at,
            "request": request,
            "type": kind,
            "priority": rng.choices(PRIORITIES, PRIORITY_WEIGHTS)[0],
        }


def sent_late(tickets):
    """The same ones with the time that a program puts on a ticket long before it can send it."""
    rng = random.Random(2)
    for ticket in tickets:
        late = rng.random() * rng.choices(DELAYS, DELAY_WEIGHTS)[0]
        yield {**ticket, "created_at": ticket["created_at"] - timedelta(seconds=late)}


def as_python(ticket):
    return json.dumps({**ticket, "created_at": ticket["created_at"].isoformat()})


def zulu(at):
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_own(ticket, **more):
    spelled = {**ticket, "created_at": zulu(ticket["created_at"]), **more}
    return json.dumps(spelled, separators=(",", ":"), ensure_ascii=False)


def as_sorted(ticket):
    spelled = {**ticket, "created_at": zulu(ticket["created_at"])}
    return json.dumps(spelled, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


FORMS = {
    "python": (as_python,),
    "sorted": (as_sorted,),
    "own": (as_own,),
    "extra-field": (lambda ticket: as_own(ticket, channel="web"),),
    "mixed": (as_python, as_sorted, as_own),
    "large": (as_python,),
    "disorder": (as_python,),
}


class Nowhere:
    """Takes messages as a producer does, to count or to look at them."""

    def __init__(self, write):
        self.produce = lambda topic, value, key: write(value)
        self.poll = lambda timeout: 0
        self.flush = lambda: 0


def open_producer(brokers, codec):
    from confluent_kafka import Producer

    def stop_at(error, _message):
        if error is not None:
            raise SystemExit(f"a ticket was not acknowledged: {error}")

    settings = {"bootstrap.servers": brokers, "compression.type": codec, "partitioner": "murmur2_random"}
    return Producer({**settings, "on_delivery": stop_at})


def main(brokers, topic, count, form, codec):
    writers = FORMS[form]
    if brokers == "-":
        show = (lambda value: print(value, file=sys.stderr)) if codec == "show" else (lambda value: None)
        producers = [Nowhere(show) for _ in writers]
    else:
        producers = [open_producer(brokers, codec) for _ in writers]
    counts = dict.fromkeys(TYPES, 0)
    all_tickets = tickets(int(count), form == "large")
    for index, ticket in enumerate(sent_late(all_tickets) if form == "disorder" else all_tickets):
        which = index % len(writers)
        value = writers[which](ticket)
        while True:
            try:
                producers[which].produce(topic, value=value, key=ticket["client_id"])
                break
            except BufferError:  # as many are under way as the queue holds
                producers[which].poll(0.1)
        producers[which].poll(0)
        counts[ticket["type"]] += 1
    for producer in producers:
        if producer.flush() != 0:
            raise SystemExit("not all tickets were sent")
    print(json.dumps(counts))


if __name__ == "__main__":
    main(*sys.argv[1:6])
