"""measure.py -- how well scores agree with labels, with bootstrap intervals; standard library only."""
import random

RESAMPLES = 400


def ranks(values):
    """From 1; ties share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, i = [0.0] * len(values), 0
    while i < len(order):
        j = i
        while j + 1 < len(order) and values[order[j + 1]] == values[order[i]]:
            j += 1
        for k in order[i:j + 1]:
            out[k] = (i + j) / 2 + 1
        i = j + 1
    return out


def spearman(a, b):
    x, y = ranks(a), ranks(b)
    mean = (len(a) + 1) / 2
    xy = sum((p - mean) * (q - mean) for p, q in zip(x, y))
    xx = sum((p - mean) ** 2 for p in x)
    yy = sum((q - mean) ** 2 for q in y)
    return xy / (xx * yy) ** 0.5 if xx and yy else 0.0


def auc(scores, labels):
    """The chance that a labelled one scores more than another."""
    positive = sum(map(bool, labels))
    negative = len(labels) - positive
    if not positive or not negative:
        return 0.5
    above = sum(r for r, label in zip(ranks(scores), labels) if label)
    return (above - positive * (positive + 1) / 2) / (positive * negative)


def interval(measure, a, b):
    """The figure, its 95 % bootstrap interval (percentiles), and n, as text."""
    draw = random.Random(1)
    n = len(a)
    figures = []
    for _ in range(RESAMPLES):
        rows = [draw.randrange(n) for _ in range(n)]
        figures.append(measure([a[i] for i in rows], [b[i] for i in rows]))
    figures.sort()
    low, high = figures[int(0.025 * RESAMPLES)], figures[int(0.975 * RESAMPLES)]
    return f"{measure(a, b):.3f} ({low:.3f} to {high:.3f}, n = {n})"
