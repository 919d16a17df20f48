#!/usr/bin/env python3
"""multiply.py SOURCE TARGET COUNT DAYS: a large traces folder out of a small one.

Copies the traces of SOURCE round and round until there are COUNT, spread evenly over DAYS days
from 2024-01-01. Each copy has its own trace_id and the date of its day; nothing else differs, so
sizes and texts are as real as the source's. Files that are no traces are left out.
"""
import datetime
import json
import os
import sys


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


def main():
    source, target, count, days = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    documents = sources(source)
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
