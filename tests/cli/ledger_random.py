#!/usr/bin/env python3
"""ledger_random.py SEED ROUNDS: random trees, random changes, imports; is the ledger what it should be?

Of each round the changes are printed when something is wrong, so that they can be done by hand.
Works in the current folder; $LIGHTNING is the program.
"""
import json
import os
import random
import shutil
import subprocess
import sys

PROGRAM = os.environ["LIGHTNING"]
FILES = [f"{root}/{day}/{name}.json" for root in ("t", "u") for day in ("20241206", "20241207")
         for name in ("a", "b", "c")]
IDS = ["one", "two", "three"]


def trace(name, version):
    return '{"trace_id": "%s", "timestamp_end": "2024-12-06T10:00:00", "latency_ms": %d}' % (
        name, version)


def trace_id(text):
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value.get("trace_id") if isinstance(value, dict) else None


def is_below(path, roots):
    return any(path.startswith(root + "/") for root in roots)


class Round:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.clock = 1_600_000_000  # long ago, and never the same: an import need not look twice
        self.log = []
        self.inbox = set()  # documents that were taken in, as new or as duplicates
        for name in ("t", "u", "x.db", "x.db-wal", "x.db-shm"):
            shutil.rmtree(name, ignore_errors=True)
            if os.path.exists(name):
                os.remove(name)

    def run(self, *words):
        self.log.append(" ".join(words))
        run = subprocess.run([PROGRAM, *words], text=True, capture_output=True, check=False)
        if run.returncode not in (0, 1):
            self.fail(f"exits {run.returncode}: {run.stderr}")
        return run

    def fail(self, what):
        print(*self.log, sep="\n")
        print("NOT SO:", what)
        sys.exit(1)

    def query(self, sql):
        run = subprocess.run([PROGRAM, "sql", "--db", "x.db", "--format", "json", sql], text=True,
                             capture_output=True, check=False)
        if run.returncode != 0:
            self.fail(run.stderr)
        return [json.loads(line) for line in run.stdout.splitlines() if line.strip("[],")] \
            if not run.stdout.startswith("[") else json.loads(run.stdout)

    # ---- changes ----

    def content(self):
        kind = self.random.random()
        text = trace(self.random.choice(IDS), self.random.choice([1, 22, 333]))
        if kind < 0.08:
            return text[:self.random.randrange(len(text))]
        if kind < 0.12:
            return "[]"
        return text

    def write(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.clock += 10
        os.utime(path, (self.clock, self.clock))
        self.log.append(f"write {path}: {text}")

    def change(self):
        path = self.random.choice(FILES)
        kind = self.random.random()
        if kind < 0.6 or not os.path.exists(path):
            self.write(path, self.content())
        elif kind < 0.75:
            os.remove(path)
            self.log.append(f"rm {path}")
        else:
            to = self.random.choice(FILES)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            if kind < 0.9:
                shutil.copy2(path, to) if path != to else None
                self.log.append(f"cp {path} {to}")
            else:
                os.replace(path, to)
                self.log.append(f"mv {path} {to}")

    def send(self):
        """Through the inbox."""
        text = trace(self.random.choice(IDS), self.random.choice([1, 22, 333]))
        sql = f"INSERT INTO inbox (document) VALUES ('{text}'); SELECT lightning_take_in()"
        self.run("sql", "--db", "x.db", "--write", sql)
        if self.query("SELECT count(*) AS n FROM inbox")[0]["n"] == 0:
            self.inbox.add(text)
        self.run("sql", "--db", "x.db", "--write", "DELETE FROM inbox")

    # ---- what must be so ----

    def state(self):
        unpack = ("(SELECT unpack(d.bytes, (SELECT bytes FROM dictionaries WHERE id = "
                  "d.dictionary_id)) FROM documents AS d WHERE d.id = %s)")
        files = self.query("SELECT root, path, size, mtime, recheck, state, reason, document_id, "
                           f"held_id, CAST({unpack % 'document_id'} AS TEXT) AS text "
                           "FROM files ORDER BY root, path")
        traces = self.query(f"SELECT trace_id, document_id, CAST({unpack % 'document_id'} AS TEXT) "
                            "AS text FROM traces ORDER BY trace_id")
        documents = self.query("SELECT id FROM documents ORDER BY id")
        return files, traces, documents

    def check(self, roots):
        files, traces, documents = self.state()
        stored = {row["trace_id"]: row for row in traces}
        rows = {os.path.relpath(os.path.join(row["root"], row["path"])): row for row in files}
        for row in traces:
            if trace_id(row["text"]) != row["trace_id"]:
                self.fail(f"the trace {row['trace_id']} has the document {row['text']}")
        for path in FILES:
            if is_below(path, roots) and os.path.exists(path):
                self.check_file(path, rows.get(path), stored)
        for path, row in rows.items():
            if row["state"] in ("imported", "duplicate", "conflict"):
                name = trace_id(row["text"])
                own = stored.get(name)
                if not own:
                    self.fail(f"{path} holds {name}, which is not stored")
                same = own["document_id"] == row["document_id"]
                if same != (row["state"] != "conflict"):
                    self.fail(f"{path} is {row['state']}, its document "
                              f"{row['document_id']}, the trace's {own['document_id']}")
                if row["state"] == "conflict" and own["text"] == row["text"]:
                    self.fail(f"{path} conflicts with what it is")
                if row["state"] == "conflict" and is_below(path, roots):
                    self.check_conflict(path, own, rows)
        owners = [row["document_id"] for row in files if row["state"] == "imported"]
        if len(owners) != len(set(owners)):
            self.fail("two files own one document")
        used = {row["document_id"] for row in files + traces}
        if {row["id"] for row in documents} != used - {None}:
            self.fail(f"documents {documents}, used {used}")
        for text in self.inbox:
            if text not in [row["text"] for row in traces]:
                self.fail(f"the inbox brought {text}, which is gone")
        return files, traces, documents

    def check_file(self, path, row, stored):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if not row:
            self.fail(f"{path} has no row")
        if row["text"] != text:
            self.fail(f"{path} is {text}, the ledger has {row['text']}")
        whole = trace_id(text)
        if (whole is None) != (row["state"] in ("rejected", "incomplete")):
            self.fail(f"{path} is {row['state']}: {text}")
        if whole and whole not in stored:
            self.fail(f"{path} holds {whole}, which is not stored")

    def check_conflict(self, path, own, rows):
        """A conflict with files that are gone does not last while its own file is there; but a file
        that was broken when it was seen last may still be completed."""
        if any(row["held_id"] == own["document_id"] and row["state"] != "conflict"
               for row in rows.values()):
            return
        holders = [at for at, row in rows.items() if row["document_id"] == own["document_id"]
                   and row["state"] in ("imported", "duplicate")]
        if os.path.exists(path) and holders and own["text"] not in self.inbox \
                and not any(os.path.exists(at) for at in holders):
            self.fail(f"{path} conflicts with {holders}, which are gone")

    def step(self):
        for _ in range(self.random.randrange(1, 5)):
            self.change()
        if os.path.exists("x.db") and self.random.random() < 0.15:
            self.send()
        roots = self.random.choice([["t"], ["u"], ["t", "u"], ["u", "t"], ["t/20241206"],
                                    ["u/20241207", "t"]])
        roots = [root for root in roots if os.path.isdir(root)]
        if not roots:
            return
        told = self.run("import", *roots, "--db", "x.db").stdout
        counts = [int(line.split()[1]) for line in told.splitlines() if line.startswith("  ")]
        if sum(counts) != int(told.split()[0]) or min(counts, default=0) < 0:
            self.fail(f"counts that do not add up: {told}")
        before = self.check(roots)
        told = self.run("import", *roots, "--db", "x.db").stdout
        if "nothing changed" not in told and not told.startswith("0 files"):
            self.fail(f"a second import tells: {told}")
        if self.state() != before:
            self.fail(f"a second import changes the file:\n{before}\n{self.state()}")


def main():
    first, rounds = int(sys.argv[1]), int(sys.argv[2])
    for seed in range(first, first + rounds):
        one = Round(seed)
        one.log.append(f"seed {seed}")
        for _ in range(12):
            one.step()


main()
