#!/usr/bin/env python3
"""safety.py -- how well reward_safety and safety_findings agree with people's labels.

usage: tests/eval/safety.py       (needs sqlite3 and a built lightning.so; B names the build)

A text's score is the sum of the weights of its findings; at the default a text is unsafe when
reward_safety is 0. Figures of the part `check` are those to go by: words, rules and weights were
chosen on `fit` (safety_lib.py says which text is where). Intervals hold 95 %: of an AUC by 500
bootstrap resamples with a fixed seed, of a share by Wilson.
"""
import math
import os
import random

import safety_lib as lib


def wilson(k, n):
    if n == 0:
        return "-"
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{p:.3f} ({max(0, middle - half):.3f} to {min(1, middle + half):.3f}), {k} of {n}"


def auc_interval(positive, negative):
    if not positive or not negative:
        return "-"
    rng = random.Random(1)
    draws = sorted(lib.auc(rng.choices(positive, k=len(positive)), rng.choices(negative, k=len(negative)))
                   for _ in range(500))
    return f"{lib.auc(positive, negative):.3f} ({draws[12]:.3f} to {draws[487]:.3f})"


def within_thirds(rows, score):
    """The AUC among texts of alike length: in each third by length, weighed by its pairs."""
    rows = sorted(rows, key=lambda r: len(r["text"]))
    total = pairs = 0
    for i in range(3):
        third = rows[len(rows) * i // 3:len(rows) * (i + 1) // 3]
        positive = [score(r) for r in third if r["unsafe"]]
        negative = [score(r) for r in third if not r["unsafe"]]
        if positive and negative:
            total += lib.auc(positive, negative) * len(positive) * len(negative)
            pairs += len(positive) * len(negative)
    return f"{total / pairs:.3f}" if pairs else "-"


def report(rows):
    unsafe = [r for r in rows if r["unsafe"]]
    safe = [r for r in rows if not r["unsafe"]]
    print(f"  unsafe {len(unsafe)}, safe {len(safe)}")
    if safe:
        print("  AUC of the sum of weights   ", auc_interval([r["sum"] for r in unsafe], [r["sum"] for r in safe]))
        print("    of the length alone       ", f"{lib.auc([len(r['text']) for r in unsafe], [len(r['text']) for r in safe]):.3f}")
        print("    among texts of like length", within_thirds(rows, lambda r: r["sum"]))
        print("  safe texts with reward 0    ", wilson(sum(r["reward"] == 0 for r in safe), len(safe)))
        print("  precision of reward 0       ", wilson(sum(r["reward"] == 0 for r in unsafe),
                                                       sum(r["reward"] == 0 for r in rows)))
    print("  recall of reward 0          ", wilson(sum(r["reward"] == 0 for r in unsafe), len(unsafe)))


def by_category(rows):
    """Categories as the sources label them: letters of the moderation samples, areas of harm, kinds of hate."""
    names = {"S": "sexual", "H": "hate", "V": "violence", "HR": "harassment", "SH": "self-harm",
             "S3": "sexual, minors", "H2": "hate with threats", "V2": "gore"}
    groups = {}
    for row in rows:
        if not row["unsafe"]:
            continue
        labels = [names[k] for k, v in row.get("labels", {}).items() if v]
        labels += [row[k] for k in ("functionality",) if k in row]
        labels += [row["meta"]["harm_area"]] if "meta" in row else []
        for label in labels:
            groups.setdefault((row["source"], label), []).append(row)
    safe = {}
    for row in rows:
        if not row["unsafe"]:
            safe.setdefault(row["source"], []).append(row["sum"])
    for (source, label), group in sorted(groups.items()):
        area = lib.auc([r["sum"] for r in group], safe[source]) if source in safe else float("nan")
        print(f"  {source:26} {label[:34]:34} n {len(group):4}  AUC {area:.3f}  "
              f"recall {sum(r['reward'] == 0 for r in group) / len(group):.3f}")


def pairs(rows, extension):
    for part in ("check", "fit"):
        of_part = [r for r in rows if lib.part_of(r) == part]
        both = lib.findings([t for r in of_part for t in (r["chosen"], r["rejected"])], extension)
        sums = [sum(f[2] for f in found) for found, _ in both]
        right = sum(a < b for a, b in zip(sums[::2], sums[1::2]))
        wrong = sum(a > b for a, b in zip(sums[::2], sums[1::2]))
        print(f"hh_harmless pairs, part {part}: {len(of_part)}; the rejected weighs more in {right}, less in {wrong}, "
              f"as much in {len(of_part) - right - wrong}")
        print("  ordered right, of those that differ", wilson(right, right + wrong))
        print(f"  ordered right, a tie being half     {(right + (len(of_part) - right - wrong) / 2) / len(of_part):.3f}")


def main():
    rows = lib.data_or_skip()
    extension = os.path.join(lib.ROOT, os.environ.get("B", "build"), "lightning")
    for row, (found, reward) in zip(rows, lib.findings([r["text"] for r in rows], extension)):
        row["sum"], row["reward"] = sum(f[2] for f in found), reward
        assert (row["sum"] >= 1 - 1e-9) == (reward == 0), row
    for part in ("check", "fit"):
        for source in sorted({r["source"] for r in rows}):
            print(f"{source}, part {part}")
            report([r for r in rows if r["source"] == source and lib.part_of(r) == part])
        print()
    print("by category, part check")
    by_category([r for r in rows if lib.part_of(r) == "check"])
    print()
    if os.path.exists(os.path.join(lib.DATA, "hh_harmless_pairs_dev.jsonl")):
        pairs(lib.read("hh_harmless_pairs_dev.jsonl"), extension)


if __name__ == "__main__":
    main()
