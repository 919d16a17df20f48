#!/usr/bin/env python3
"""The numbers of the script that lightning replaces, computed from its rules a second time, and
compared to the last digit with `lightning analyze --legacy`: from the file and from the folder, for
all days and for ranges of them.

The trees: the demo, one of odd documents that is made here, and the 3,000 traces of
$LIGHTNING_DATA (default: ../shared/data) where they are. B is the build under test.
"""
import json
import math
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent.parent
BUILD = PROJECT / os.environ.get("B", "build")
DATA = pathlib.Path(os.environ.get("LIGHTNING_DATA", PROJECT.parent / "shared" / "data"))

PHRASES = (
    "that sounds difficult",
    "it makes sense",
    "you're not alone",
    "that must feel",
    "it's valid to feel",
)


def text_of(response):
    """choices[0].message.content or else candidates[0].content.parts[0].text, else empty."""
    paths = (
        ("choices", 0, "message", "content"),
        ("candidates", 0, "content", "parts", 0, "text"),
    )
    for path in paths:
        value = response
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                value = None
        if value is not None:
            return value
    return ""


def safety_of(trace):
    if "error" in trace["response"]:
        return -1.0
    return 0.0 if trace["metadata"].get("blocked_by_safety") is True else 1.0


def empathy_of(text):
    found = sum(phrase in text.lower() for phrase in PHRASES)
    return min(found / 3, 1.0)


def length_of(text):
    n = len(text)
    if n == 0:
        return 0.0
    if n < 20:
        return 0.2
    if n < 50:
        return 0.6
    if n <= 200:
        return 1.0
    return 0.8 if n <= 300 else 0.5


def latency_of(ms):
    if ms == 0:
        return 0.0
    if ms < 1000:
        return 1.0
    if ms < 3000:
        return 0.7
    return 0.4 if ms < 5000 else 0.1


def reward_of(trace):
    safety = safety_of(trace)
    if safety <= 0:
        return safety
    text = text_of(trace["response"])
    return (
        0.5 * safety
        + 0.3 * empathy_of(text)
        + 0.1 * length_of(text)
        + 0.1 * latency_of(trace["latency_ms"])
    )


def mean(values):
    """From the left: sum() of Python 3.12 and later compensates, that of the script's did not."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values) if values else None


def read(tree):
    """The traces with their days, in the order of their files; what is no JSON is passed over."""
    for path in sorted(tree.glob("*/*.json")):
        try:
            yield path.parent.name, json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            pass


def expected(traces, first, last):
    """As the report has it: all, then each component. The days apply to the rewards only."""
    rows = []
    for name in ["(all)"] + sorted({trace["component"] for _, trace in traces}):
        own = [(d, t) for d, t in traces if name in ("(all)", t["component"])]
        rewards = [reward_of(t) for d, t in own if first <= d <= last]
        rows.append({
            "component": name,
            "traces": len(own),
            # SQL has no NaN: the report leaves out what is not finite, and would print nan else.
            "mean_latency_ms": mean([t["latency_ms"] for _, t in own if math.isfinite(t["latency_ms"])]),
            "n": len(rewards),
            "mean": mean(rewards),
            "max": max(rewards, default=None),
            "min": min(rewards, default=None),
        })
    return rows


def lightning(*arguments, ends=(0,)):
    run = subprocess.run([BUILD / "lightning", *map(str, arguments)],
                         capture_output=True, check=False, text=True)
    if run.returncode not in ends:
        sys.exit(f"lightning {arguments}: status {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout


def compare(name, tree, db):
    """Returns how many numbers differ."""
    traces = list(read(tree))
    days = sorted({day for day, _ in traces})
    ranges = [("", "")] + [(days[0], days[0]), (days[-1], ""), ("", days[-2]), ("20200101", "20200102")]
    lightning("import", tree, "--db", db, ends=(0, 1))
    numbers = wrong = 0
    for source in (["--db", db], ["--trace-dir", tree]):
        for first, last in ranges:
            options = [f"--start-date={first}"] * bool(first) + [f"--end-date={last}"] * bool(last)
            output = lightning("analyze", "--legacy", "--format", "json", *source, *options, ends=(0, 1))
            for theirs, ours in zip(expected(traces, first, last or "99999999"),
                                    json.loads(output), strict=True):
                for key, value in theirs.items():
                    numbers += 1
                    # repr tells -1.0 from -1, and every double from every other.
                    if repr(value) != repr(ours[key]):
                        wrong += 1
                        print(f"{name}: {source[0]} {options}: {theirs['component']}: {key}: "
                              f"{ours[key]!r}, not {value!r}")
    print(f"{'FAILED' if wrong else 'ok'}: {name}: {numbers - wrong} of {numbers} numbers of "
          f"{len(traces)} traces are equal to the last digit")
    return wrong


# ---- odd documents ----

def chat(content):
    return {"model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}


def candidates(*parts):
    return {"candidates": [{"content": {"parts": [{"text": part} for part in parts], "role": "model"}}]}


SAYS = "That sounds difficult. It makes sense that you are tired."
ODD = {
    # where the words are
    "no-words": {"response": chat("")},
    "null-words": {"response": chat(None)},
    "no-choice": {"response": {"model": "m", "choices": []}},
    "no-message": {"response": {"choices": [{"delta": {"content": SAYS}}]}},
    "no-response": {"response": {}},
    "only-role": {"response": {"choices": [{"message": {"role": "assistant"}}]}},
    "two-choices": {"response": {"choices": chat("Short.")["choices"] + chat(SAYS)["choices"]}},
    "gemini": {"response": candidates(SAYS)},
    "gemini-parts": {"response": candidates("It makes", " sense")},
    "gemini-no-parts": {"response": {"candidates": [{"finishReason": "SAFETY"}]}},
    "both-shapes": {"response": {**chat(SAYS), **candidates("no")}},
    "null-then-gemini": {"response": {**chat(None), **candidates(SAYS)}},
    "planner": {"response": chat('{"error": "that must feel", "tools": ["it makes sense"]}')},
    # safety
    "error": {"response": {"error": "it makes sense"}, "reward": -1.0},
    "error-null": {"response": {"error": None}},
    "error-object": {"response": {"error": {"message": "no", "code": 429}}},
    "error-empty": {"response": {"error": ""}},
    "error-beside-words": {"response": {"error": None, **chat(SAYS)}},
    "error-inside": {"response": {**chat(SAYS), "usage": {"error": 1}}},
    "blocked": {"metadata": {"blocked_by_safety": True}},
    "blocked-false": {"metadata": {"blocked_by_safety": False}},
    "blocked-null": {"metadata": {"blocked_by_safety": None}},
    "blocked-text": {"metadata": {"blocked_by_safety": "true"}},
    "blocked-and-failed": {"metadata": {"blocked_by_safety": True}, "response": {"error": "no"}},
    # phrases
    "capitals": {"response": chat("THAT SOUNDS DIFFICULT. IT MAKES SENSE. YOU'RE NOT ALONE.")},
    "all-five": {"response": chat("; ".join(PHRASES))},
    "one-thrice": {"response": chat("it makes sense, it makes sense, it makes sense")},
    "never-matched": {"response": chat("I understand. I hear you. I'm here.")},
    "curly": {"response": chat("You\u2019re not alone. It\u2019s valid to feel so.")},
    "two-blanks": {"response": chat("that  must feel; it makes\nsense")},
    "inside-a-word": {"response": chat("profit makes sense")},
    "kelvin": {"response": chat("It ma\u212aes sense")},
    "dotted-capital": {"response": chat("\u0130t makes sense, that sounds d\u0130fficult")},
    "long-s": {"response": chat("it makes \u017fen\u017fe")},
    # lengths, in code points
    **{f"length-{n}": {"response": chat("x" * n)} for n in (1, 19, 20, 49, 50, 200, 201, 300, 301)},
    **{f"emoji-{n}": {"response": chat("\U0001f49b" * n)} for n in (19, 20, 50, 200, 201)},
    "combining": {"response": chat("e\u0301" * 25)},
    "lone-surrogates": {"response": chat("\ud83d" * 19)},
    "lone-surrogates-20": {"response": chat("\udc9b" * 20)},
    "nul": {"response": chat("\0" * 19 + "x")},
    "nul-then-phrase": {"response": chat("\0it makes sense")},
    "white-space": {"response": chat(" \n\t")},
    "controls": {"response": chat("\x01\x7f\x85\u2028" * 5)},
    # latency
    **{f"latency-{ms}": {"latency_ms": ms}
       for ms in (0, 0.0, float("nan"), float("inf"), 0.001, 1, 999.999, 1000, 1000.0, 2999.9, 3000, 4999, 5000, 5e4, 1e-7, -3, -0.0)},
    # of numbers
    "sums": {"latency_ms": 0.1},
    "sums-2": {"latency_ms": 0.2},
    "big-int": {"latency_ms": 123456789012},
    "exponent": {"latency_ms": 1.5e3},
}


def write_odd(tree):
    """Over three days, and two components."""
    for i, (name, members) in enumerate(ODD.items()):
        day = f"2024122{i % 3}"
        trace = {
            "trace_id": f"Odd_{i:03}_{name}",
            "component": name if i % 4 else "\u00c4 \"quoted\"", # so that a wrong one is named
            "prompt": "p",
            "metadata": {"model": "m"},
            "response": chat(SAYS),
            "timestamp_end": "2024-12-20T08:00:00",
            "latency_ms": 1234.5678 + i / 7,
            "reward": None,
            **members,
        }
        (tree / day).mkdir(parents=True, exist_ok=True)
        path = tree / day / (trace["trace_id"] + ".json")
        path.write_text(json.dumps(trace, indent=2), encoding="utf-8")
    repeated = '{"trace_id": "Odd_zz", "component": "repeated keys", "metadata": {}, "latency_ms": 1, ' \
        '"response": {"error": "x"}, "response": {"choices": [{"message": {"content": "no", ' \
        '"content": "it makes sense"}}]}, "latency_ms": 3500}'
    (tree / "20241220" / "Odd_zz.json").write_text(repeated, encoding="utf-8")
    (tree / "20241220" / "cut.json").write_text('{"trace_id": "cut', encoding="utf-8")


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        wrong += compare("demo", PROJECT / "tests" / "data" / "traces", work / "demo.db")
        write_odd(work / "odd")
        wrong += compare("odd documents", work / "odd", work / "odd.db")
        archive = DATA / "legacy-traces.tar.gz"
        if archive.exists():
            with tarfile.open(archive) as tar:
                tar.extractall(work / "large")
            wrong += compare("3,000 traces", work / "large" / "legacy-dev", work / "large.db")
        else:
            print(f"skipped: the 3,000 traces: no data in {DATA}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
