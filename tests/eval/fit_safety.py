#!/usr/bin/env python3
"""fit_safety.py -- fits the weights of the rules of words in ext/core/safety.txt, and writes them there.

usage: tests/eval/fit_safety.py [--check]     (needs python3-numpy, sqlite3 and a built lightning.so)

Which words there are people decided. How much a word of each rule weighs is fitted here: a logistic
regression of the moderation samples' labels on how many of a rule's words a text has, weights not
below 0, ridge chosen by five-fold cross-validation, on the part `fit` alone (safety_lib.py). The
weights are then scaled, all alike, so that of the safe texts of that part at most one in 500 is
unsafe by words alone; none weighs more than a fifth of a violation. Build again afterwards. --check only says whether the file would change.
"""
import collections
import hashlib
import os
import re
import sys

import numpy

import safety_lib as lib

RULES = os.path.join(lib.ROOT, "ext", "core", "safety.txt")
RIDGES = [0.003, 0.01, 0.03, 0.1, 0.3]


def regress(x, y, ridge, rounds=4000):
    """Weights of at least 0 by projected gradient descent; columns are scaled by their spread."""
    spread = x.std(axis=0) + 1e-9
    z = x / spread
    w, b = numpy.full(z.shape[1], 0.3), -1.0
    step = 1 / (0.25 * numpy.linalg.norm(numpy.c_[z, numpy.ones(len(z))], 2) ** 2 / len(z) + ridge)
    for _ in range(rounds):
        error = 1 / (1 + numpy.exp(-(z @ w + b))) - y
        w = numpy.maximum(0, w - step * (z.T @ error / len(z) + ridge * w))
        b -= step * error.mean()
    return w / spread


def auc(scores, y):
    return lib.auc(list(scores[y == 1]), list(scores[y == 0]))


def main():
    rows = [r for r in lib.data_or_skip() if lib.part_of(r) == "fit" and r["source"] in
            ("openai-moderation", "xstest-response")]
    extension = os.path.join(lib.ROOT, os.environ.get("B", "build"), "lightning")
    counts = [collections.Counter(rule for rule, *_ in found)
              for found, _ in lib.findings([r["text"] for r in rows], extension)]
    weights = lib.rule_weights(RULES)
    names = [name for name in weights if name.startswith("words.")]
    x = numpy.array([[count[name] for name in names] for count in counts], float)
    y = numpy.array([r["unsafe"] for r in rows])
    samples = numpy.array([r["source"] == "openai-moderation" for r in rows])
    fold = numpy.array([hashlib.sha256(r["id"].encode()).digest()[1] % 5 for r in rows])[samples]
    xs, ys = x[samples], y[samples]
    results = []
    for ridge in RIDGES:
        folds = []
        for k in range(5):
            w = regress(xs[fold != k], ys[fold != k], ridge)
            folds.append(auc(xs[fold == k] @ w, ys[fold == k]))
        results.append((numpy.mean(folds), ridge))
        print(f"ridge {ridge:<6} AUC by cross-validation {results[-1][0]:.3f}")
    ridge = max(results)[1]
    w = regress(xs, ys, ridge)
    safe = numpy.sort(x[y == 0] @ w)
    w = w * 0.999 / safe[int(len(safe) * 499 / 500)]
    text = open(RULES, encoding="utf-8").read()
    fitted = text
    for name, weight in zip(names, w):
        weight = min(0.2, max(0.005, round(weight / 0.005) * 0.005))
        print(f"{weight:.3f}  {name}")
        fitted = re.sub(rf"(?m)(^rule: {re.escape(name)}\ncategory: .*\nweight: ).*", rf"\g<1>{weight:.3f}", fitted)
    if "--check" in sys.argv[1:]:
        print("as in the file" if fitted == text else "the file has other weights")
        return int(fitted != text)
    with open(RULES, "w", encoding="utf-8") as file:
        file.write(fitted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
