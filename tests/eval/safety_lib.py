"""What safety.py and fit_safety.py share: the data, its parts, and the extension's findings.

The data is cut in two by a hash of the id, so that a text stays in its part: `fit` is what words and
weights were chosen by, `check` was not looked at for that.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(os.environ.get("LIGHTNING_DATA", os.path.join(ROOT, "..", "shared", "data")),
                    "safety")


def part_of(row):
    """Two of five texts are for checking."""
    return "check" if hashlib.sha256(row["id"].encode()).digest()[0] % 5 < 2 else "fit"


def read(name):
    with open(os.path.join(DATA, name), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def data_or_skip(name="safety_dev.jsonl"):
    """The rows, or the end of the program where there is no data."""
    if not os.path.exists(os.path.join(DATA, name)):
        print("skipped: no data in", DATA)
        sys.exit(0)
    return read(name)


def findings(texts, extension, policy=None):
    """For each text, its findings as [rule, category, weight, text], and its reward_safety."""
    quote = lambda text: "'" + text.replace("'", "''").replace("\0", " ") + "'"
    sql = [".load " + os.path.abspath(extension), ".mode json", "CREATE TABLE t (i INTEGER PRIMARY KEY, words TEXT);",
           "BEGIN;"]
    sql += [f"INSERT INTO t VALUES ({i}, {quote(text)});" for i, text in enumerate(texts)]
    sql += ["COMMIT;", "SELECT i, reward_safety(words) AS score FROM t ORDER BY i;",
            "SELECT i, rule, category, weight, at, f.text AS found FROM t, safety_findings(t.words) f "
            "ORDER BY i, at;"]
    done = subprocess.run(["sqlite3", "-batch", ":memory:"], input="\n".join(sql).encode(),
                          stdout=subprocess.PIPE, check=True)
    # What the shell prints is one array per statement; older shells leave control characters bare.
    decoder = json.JSONDecoder(strict=False)
    out = done.stdout.decode("utf-8", "replace").strip()
    scores, end = decoder.raw_decode(out)
    rest = out[end:].strip()
    found = decoder.decode(rest) if rest else []
    result = [([], row["score"]) for row in scores]
    for row in found:
        result[row["i"]][0].append([row["rule"], row["category"], row["weight"], row["found"]])
    return result


def auc(positive, negative):
    """The share of pairs in which the positive has the larger score; ties count half."""
    ranked = sorted([(s, 1) for s in positive] + [(s, 0) for s in negative])
    total = below = i = 0
    while i < len(ranked):
        j = i
        while j < len(ranked) and ranked[j][0] == ranked[i][0]:
            j += 1
        ones = sum(label for _, label in ranked[i:j])
        zeros = j - i - ones
        total += ones * (below + zeros / 2)
        below += zeros
        i = j
    return total / (len(positive) * len(negative))


def rule_weights(path=os.path.join(ROOT, "ext", "core", "safety.txt")):
    """The weights in safety.txt by rule, in its order."""
    weights, rule = {}, None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r"(rule|weight): *(\S+)", line)
            if match and match[1] == "rule":
                rule = match[2]
            elif match:
                weights[rule] = float(match[2])
    return weights
