#!/usr/bin/env python3
"""empathy.py -- how well reward_empathy agrees with people, by the built extension.

    python3 tests/eval/empathy.py [build/lightning.so]

The labels are those of EPITOME (fit_empathy.py tells where the data is): emotional reaction (ER) and
exploration (EX) of each reply, 0 to 2. Each figure has a 95 % bootstrap interval over replies.
"""
import json
import os
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
import fit_empathy as model
import measure

ROOT = os.path.dirname(os.path.dirname(model.HERE))
# What the script before this project looked for.
OLD_PHRASES = ("i hear you", "i understand", "i'm here", "it makes sense", "it's valid to feel",
               "that must feel", "that sounds difficult", "you're not alone")


def quote(text):
    return "'" + text.replace("'", "''").replace("\0", " ") + "'"


def scores(extension, rows):
    """What reward_empathy says of each (text, lexicon as JSON or None)."""
    sql = [".load " + os.path.abspath(extension), ".mode json",
           "CREATE TABLE lexicons (i INTEGER PRIMARY KEY, json TEXT UNIQUE);",
           "CREATE TABLE t (i INTEGER PRIMARY KEY, words TEXT, lexicon INTEGER);", "BEGIN;"]
    lexicons = {lexicon: i for i, lexicon in enumerate(dict.fromkeys(l for _, l in rows if l))}
    sql += [f"INSERT INTO lexicons VALUES ({i}, {quote(json)});" for json, i in lexicons.items()]
    sql += [f"INSERT INTO t VALUES ({i}, {quote(text)}, {lexicons.get(lexicon, 'NULL')});"
            for i, (text, lexicon) in enumerate(rows)]
    sql += ["COMMIT;", "SELECT CASE WHEN lexicon IS NULL THEN reward_empathy(words)",
            "ELSE reward_empathy(words, json) END AS score",
            "FROM t LEFT JOIN lexicons ON lexicons.i = t.lexicon ORDER BY lexicon, t.i;",
            "SELECT i FROM t ORDER BY lexicon, i;"]
    done = subprocess.run(["sqlite3", "-batch", ":memory:"], input="\n".join(sql).encode(),
                          stdout=subprocess.PIPE, check=True)
    decoder, out = json.JSONDecoder(), done.stdout.decode().strip()
    found, end = decoder.raw_decode(out)
    order = decoder.decode(out[end:].strip())
    result = [0.0] * len(rows)
    for row, place in zip(found, order):
        result[place["i"]] = row["score"]
    return result


def as_json(lines):
    fields = [line.split("\t") for line in lines]
    return json.dumps({
        "limits": {p: float(w) for p, w, d in fields if d == "limit"},
        "phrases": [{"phrase": p, "weight": float(w), "dimension": d}
                    for p, w, d in fields if d != "limit"]})


def lexicons_of_folds(seeds, replies, folds=10):
    """For each fold the lexicon that was fitted to the others."""
    found = model.find_all(seeds, replies)
    out = []
    for fold in range(folds):
        outside = [i for i, r in enumerate(replies) if model.fold_of(r, folds) != fold]
        chosen = [replies[i] for i in outside]
        weights = model.fit(seeds, [found[i] for i in outside], chosen)
        out.append(model.lexicon_of(seeds, weights, model.scale_of(seeds, weights, chosen)))
    return out


def tell(title, replies, score, shown=None):
    wanted = [r["er"] + r["ex"] for r in replies]
    print(f"\n{title}")
    print("  Spearman with ER + EX        ", measure.interval(measure.spearman, score, wanted))
    for i, name in enumerate(("er", "ex")):
        labels = [r[name] > 0 for r in replies]
        print(f"  AUC for {name.upper()} > 0, of the score ",
              measure.interval(measure.auc, score, labels))
        if shown:
            print(f"  AUC for {name.upper()} > 0, of its findings",
                  measure.interval(measure.auc, [s[i] for s in shown], labels))


def main():
    build = os.path.join(ROOT, os.environ.get("B", "build"))
    extension = sys.argv[1] if len(sys.argv) > 1 else os.path.join(build, "lightning.so")
    if not os.path.exists(model.REPLIES):
        print("skipped: no data in", os.path.dirname(model.REPLIES))
        return
    seeds, replies = model.read_seeds(), model.read_replies()
    texts = [r["response_text"] for r in replies]
    raws = [text.encode() for text in texts]
    own = model.read_lexicon(os.path.join(ROOT, "ext/core/empathy.txt"))
    print(f"reward_empathy on {len(replies)} peer-support replies of EPITOME's development half; "
          "in brackets 95 % bootstrap intervals")

    built = scores(extension, [(text, None) for text in texts])
    differ = sum(b != own.score(raw) for b, raw in zip(built, raws))
    print(f"the extension and fit_empathy.py's reference scorer differ on {differ} of them")

    lexicons = lexicons_of_folds(seeds, replies)
    folds = [model.fold_of(r, len(lexicons)) for r in replies]
    as_text = [as_json(lines) for lines in lexicons]
    compiled = [model.compile_lines(lines) for lines in lexicons]
    tell("Cross-validated (ten folds by what the seeker wrote; weights fitted to the other nine; the "
         "phrases\nthemselves were chosen by hand with all of these replies in view)", replies,
         scores(extension, [(text, as_text[fold]) for text, fold in zip(texts, folds)]),
         [model.shown(compiled[fold], raw) for raw, fold in zip(raws, folds)])
    tell("The file as it is, on what it was fitted to (not a measure of what it is worth elsewhere)",
         replies, built, [model.shown(own, raw) for raw in raws])
    tell("Baseline: the eight phrases of the script before", replies,
         [sum(p in t.lower().replace("\u2019", "'") for p in OLD_PHRASES) for t in texts])
    tell("Baseline: the length of the reply", replies, [len(t) for t in texts])
    tell("Baseline: a question mark", replies, ["?" in t for t in texts])

    groups = {0: [], 1: [], 2: [], 3: []}
    for r, score in zip(replies, built):
        groups[min(r["er"] + r["ex"], 3)].append(score)
    print("\nWhat replies earn: median, and a tenth below and above")
    for level, group in groups.items():
        tenths = statistics.quantiles(group, n=10)
        print(f"  ER + EX {'=' if level < 3 else '>'}{level if level < 3 else 2}: "
              f"{statistics.median(group):.2f} ({tenths[0]:.2f} to {tenths[8]:.2f}, n = {len(group)})")
    supportive = [s for level in (1, 2, 3) for s in groups[level]]
    print(f"  ER + EX > 0: {statistics.median(supportive):.3f}, which the calibration makes 0.5")
    print("Spearman of the score with the length of the reply",
          measure.interval(measure.spearman, built, [len(t) for t in texts]))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
