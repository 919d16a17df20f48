#!/usr/bin/env python3
"""multiply.py SOURCE TARGET COUNT DAYS [BYTES]: a large traces folder out of a small one.

Copies the traces of SOURCE round and round until there are COUNT, spread evenly over DAYS days
from 2024-01-01. Each copy has its own trace_id and the date of its day; nothing else differs, so
sizes and texts are as real as the source's. Files that are no traces are left out.

With BYTES the prompts are made longer until a trace has about so many, in the way that an agent's
prompts are long: half of what is added are instructions, the same in each, and half is what was
said in other traces, different in each.
"""
import datetime
import json
import os
import random
import sys

INSTRUCTIONS = """\
How to answer:
1. Read the whole message before you decide what it is about. Name the feeling you hear, in their \
words and not in yours, and leave it at that when you are not sure.
2. One thought to a sentence. No lists, no headings, no advice that was not asked for.
3. Never promise that something will get better; say what you can see that they are doing already.
4. When they speak of harm to themselves or to others, stop the exercise, say that you are worried \
and give the number that stands in the tool results.
5. Do not repeat a question that stands in the session below. Do not greet twice.
6. Names, places and dates come from the session only. If a tool failed, do without it and do not \
mention it.
7. End with an open question, or with none when they say that they want to go.
"""


def sources(folder):
    """The documents below folder, each with its trace_id and its date, as they stand in it."""
    found = []
    for day in sorted(os.listdir(folder)):
        path = os.path.join(folder, day)
        if not os.path.isdir(path):
            continue
        for name in sorted(os.listdir(path)):
            with open(os.path.join(path, name), encoding="utf-8") as file:
                text = file.read()
            try:
                trace = json.loads(text)
            except ValueError:
                continue
            found.append((text, trace["trace_id"], trace["component"], trace["timestamp_end"][:10]))
    return found


def lengthened(documents, size):
    """The documents with longer prompts: about `size` bytes in the mean."""
    mean = sum(len(text.encode()) for text, *_ in documents) / len(documents)
    traces = [json.loads(text) for text, *_ in documents]
    # Of a prompt, the part that says most; the rest is instructions again.
    said = [max(str(trace["prompt"]).split("\n\n"), key=len) for trace in traces]
    chance = random.Random(1)
    for trace, (_, *rest) in zip(traces, documents):
        added = INSTRUCTIONS[:max(0, int(size - mean) // 2)]
        while len(json.dumps(added)) < size - mean:
            added += "\nEarlier in this session:\n" + chance.choice(said)
        trace["prompt"] = added[:max(0, int(size - mean))] + "\n\n" + str(trace["prompt"])
        yield json.dumps(trace, indent=2), *rest


def main():
    source, target, count, days = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    documents = sources(source)
    if len(sys.argv) > 5:
        documents = list(lengthened(documents, int(sys.argv[5])))
    first = datetime.date(2024, 1, 1)
    for day in range(days):
        date = first + datetime.timedelta(days=day)
        folder = os.path.join(target, date.strftime("%Y%m%d"))
        os.makedirs(folder, exist_ok=True)
        for i in range(day * count // days, (day + 1) * count // days):
            text, trace_id, component, old_date = documents[i % len(documents)]
            second = (i * 7) % 86400
            new_id = "%s_%s_%02d%02d%02d_%06d" % (
                component, date.strftime("%Y%m%d"), second // 3600, second // 60 % 60, second % 60,
                i % 1000000)
            text = text.replace(trace_id, new_id).replace(old_date, date.isoformat())
            with open(os.path.join(folder, new_id + ".json"), "w", encoding="utf-8") as file:
                file.write(text)


main()
