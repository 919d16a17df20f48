#!/usr/bin/env python3
"""A Python whose sqlite3 cannot load extensions, as many are, reads what is in a traces.db and writes
new traces to it; `lightning analyze` counts them. B is the build under test.
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent.parent
LIGHTNING = PROJECT / os.environ.get("B", "build") / "lightning"
failed = False


class Plain(sqlite3.Connection):
    """Such a Python has no such method at all."""

    def __getattribute__(self, name):
        if name in ("enable_load_extension", "load_extension"):
            raise AttributeError(f"'sqlite3.Connection' object has no attribute '{name}'")
        return super().__getattribute__(name)


def check(what, found, wanted):
    global failed
    if found == wanted:
        print(f"ok: {what}")
    else:
        failed = True
        print(f"FAILED: {what}: {found!r}, not {wanted!r}")


def lightning(*arguments, ends):
    run = subprocess.run([LIGHTNING, *map(str, arguments)], capture_output=True, check=False, text=True)
    check(f"lightning {arguments[0]} ends with", (run.returncode, run.stderr if run.returncode != ends else ""),
          (ends, ""))
    return run.stdout


def read(db):
    check("no extension can be loaded", hasattr(db, "enable_load_extension"), False)
    check("scores", db.execute(
        "SELECT round(combined_reward - 0.5 * reward_safety - 0.3 * reward_empathy - 0.1 * reward_length "
        "  - 0.1 * reward_latency, 9), reward_safety, reward_empathy > 0.1, reward_length, reward_latency, reward "
        "FROM traces WHERE trace_id = 'MasterResponder_20241202_075846_756099'").fetchall(),
        [(0.0, 1.0, 1, 1.0, 1.0, 0.75)])
    check("a reply", db.execute(
        "SELECT response_text FROM traces WHERE trace_id = 'MasterResponder_20241202_105037_869437'").fetchall(),
        [("Good for you! \U0001f33b",)])
    check("errors", db.execute(
        "SELECT error_class, substr(error, 1, 21), response_text FROM traces WHERE error IS NOT NULL ORDER BY id").fetchall(),
        [("timeout", "HTTPSConnectionPool(h", None), ("rate_limit", "429 Client Error: Too", None)])
    check("tokens", db.execute(
        "SELECT model, sum(prompt_tokens), sum(completion_tokens) FROM traces GROUP BY model ORDER BY model").fetchall(),
        [("gemini-1.5-flash", 564, 154), ("llama-3.1-8b-instant", 1425, 417), ("llama-3.3-70b-versatile", 325, 189)])
    check("the view that reports read", db.execute(
        "SELECT count(*), avg(metric) = (SELECT avg(combined_reward) FROM traces) FROM observations").fetchall(),
        [(35, 1)])
    check("who scored", db.execute("SELECT name, count(*) FROM traces JOIN scorers ON scorers.id = scorer_id "
                                   "GROUP BY name").fetchall(), [("lightning", 35)])
    check("files", db.execute("SELECT state, count(*) FROM files GROUP BY state ORDER BY state").fetchall(),
          [("imported", 35), ("incomplete", 1)])
    check("the prompt, kept as plain text", db.execute(
        "SELECT substr(prompt, 1, 35), json_extract(metadata, '$.max_tokens') FROM trace_text JOIN traces USING (id) "
        "WHERE trace_id = 'TherapyTool_20241201_081407_902529'").fetchall(),
        [("Offer one small exercise that fits ", 150)])
    check("reports that need no extension", sorted(
        report.stem for report in (PROJECT / "sql" / "reports").glob("*.sql")
        if "-- needs: lightning" not in report.read_text(encoding="utf-8")
        and db.execute(report.read_text(encoding="utf-8"), dict.fromkeys(
            ("start_date", "end_date", "component", "model", "limit"))).fetchall()),
        ["best", "distribution", "failures", "slow", "trend", "worst"])
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall():
        db.execute(f"SELECT * FROM {name}").fetchall()
    check("the file is sound", db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])


def write(db):
    """As the agent would, in place of json.dump() to a file: text, and bytes; and two mistakes."""
    trace = {
        "trace_id": "Python_20241203_100000_000001",
        "component": "Python",
        "metadata": {"model": "llama-3.1-8b-instant"},
        "response": {"choices": [{"message": {"content": "I hear you \U0001f49b"}, "finish_reason": "stop"}],
                     "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
        "timestamp_end": "2024-12-03T10:00:00.500000",
        "latency_ms": 500.25,
        "reward": None,
    }
    failure = {**trace, "trace_id": "Python_20241203_100000_000002", "response": {"error": "Read timed out"},
               "latency_ms": float("nan"), "reward": -1.0}
    with db:
        db.execute("INSERT INTO inbox (document) VALUES (?)", (json.dumps(trace, indent=2),))
        db.execute("INSERT INTO inbox (document) VALUES (?)", (json.dumps(failure, ensure_ascii=False).encode(),))
        db.execute("INSERT INTO inbox (document) VALUES (?)", ("{'trace_id': 'repr'}",))
    try:
        db.execute("INSERT INTO inbox (document) VALUES (?)", (42,))
        check("a number in the inbox", "taken", "refused")
    except sqlite3.IntegrityError as error:
        check("a number in the inbox", str(error), "CHECK constraint failed: typeof(document) IN ('text', 'blob')")
    db.rollback()


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "traces.db"
        lightning("import", PROJECT / "tests" / "data" / "traces", "--keep-text", "--db", path, ends=1)
        db = sqlite3.connect(path, factory=Plain)
        read(db)
        write(db)
        # While it is open: one of the three in the inbox is no trace.
        summary = json.loads(lightning("analyze", "summary", "--db", path, "--format", "json", ends=1))[0]
        check("counted", (summary["traces"], summary["failed"], summary["last_day"]), (37, 3, "2024-12-03"))
        check("what was taken in", db.execute(
            "SELECT trace_id, latency_ms, reward, combined_reward > 0.5, error_class, response_text, completion_tokens "
            "FROM traces WHERE component = 'Python' ORDER BY id").fetchall(),
            [("Python_20241203_100000_000001", 500.25, None, 1, None, "I hear you \U0001f49b", 5),
             ("Python_20241203_100000_000002", None, -1.0, 0, "timeout", None, None)])
        check("what was not", db.execute("SELECT document, reason FROM inbox").fetchall(),
              [("{'trace_id': 'repr'}", "expected a key or '}' at byte 1")])
        db.close()
        check("left beside the file", os.listdir(folder), ["traces.db"])
    sys.exit(failed)


if __name__ == "__main__":
    main()
