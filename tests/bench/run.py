#!/usr/bin/env python3
"""run.py: how long lightning takes, beside the least that its work can cost, and beside others.

`make bench` runs it. B is the build under test; in its bench/ are the programs of this folder, the
trees that are read (made once), and the files that are written.

    BENCH_TRACES=100000  traces in the tree
    BENCH_ROUNDS=5       how often each program is run; the quick ones are run twice as often
    BENCH_MILLION=1      memory and analyze also over ten times as many traces
    BENCH_ONLY='...'     these parts only, of: place others import loaders again day rewards
                         analyze bytes memory

Nothing here is a test. The exit status is 0 unless something cannot be run, or two programs differ
in their answers.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap

from measuring import Bench, Work
from trees import DAY, DAYS, FOLDER, HERE, PROJECT, origin, tree

TRACES = int(os.environ.get("BENCH_TRACES", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SIZES = [TRACES // 10, TRACES] + [10 * TRACES] * (os.environ.get("BENCH_MILLION", "0") != "0")
LONG = 3300  # bytes of a trace in the second tree
IMPORT_BATCH = 8  # MB of documents in a transaction, as import has it

BUILD = FOLDER.parent
LIGHTNING = BUILD / "lightning"
FLOOR = FOLDER / "floor"
ROWS = FOLDER / "rows"

# What the reports of `analyze` read.
SCAN = ("SELECT component, model, day, trace_id, error, error_class, blocked, latency_ms, "
        "prompt_tokens, completion_tokens, reward_safety, reward_empathy, reward_length, "
        "reward_latency, combined_reward FROM traces")

bench = Bench(FOLDER)


def head(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


# ---- programs ----

def shell(sql, file=":memory:"):
    """The stock sqlite3, with the extension."""
    return ["sqlite3", "-cmd", f".load {BUILD}/lightning", file, sql]


def in_place(traces, expression="combined_reward", where="", grouped=True):
    return shell(f"SELECT {'component' * grouped or 0}, count(*), avg({expression}) "
                 f"FROM legacy_traces('{tree(traces)}') {where} "
                 f"{'GROUP BY component' * grouped}")


def import_into(file, traces=TRACES, size=None):
    return [LIGHTNING, "import", tree(traces, size), "--db", file]


def imported(traces, size=None):
    """A file that this build imported that tree into, and that run."""
    key = (traces, size)
    if key not in imported.done:
        file = FOLDER / f"imported-{traces}-{size or 'as-is'}.db"
        run = bench.run(Work("", import_into(file, traces, size), fresh=file))
        imported.done[key] = file, run
    return imported.done[key]


imported.done = {}


def import_pragmas():
    """Those that import runs on its connection, after the schema."""
    run = subprocess.run([LIGHTNING, "import", "--show-sql", tree(TRACES), "--db", "new.db"],
                         text=True, stdout=subprocess.PIPE, check=True)
    after = run.stdout.rpartition("\nCOMMIT;")[2]
    wanted = r"^PRAGMA foreign_keys.*|^PRAGMA synchronous = NORMAL.*"
    return " ".join(re.findall(wanted, after, re.M))


def schema_of_today():
    """A file with the statements that make the tables as import has them."""
    parts = [PROJECT / "sql" / "schema.sql", *sorted((PROJECT / "sql" / "migrations").glob("*.sql"))]
    whole = FOLDER / "schema.sql"
    whole.write_text("\n".join(part.read_text(encoding="utf-8") for part in parts),
                     encoding="utf-8")
    return whole


def insert_rows(how, file):
    schema = schema_of_today()
    return [ROWS, how, imported(TRACES)[0], file, schema, import_pragmas(), IMPORT_BATCH]


def duckdb(version, how, *file):
    """None when DuckDB cannot be had. It is installed for this bench alone: the newest, and the one
    that the targets are of, whose read_json is the faster."""
    path = FOLDER / f"duckdb-{version}"
    if not path.exists() and path not in duckdb.absent:
        wanted = "duckdb" if version == "newest" else f"duckdb=={version}.*"
        new = FOLDER / "duckdb.new"
        shutil.rmtree(new, ignore_errors=True)
        words = [sys.executable, "-m", "pip", "install", "--target", str(new), wanted]
        run = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             check=False)
        if run.returncode == 0:
            new.rename(path)
        else:
            duckdb.absent.add(path)
            print(f"DuckDB {version}: not here, skipped")
    if not path.exists():
        return None
    return ["env", f"PYTHONPATH={path}", sys.executable, HERE / "rivals" / "duckdb_rival.py", how,
            tree(TRACES), *file]


duckdb.absent = set()


def others():
    """Ours, then who else can score the folder."""
    works = [Work("combined_reward", in_place(TRACES))]
    for version, how, target in (("1.5", "json", 13), ("newest", "text", None)):
        if command := duckdb(version, how):
            works.append(Work(f"DuckDB {version}, read_{how}", command, own=True, against=0,
                              at_least=target))
    old = [sys.executable, HERE / "rivals" / "old_script.py", tree(TRACES)]
    return works + [Work("the old script", old, against=0)]


def jq():
    script = "find \"$0\" -name '*.json' -print0 | xargs -0 cat | jq -nrf \"$1\""
    return Work("jq, once", ["sh", "-c", script, tree(TRACES), HERE / "rivals" / "score.jq"])


def loaders():
    """Ours, then who else can import it."""
    file = FOLDER / "loaded.db"
    works = [Work("lightning import", import_into(file), fresh=file)]
    file = FOLDER / "loaded-sqlite.db"
    works.append(Work("sqlite3, json_extract",
                      ["sqlite3", "-cmd", f".parameter set :dir \"'{tree(TRACES)}'\"", file],
                      stdin=HERE / "rivals" / "sqlite_import.sql", fresh=file, against=0,
                      at_least=5))
    for version, how, target in (("1.5", "json", 6), ("newest", "text", None)):
        file = FOLDER / f"loaded-{how}.duckdb"
        if command := duckdb(version, how, file):
            works.append(Work(f"DuckDB {version}, read_{how}", command, fresh=file, own=True,
                              against=0, at_least=target))
    return works


# ---- the same answers ----

def answer(work):
    """{component: (traces, mean)} out of lines component|traces|mean."""
    lines = [line.split("|") for line in bench.run(work).output.split("\n")]
    return {line[0]: (int(line[1]), round(float(line[2]), 8)) for line in lines
            if len(line) == 3 and not line[0].isdigit()}


def check_answers(what, answers):
    names = list(answers)
    for name in names[1:]:
        if answers[name] != answers[names[0]] or not answers[name]:
            sys.exit(f"bench: {what}: {name} says {answers[name]},\n{names[0]} {answers[names[0]]}")
    print(textwrap.fill(f"The same answers, {what}: {'; '.join(names)}", 80), flush=True)


def check_ours():
    stored = "SELECT component, count(*), avg(combined_reward) FROM traces GROUP BY 1"
    check_answers("by lightning's rules", {
        "the column": answer(Work("", in_place(TRACES))),
        "the function": answer(Work("", in_place(TRACES, "combined_reward(document)"))),
        "stored": answer(Work("", shell(stored, imported(TRACES)[0]))),
        "rows.c": answer_of_rows(stored),
    })


def answer_of_rows(stored):
    file = FOLDER / "rows.db"
    bench.run(Work("", insert_rows("insert", file), fresh=file))
    return answer(Work("", shell(stored, file)))


def check_others(works):
    """By the old rules, which the others score by."""
    run = bench.run(Work("", [LIGHTNING, "analyze", "--legacy", "--format", "json", "--trace-dir",
                              tree(TRACES)]))
    answers = {"lightning analyze --legacy": {row["component"]: (row["n"], round(row["mean"], 8))
                                              for row in json.loads(run.output)
                                              if row["component"] != "(all)"}}
    answers.update((work.name, answer(work)) for work in works)
    check_answers("by the old script's rules", answers)


# ---- parts ----

def part_place():
    head("Score a folder in place (ratio: to the floor of 2 threads)")
    bench.compare([
        Work("floor, 1 thread", [FLOOR, "read", tree(TRACES), 1]),
        Work("floor, 2 threads", [FLOOR, "read", tree(TRACES), 2]),
        Work("combined_reward", in_place(TRACES), against=1, at_most=1.4),
        Work("combined_reward(document)", in_place(TRACES, "combined_reward(document)", grouped=False),
             against=1, at_most=2),
        # SQLite sorts what it groups, here whole documents, before it calls the function.
        Work("  by component", in_place(TRACES, "combined_reward(document)"), against=1),
    ], 2 * ROUNDS)


def part_others():
    works = others()
    head("Others, scoring the folder by the old script's rules (ratio: to ours)")
    check_others(works[1:])
    if shutil.which("jq"):
        run = bench.run(jq())
        print(f"{'jq, once':28}{run.seconds:8.3f}{run.cpu:8.3f}")
    bench.compare(works, ROUNDS)


def part_import():
    head("Import (ratio: to the same rows, inserted in the same transactions)")
    file = FOLDER / "rows.db"
    last = FOLDER / "rows-last.db"
    new = FOLDER / "loaded.db"
    bench.compare([
        Work("rows inserted", insert_rows("insert", file), fresh=file, own=True),
        Work("rows inserted, indexes last", insert_rows("last", last), fresh=last, own=True,
             against=0),
        Work("lightning import", import_into(new), fresh=new, against=0, at_most=1.3),
    ], ROUNDS)


def part_loaders():
    works = loaders()
    head("Others, importing (ratio: to ours)")
    check_others(works[1:])
    bench.compare(works, ROUNDS)


def part_again():
    head("Import again, nothing changed (ratio: to fstatat in 1 thread)")
    file = imported(TRACES)[0]
    bench.compare([
        Work("fstatat, 1 thread", [FLOOR, "stat", tree(TRACES), 1]),
        Work("fstatat, 2 threads", [FLOOR, "stat", tree(TRACES), 2], against=0),
        Work("import again", import_into(file), against=0, at_most=1.5),
    ], 2 * ROUNDS)


def part_day():
    head(f"One day of {DAYS}, in place (ratio: to all days)")
    one = in_place(TRACES, where=f"WHERE day = '{DAY}'")
    if shutil.which("strace"):
        print(opened(one))
    else:
        print("What is opened: not looked at, strace is not here")
    bench.compare([Work("all days", in_place(TRACES)), Work("one day", one, against=0)], 2 * ROUNDS)


def opened(command):
    """What a query opens in the tree."""
    log = FOLDER / "strace"
    words = ["strace", "-f", "-e", "trace=open,openat", "-o", log, *command]
    run = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True,
                         check=True)
    text = log.read_text(encoding="utf-8", errors="replace")
    names = re.findall(r'"([^"]*)"', text)
    files = sum(name.endswith(".json") for name in names)
    folders = [name[-8:] for name in names if re.search(r"(^|/)\d{8}$", name)]
    traces = sum(int(line.split("|")[1]) for line in run.stdout.split())
    only = folders == [DAY.replace("-", "")] and files == traces
    return (f"{len(folders)} of {DAYS} days' folders opened and {files:,} files, for {traces:,} "
            f"traces\n" + bench.judge(only, "that day only:", "one day of thirty"))


def part_rewards():
    head("The rewards of what is stored (ratio: to the length of the same replies)")
    file = imported(TRACES)[0]
    bench.compare([
        Work("length(response_text)", shell("SELECT avg(length(response_text)) FROM traces", file)),
        Work("combined_reward(…)", shell("SELECT avg(combined_reward(response_text, latency_ms)) "
                                         "FROM traces", file), against=0, at_most=2),
        Work("  reward_safety(…)", shell("SELECT avg(reward_safety(response_text)) FROM traces",
                                         file), against=0),
        Work("  reward_empathy(…)", shell("SELECT avg(reward_empathy(response_text)) FROM traces",
                                          file), against=0),
    ], 2 * ROUNDS)
    head("response_text() of a chat completion")
    replies = FOLDER / "replies.db"
    bench.run(Work("", shell(f"ATTACH '{replies}' AS r; CREATE TABLE r.replies AS "
                             "SELECT trace_response(trace_id) AS reply FROM traces "
                             "WHERE error IS NULL AND reply LIKE '%\"choices\"%'", file),
                   fresh=replies))
    scan = "sum(length(CAST(reply AS BLOB)))"
    size = int(bench.run(Work("", shell(f"SELECT {scan} FROM replies", replies))).output)
    least, ours = bench.compare([
        Work("read", shell(f"SELECT {scan} FROM replies", replies)),
        Work("response_text(reply)", shell("SELECT sum(length(response_text(reply))) FROM replies",
                                           replies)),
    ], 2 * ROUNDS)
    speed = size / 1e6 / (ours - least)
    print(f"{size / 1e6:.0f} MB; beyond the reading {speed:,.0f} MB/s on one core   "
          + bench.judge(speed >= 500, ">= 500", "response_text()"))


def part_analyze():
    head("analyze (ratio: to one scan of the columns it reads)")
    for traces in SIZES:
        file = imported(traces)[0]
        print(f"{traces:,} traces stored")
        bench.compare([
            Work("scan", [ROWS, "scan", file, SCAN], own=True),
            Work("analyze", [LIGHTNING, "analyze", "--db", file], against=0, at_most=3),
        ] + ([Work(f"  {name}", [LIGHTNING, "analyze", name, "--db", file], against=0)
              for name in reports(file)] if traces == TRACES else []), ROUNDS)


def reports(file):
    """Those that `analyze` prints."""
    run = bench.run(Work("", [LIGHTNING, "analyze", "--format", "json", "--db", file]))
    return list(json.loads(run.output))


def part_bytes():
    head("Bytes per trace")
    for size, limit in ((None, 60), (LONG, 30)):
        file = imported(TRACES, size)[0]
        sum_sizes = Work("", ["sqlite3", file, "SELECT sum(size) FROM documents"])
        print_bytes(file, file.stat().st_size, int(bench.run(sum_sizes).output), limit)


def print_bytes(file, stored, original, limit):
    target = bench.judge(100 * stored <= limit * original, f"<= {limit} %", "bytes per trace")
    print(f"{original / TRACES:,.0f} in the files, {stored / TRACES:,.0f} stored: "
          f"{100 * stored / original:.1f} %   {target}")
    sql = ("SELECT d.name, coalesce(m.type, 'table'), sum(d.pgsize), sum(d.unused) "
           "FROM dbstat AS d LEFT JOIN sqlite_master AS m USING (name) "
           "GROUP BY d.name ORDER BY 3 DESC")
    rest = stored
    for line in bench.run(Work("", ["sqlite3", file, sql])).output.split():
        name, kind, size, unused = line.split("|")
        if int(size) < 0.005 * stored:
            continue
        rest -= int(size)
        print(f"  {kind} {name:32}{int(size) / TRACES:8.1f}{100 * int(size) / stored:7.1f} %   "
              f"of it unused {int(unused) / TRACES:.1f}")
    print(f"  {'the rest':38}{rest / TRACES:8.1f}{100 * rest / stored:7.1f} %")


def part_memory():
    head("Memory at most, in MB")
    print(f"{'traces':>12}{'import':>12}{'again':>12}{'in place':>12}{'analyze':>12}")
    most = 0
    for traces in SIZES:
        file, run = imported(traces)
        used = [run.memory] + [bench.run(Work("", command)).memory for command in (
            import_into(file, traces), in_place(traces), [LIGHTNING, "analyze", "--db", file])]
        print(f"{traces:12,}" + "".join(f"{memory / 1e6:12.1f}" for memory in used), flush=True)
        most = max(most, *used)
    print(f"{most / 1e6:.1f} MB: " + bench.judge(most < 64e6, "< 64", "memory"))


PARTS = {
    "place": part_place, "others": part_others, "import": part_import, "loaders": part_loaders,
    "again": part_again, "day": part_day, "rewards": part_rewards, "analyze": part_analyze,
    "bytes": part_bytes, "memory": part_memory,
}


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return f"{os.cpu_count()} cores, {model[1] if model else 'of an unknown model'}"


def load():
    return "load average " + " ".join(f"{x:.2f}" for x in os.getloadavg())


def main():
    parts = os.environ.get("BENCH_ONLY", "").split() or list(PARTS)
    files, _, size, _ = bench.run(Work("", [FLOOR, "stat", tree(TRACES), 1])).output.split()
    print(f"{machine()}; {load()}")
    print(f"{int(files):,} traces of {int(size) / int(files):,.0f} bytes in {DAYS} days, made of\n"
          f"{origin(tree(TRACES)).read_text(encoding='utf-8')}")
    print(f"Medians of {ROUNDS} runs ({2 * ROUNDS} of the quick ones) in turn, the page cache "
          "warm;\ncpu: of all threads, what others on the machine take apart.")
    check_ours()
    for part in parts:
        PARTS[part]()
    print(f"\nAt the end: {load()}")
    print(f"{len(bench.reached)} targets reached, {len(bench.missed)} missed")
    for name in bench.missed:
        print(f"  missed: {name}")


main()
