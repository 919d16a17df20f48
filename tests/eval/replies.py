#!/usr/bin/env python3
"""How many recorded replies of providers are read exactly: each as the argument of response_text(), as
the response of a trace, and, if it is a stream, as a string in a trace.

The data is $LIGHTNING_DATA (../shared/data)/provider_responses. What counts is what its manifest calls
unambiguous; the rest is told beside it. A reply is exact when its words are those expected, to the byte,
and an error, which has none, is told as one. `--half even` or `--half odd` takes every second sample
of each provider and shape, so that one half can be worked on and the other one believed; `--all-misses`
lists those that are ambiguous too. Exits with 1 when an unambiguous sample is missed.

usage: B=build tests/eval/replies.py [--half even|odd] [--all-misses]
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
EXTENSION = (PROJECT / os.environ.get("B", "build") / "lightning.so").resolve()
DATA = pathlib.Path(os.environ.get("LIGHTNING_DATA", PROJECT / ".." / "shared" / "data"))
SAMPLES = DATA / "provider_responses"


def quote(text):
    return f"CAST(x'{text.encode().hex()}' AS TEXT)"


def trace(response):
    return quote('{"trace_id":"a","response":' + response + "}")


def queries(samples):
    """One row for each sample and way: its number, the way, its words in hex, its class of error."""
    for number, sample in enumerate(samples):
        text = sample["text"]
        yield (f"SELECT {number}, 'argument', coalesce(hex(response_text({quote(text)})), ''), "
               f"response_text({quote(text)}) IS NULL;")
        forms = {"string": json.dumps(text)}
        if sample["kind"] == "json":
            forms["response"] = text
        for way, form in forms.items():
            yield (f"SELECT {number}, '{way}', coalesce(hex(response_text), ''), "
                   f"error_class IS NOT NULL FROM read_trace({trace(form)});")


def run(samples):
    shell = ["sqlite3", "-batch", "-init", "/dev/null", "-cmd", f".load '{EXTENSION}'", ":memory:"]
    script = "\n".join([".mode list", ".separator |"] + list(queries(samples)))
    done = subprocess.run(shell, input=script, stdout=subprocess.PIPE, text=True, check=True)
    for line in done.stdout.splitlines():
        number, way, words, failed = line.split("|")
        yield samples[int(number)], way, bytes.fromhex(words).decode(), failed == "1"


def read_samples(half):
    seen = collections.Counter()
    for line in (SAMPLES / "manifest.jsonl").read_text().splitlines():
        sample = json.loads(line)
        place = seen[sample["provider"], sample["shape"]]
        seen[sample["provider"], sample["shape"]] += 1
        if half and (place % 2 == 0) != (half == "even"):
            continue
        sample["text"] = (SAMPLES / sample["file"]).read_bytes().decode()
        sample["words"] = (SAMPLES / sample["expected"]).read_bytes().decode()
        yield sample


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=("even", "odd"))
    parser.add_argument("--all-misses", action="store_true")
    options = parser.parse_args()
    if not SAMPLES.is_dir():
        print("skipped: no data")
        return 0
    samples = list(read_samples(options.half))
    misses = collections.defaultdict(dict)
    for sample, way, words, failed in run(samples):
        if words != sample["words"] or failed != (sample["shape"] == "error"):
            misses[sample["file"]][way] = "an error" if failed else repr(words[:70])

    half = f", {options.half} half" if options.half else ""
    print(f"replies of providers{half}: exact of unambiguous samples (of ambiguous ones)")
    providers = sorted({sample["provider"] for sample in samples})
    total = collections.Counter()
    for provider in providers + ["all"]:
        counts = collections.Counter()
        for sample in samples:
            if provider in (sample["provider"], "all"):
                counts[sample["unambiguous"], sample["file"] not in misses] += 1
        certain = counts[True, True] + counts[True, False]
        doubtful = counts[False, True] + counts[False, False]
        beside = f" ({counts[False, True]} of {doubtful})" if doubtful else ""
        print(f"  {provider:14} {counts[True, True]:4} of {certain}{beside}")
        total = counts
    for sample in samples:
        if sample["file"] in misses and (sample["unambiguous"] or options.all_misses):
            print(f"missed: {sample['file']}, expected {sample['words'][:70]!r}")
            for way, found in misses[sample["file"]].items():
                print(f"  as {way}: {found}")
    return 1 if total[True, False] else 0


if __name__ == "__main__":
    sys.exit(main())
