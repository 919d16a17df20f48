#!/usr/bin/env python3
"""fit_empathy.py -- fits the lexicon of reward_empathy and writes it to standard output.

    python3 tests/eval/fit_empathy.py >ext/core/empathy.txt      (seconds)
    python3 tests/eval/fit_empathy.py --check                    (cross-validated figures)

Python's standard library is enough; nothing is drawn at random, so the same data gives the same
file. The data is $LIGHTNING_DATA (../shared/data)/empathy/epitome_dev.jsonl: replies of EPITOME
(Sharma et al., EMNLP 2020), each labelled 0, 1 or 2 for emotional reaction and for exploration.

The phrases are those of empathy_seeds.txt, and so are their signs. A phrase earns what the seed says
times exp(d): d is what the data has to say, held near 0 by a penalty, so that what is rare in the
data stays where the seed put it, and what is common moves. With P the sum of the positive weights
met in a reply and N that of the negative ones, the odds of a reaction are (b + P) / (1 + N) over the
dimensions but exploration, and those of exploration the same over that one.

The reference scorer below is what empathy.c does, in another language; empathy.py compares them.
"""
import hashlib
import json
import math
import os
import re
import statistics
import sys

sys.dont_write_bytecode = True
import measure

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("LIGHTNING_DATA", os.path.join(HERE, "../../../shared/data"))
REPLIES = os.path.join(DATA, "empathy/epitome_dev.jsonl")

# ---- the reference scorer ----

SPACES = {9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
SPACES |= set(range(0x2000, 0x200B))
APOSTROPHES = {0x2018, 0x2019, 0x02BC, 0x00B4, 0x60, 0xFF07}
IS_WHOLE = {"it", "that", "what", "there", "here", "who", "how", "where"}
ENDINGS = (("'m", " am"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"))
OTHERS = {"can't": ["cannot", "can not"], "won't": ["will not"], "you're": ["your"],
          "okay": ["ok"], "through": ["thru"], "sorry": ["sory"]}
NEGATORS = {"not", "never", "no", "cannot", "cant", "dont", "wont", "didnt", "doesnt", "isnt",
            "wasnt", "arent", "hardly", "nor", "neither", "without"}
MOST_SPELLINGS = 32
MICRO = 1000000


def forms(word, alone):
    out = [word]
    if "'" in word:
        out.append(word.replace("'", ""))
    if word.endswith("n't") and word not in OTHERS:
        out.append(word[:-3] + " not")
    out += [word[:-len(short)] + full for short, full in ENDINGS if word.endswith(short)]
    if word.endswith("'s") and word[:-2] in IS_WHOLE:
        out.append(word[:-2] + " is")
    return out + ([] if alone and word == "you're" else OTHERS.get(word, []))


def spellings(phrase):
    """The phrase and the other ways to write it; the first is the phrase itself."""
    ways, words = [""], phrase.split(" ")
    for word in words:
        ends = forms(word, len(words) == 1)
        if len(ways) * len(ends) > MOST_SPELLINGS:
            ends = [word]
        ways = [w + (" " if w else "") + f for w in ways for f in ends]
    return ways


def is_word(c):
    if c < 0x80:
        return chr(c).isalnum() or c == 0x5F
    return (c >= 0xC0 and c not in (0xD7, 0xF7) and not 0x2000 <= c <= 0x2BFF
            and not 0x3000 <= c <= 0x303F and not 0xFE00 <= c <= 0xFE0F and c != 0xFFFD
            and c < 0x1F000)


def fold(raw):
    """The folded text, and the place in `raw` (bytes) of each of its letters and of the end."""
    folded, places, at, space = [], [], 0, False
    for c in raw.decode("utf-8"):
        code = ord(c)
        if code in SPACES:
            if not space:
                folded.append(" ")
                places.append(at)
            space = True
        else:
            space = False
            low = c.lower()
            folded.append("'" if code in APOSTROPHES else low if len(low) == 1 else c)
            places.append(at)
        at += len(c.encode("utf-8"))
    places.append(at)
    return "".join(folded), places


class Finder:
    """What phrases.h does."""

    def __init__(self, patterns):
        self.patterns = patterns

    def find(self, raw):
        text, places = fold(raw)
        hits = []
        for i, p in enumerate(self.patterns):
            start = text.find(p)
            while start >= 0:
                end = start + len(p)
                if not (start and is_word(ord(p[0])) and is_word(ord(text[start - 1]))) and not (
                        end < len(text) and is_word(ord(p[-1])) and is_word(ord(text[end]))):
                    hits.append((end, start, i))
                start = text.find(p, start + 1)
        hits.sort()
        return [(i, places[start], places[end]) for end, start, i in hits]


WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
ENDS = frozenset(b".!?\n")
LONGEST_QUESTION = 300
ANCHORED = 6
MOST_QUESTIONS = 3
LIST_OF_QUESTIONS = 6
WORDS_BETWEEN = 3
MOST_IN_A_ROW = 4
LIST_IN_A_ROW = 7


def is_negator(word):
    word = word.replace(b"\xe2\x80\x99", b"'").lower().decode("latin-1")
    return len(word) <= 12 and (word in NEGATORS or word.endswith("n't"))


def negated(raw, at, since):
    """Whether one of the two words before `at` denies what follows."""
    for _ in range(2):
        while at > since and raw[at - 1] == 32:
            at -= 1
        end = at
        while at > since and (raw[at - 1] in WORD or raw[at - 1] == 39 or raw[at - 1] >= 128):
            at -= 1
        if at == end:
            return False
        if is_negator(raw[at:end]):
            return True
    return False


def starts_clause(raw, at):
    while at and raw[at - 1] in b" \t\"'*":
        at -= 1
    return at == 0 or not (raw[at - 1] in WORD)


def count_words(text):
    words, inside = 0, False
    for c in text:
        words += c in WORD and not inside
        inside = c in WORD or c == 39 or c >= 128
    return words


FIRST = {"i", "i'm", "im", "i've", "i'd", "me", "my", "myself"}
SECOND = {"you", "your", "you're", "youre", "u", "yours", "yourself", "you've", "you'd", "ya"}


def is_about_self(sentence):
    words = re.findall(rb"[A-Za-z0-9'\x80-\xff]+", sentence)
    words = {w.replace(b"\xe2\x80\x99", b"'").lower().decode("latin-1") for w in words}
    return bool(words & FIRST) and not words & SECOND


class Lexicon:
    """Lines of (phrase, weight in millionths, dimension)."""

    def __init__(self, lines):
        self.lines = lines
        # In the order in which the file first names them: sums of floats depend on it.
        self.limits = {p if d == "limit" else d: MICRO for p, _, d in lines}
        self.limits.update((p, w) for p, w, d in lines if d == "limit")
        self.base = self.limits.pop("base", 0)
        plain, asked = {}, {}
        for i, (phrase, _, dimension) in enumerate(lines):
            if dimension != "limit":
                for way in spellings(self.body(i)):
                    (asked if phrase.endswith(" ?") else plain).setdefault(
                        (way, self.anchored(i)), i)
        self.owner, self.asked = list(plain.values()), list(asked.values())
        self.plain = Finder([p for p, _ in plain] + ["?"])
        self.questions = Finder([p for p, _ in asked])

    def body(self, line):
        return self.lines[line][0].removeprefix("^").removesuffix(" ?")

    def anchored(self, line):
        return self.lines[line][0].startswith("^")

    def question(self, raw, at):
        """What the sentence asks that ends in a question mark at `at`: (line, from, to) or None."""
        start = at
        while start and at - start < LONGEST_QUESTION and raw[start - 1] not in ENDS:
            start -= 1
        while start < at and raw[start] & 0xC0 == 0x80:
            start += 1
        best, longest = None, 0
        sentence = raw[start:at]
        if count_words(sentence) < 2:
            return None
        about_self = is_about_self(sentence)
        for i, begin, end in self.questions.find(sentence):
            line = self.asked[i]
            length = end - begin
            if self.anchored(line):
                to_self = about_self and "i" not in self.body(line).split(" ")
                if to_self or not starts_clause(sentence, begin):
                    continue
                length += ANCHORED
            if length > longest:
                best, longest = (line, start + begin, start + end), length
        return best

    def findings(self, raw):
        """What counts: (line, weight, from, to); the weight is turned around in a list."""
        out, seen = [], set()
        last, row, questions = 0, 0, 0
        for i, at, end in self.plain.find(raw):
            too_many = spam = False
            if i == len(self.owner):
                asked = self.question(raw, at)
                questions += 1
                if not asked:
                    continue
                line, at, end = asked
                too_many = questions > MOST_QUESTIONS
                spam = questions > LIST_OF_QUESTIONS
            else:
                line = self.owner[i]
                if self.anchored(line) and not starts_clause(raw, at):
                    continue
                if negated(raw, at, min(last, at)):
                    continue
            weight = self.lines[line][1]
            if line in seen and not spam:
                continue
            if weight > 0:
                if at >= last and i < len(self.owner):
                    row = 1 if not row or count_words(raw[last:at]) >= WORDS_BETWEEN else row + 1
                last = max(last, end)
                if i < len(self.owner):
                    too_many, spam = row > MOST_IN_A_ROW, row > LIST_IN_A_ROW
                if spam:
                    weight = -weight
                elif too_many:
                    continue
            seen.add(line)
            out.append((line, weight, at, end))
        return out

    def score(self, raw):
        if not raw.strip(b" \t\r\n"):
            return 0.0
        sums, against = {}, 0
        for line, weight, _, _ in self.findings(raw):
            dimension = self.lines[line][2]
            if weight < 0:
                against -= weight
            else:
                sums[dimension] = sums.get(dimension, 0) + weight
        worth = self.base / MICRO
        for dimension, limit in self.limits.items():
            p = sums.get(dimension, 0) / MICRO
            worth += limit / MICRO * (p / (1 + p))
        worth /= 1 + against / MICRO
        return worth / (1 + worth)


def read_lexicon(path):
    lines = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                phrase, weight, dimension = line.rstrip("\n").split("\t")
                lines.append((phrase, round(float(weight) * MICRO), dimension))
    return Lexicon(lines)


# ---- the fit ----

AGAINST = {"distance", "self", "advice"}
# How strongly a weight is held to its seed, and the steps of the descent (Adam).
PENALTY, STEPS, RATE = 2.0, 250, 0.06
# The odds of a reaction and of exploration where nothing is met, to begin with.
BASES = (0.1, 0.01)
# What a dimension may earn, relative to reaction. For what EPITOME labels the second could as well
# be 1 or 2; for the last two it has no label, and they are a judgement.
SHARES = {"reaction": 1, "exploration": 1.5, "validation": 0.7, "reflection": 0.7, "base": 0.02}
# The odds at which a dimension has earned half of that. In the file they are 1.
HALF = 3

HEAD = """\
# What counts as empathy in a reply: phrase, weight, dimension, with a tab between; sorted.
# Written by tests/eval/fit_empathy.py from tests/eval/empathy_seeds.txt and the development half of
# EPITOME (Sharma et al., EMNLP 2020; behavioral-data/Empathy-Mental-Health): do not edit it here.
# "^": at the beginning of a clause; "?": in a question; "limit": the most that a dimension may earn.
# How the weights make a score, and what is not counted: ext/core/empathy.h. What other spellings are
# found: ext/core/spelling.h.
"""


def read_seeds():
    seeds = {}
    with open(os.path.join(HERE, "empathy_seeds.txt"), encoding="utf-8") as f:
        for line in f:
            m = re.match(r"(\w+) ([\d.]+): (.*)", line)
            for phrase in m[3].split(";") if m else []:
                seeds.setdefault(phrase.strip(), (float(m[2]), m[1]))
    return sorted((p, w, d) for p, (w, d) in seeds.items())


def read_replies():
    with open(REPLIES, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def find_all(seeds, replies):
    """For each reply the seeds that count in it."""
    lexicon = Lexicon([(p, -MICRO if d in AGAINST else MICRO, d) for p, _, d in seeds])
    return [[line for line, weight, _, _ in lexicon.findings(r["response_text"].encode())
             if (weight < 0) == (seeds[line][2] in AGAINST)] for r in replies]


def fit(seeds, found, replies):
    """The weights, in odds."""
    n = len(seeds)
    # A reaction, exploration, or against both.
    kind = [2 if d in AGAINST else d == "exploration" for _, _, d in seeds]
    moved, mean, square = [0.0] * (n + 2), [0.0] * (n + 2), [0.0] * (n + 2)
    wanted = [(r["er"] > 0, r["ex"] > 0) for r in replies]
    for step in range(1, STEPS + 1):
        weights = [w * math.exp(d) for (_, w, _), d in zip(seeds, moved)]
        bases = [b * math.exp(d) for b, d in zip(BASES, moved[n:])]
        slope = [PENALTY * d for d in moved[:n]] + [0.0, 0.0]
        for lines, labels in zip(found, wanted):
            p = [bases[0], bases[1], 1.0]
            for line in lines:
                p[kind[line]] += weights[line]
            # What the likelihood loses for each step of the logarithm of the odds.
            loss = [p[k] / (p[k] + p[2]) - labels[k] for k in (0, 1)]
            share = [loss[0] / p[0], loss[1] / p[1], -(loss[0] + loss[1]) / p[2]]
            for line in lines:
                slope[line] += weights[line] * share[kind[line]]
            slope[n] += bases[0] * share[0]
            slope[n + 1] += bases[1] * share[1]
        for i, g in enumerate(slope):
            mean[i] = 0.9 * mean[i] + 0.1 * g
            square[i] = 0.99 * square[i] + 0.01 * g * g
            moved[i] -= (RATE * mean[i] / (1 - 0.9 ** step)
                         / (math.sqrt(square[i] / (1 - 0.99 ** step)) + 1e-8))
    return [w * math.exp(d) for (_, w, _), d in zip(seeds, moved)]


def lexicon_of(seeds, weights, scale):
    """The lines of the file. Weights have three decimals, of which the least is 0.001."""
    lines = [(p, -max(round(w, 3), 0.001) if d in AGAINST else max(round(w / HALF, 3), 0.001), d)
             for (p, _, d), w in zip(seeds, weights)]
    lines += [(name, round(share * scale, 3), "limit") for name, share in SHARES.items()]
    return sorted(f"{p}\t{w:g}\t{d}" for p, w, d in lines)


def compile_lines(lines):
    fields = [line.split("\t") for line in lines]
    return Lexicon([(p, round(float(w) * MICRO), d) for p, w, d in fields])


def worth(score):
    return score / (1 - score)


def scale_of(seeds, weights, replies):
    """What makes 0.5 the median of the replies that show a reaction or exploration."""
    lexicon = compile_lines(lexicon_of(seeds, weights, 1))
    supportive = [worth(lexicon.score(r["response_text"].encode()))
                  for r in replies if r["er"] + r["ex"] > 0]
    return 1 / statistics.median(supportive)


# ---- cross-validation ----

def fold_of(reply, folds):
    """By what the seeker wrote, so that replies to one text are on one side."""
    return int(hashlib.sha256(reply["seeker_text"].encode()).hexdigest(), 16) % folds


def cross_validate(seeds, replies, folds=10):
    """For each reply its score, and what it shows of reaction and of exploration, by the weights
    fitted to the others."""
    found = find_all(seeds, replies)
    out = [None] * len(replies)
    for fold in range(folds):
        inside = [fold_of(r, folds) != fold for r in replies]
        weights = fit(seeds, [f for f, i in zip(found, inside) if i],
                      [r for r, i in zip(replies, inside) if i])
        lexicon = compile_lines(lexicon_of(seeds, weights, 1))
        for i, r in enumerate(replies):
            if not inside[i]:
                raw = r["response_text"].encode()
                out[i] = (lexicon.score(raw), *shown(lexicon, raw))
    return out


def shown(lexicon, raw):
    """What a reply shows of emotional reaction and of exploration: the weights that count, over
    those against."""
    sums = [0, 0, MICRO]
    for line, weight, _, _ in lexicon.findings(raw):
        kind = 2 if weight < 0 else lexicon.lines[line][2] == "exploration"
        sums[kind] += abs(weight)
    return (sums[0] + 20000) / sums[2], (sums[1] + 2000) / sums[2]


def check(seeds, replies):
    scores = cross_validate(seeds, replies)
    wanted = [r["er"] + r["ex"] for r in replies]
    print(f"{len(replies)} replies, ten folds, the weights fitted to the other nine")
    print("Spearman of the score with ER + EX:", measure.interval(
        measure.spearman, [s[0] for s in scores], wanted))
    for i, name in ((1, "er"), (2, "ex")):
        print(f"AUC of what shows it, {name} > 0:", measure.interval(
            measure.auc, [s[i] for s in scores], [r[name] > 0 for r in replies]))


def main():
    if not os.path.exists(REPLIES):
        sys.exit("fit_empathy.py: no data")
    seeds, replies = read_seeds(), read_replies()
    if sys.argv[1:] == ["--check"]:
        check(seeds, replies)
        return
    weights = fit(seeds, find_all(seeds, replies), replies)
    lines = lexicon_of(seeds, weights, scale_of(seeds, weights, replies))
    sys.stdout.write(HEAD + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
