#!/usr/bin/env python3
"""Runs the commands of README.md and compares what they print with what it says they print. Then looks
whether it says enough: every command, option, report, function and table has to be in it.

usage: readme.py [--accept]    (--accept: what is printed now becomes what README.md says)

In a block marked `console`, "$ " begins a command of sh, "> " continues it, and all until the next is
its output. Of a command `sqlite3 …`, lines after "sqlite> " (continued after "   ...> ") are what is
typed into it. Commands run one after the other in one folder, which has a copy of tests/data/traces and
of sql/. A command that ends with another status than 0 is followed by `echo $?`. A block marked `sh` is
not run: it needs root, the network or a real tree. There are no blocks of other kinds.

Compared to the byte, but for:
  - blanks at the ends of lines, which sqlite3 prints in columns and editors take away;
  - empty lines after the output of a command;
  - the greeting of sqlite3, which names its version.

B is the build under test.
"""
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata

PROJECT = pathlib.Path(__file__).resolve().parent.parent
README = PROJECT / "README.md"
BUILD = PROJECT / os.environ.get("B", "build")
WIDTH = 80
MARK = "-- end of the output of one statement --"
# Some day long ago: a file written a moment ago would be read once more by the next import.
WRITTEN = 1733200000

failures = []


def fail(message):
    failures.append(message)


# ---- running ----

class Session:
    """The folder, and what it is like to type there."""

    def __init__(self, folder):
        self.folder = folder
        self.status = 0
        self.ran = []
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("LIGHTNING", "MAKE", "MFLAGS"))}
        self.env.update(HOME=str(folder), LC_ALL="C.UTF-8", PATH=f"{BUILD}:{os.environ['PATH']}",
                        LD_LIBRARY_PATH=str(BUILD))

    def run(self, command, typed=""):
        """What it prints, stdout and stderr."""
        if self.status != 0 and command != "echo $?":
            fail(f"this ends with status {self.status}, and no `echo $?` says so: {self.ran[-1]}")
        run = subprocess.run(["sh", "-c", f"(exit {self.status})\n{command}"], cwd=self.folder,
                             env=self.env, input=typed, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, encoding="utf-8", check=False, timeout=120)
        self.status = run.returncode
        self.ran.append(command)
        return run.stdout

    def run_shell(self, command, statements):
        """What sqlite3 prints for each of the statements."""
        typed = "".join(f"{statement}\n.print '{MARK}'\n" for statement in statements)
        outputs = self.run(command, typed).split(f"{MARK}\n")
        self.ran += statements
        if len(outputs) != len(statements) + 1 or outputs[-1]:
            fail(f"this ends early or says too much: {command}")
        return outputs[:len(statements)]


def lines_of(output):
    lines = [line.rstrip() for line in output.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def empty_end(lines):
    """The empty lines after an output."""
    n = len(lines)
    while n > 0 and not lines[n - 1]:
        n -= 1
    return lines[n:]


def take(lines, first, more):
    """Takes what is typed from the front of lines: its lines, and what they say without prompts."""
    shown = [lines.pop(0)]
    while lines and lines[0].startswith(more):
        shown.append(lines.pop(0))
    words = [shown[0][len(first):]] + [line[len(more):] for line in shown[1:]]
    return shown, "\n".join(words)


def take_output(lines):
    output = []
    while lines and not lines[0].startswith(("$ ", "sqlite> ")):
        output.append(lines.pop(0))
    return output


def run_block(session, lines):
    """The lines of a console block as they should be."""
    lines = list(lines)
    result = []
    if not lines or not lines[0].startswith("$ "):
        fail(f"a block does not begin with a command: {lines[:1]}")
        return lines
    while lines:
        shown, command = take(lines, "$ ", "> ")
        result += shown
        said = take_output(lines)
        statements = []
        while lines and lines[0].startswith("sqlite> "):
            typed, statement = take(lines, "sqlite> ", "   ...> ")
            statements.append((typed, statement, take_output(lines)))
        if statements:
            outputs = session.run_shell(command, [statement for _, statement, _ in statements])
            for (typed, _, said), output in zip(statements, outputs):
                result += typed + lines_of(output) + empty_end(said)
        else:
            result += lines_of(session.run(command)) + empty_end(said)
    return result


# ---- the page ----

def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


def check_widths(lines):
    for line in lines:
        # Messages are one line each, however long, so that they can be searched for.
        if columns(line) > WIDTH and not line.startswith("lightning: "):
            fail(f"wider than {WIDTH} columns: {line}")


def run_page(session, text):
    """The page as it should be, and what of it is not in blocks."""
    result = []
    prose = []
    lines = text.split("\n")
    while lines:
        line = lines.pop(0)
        result.append(line)
        if not line.startswith("```"):
            prose.append(line)
            continue
        end = lines.index("```") if "```" in lines else len(lines)
        block, lines = lines[:end], lines[end + 1:]
        if line == "```console":
            block = run_block(session, block)
        elif line != "```sh":
            fail(f"a block of another kind: {line}")
        check_widths(block)
        result += block + ["```"]
    return "\n".join(result), "\n".join(prose)


# ---- is all in it ----

def output_of(session, *command):
    return subprocess.run(command, cwd=session.folder, env=session.env, check=True,
                          capture_output=True, text=True).stdout


def query(session, sql, *options):
    return output_of(session, "sqlite3", "-batch", *options, "traces.db", sql).split()


def check_commands(session, text):
    """Every command is run, every option is mentioned."""
    names = re.findall(r"^  ([a-z]+)  ", output_of(session, "lightning", "help"), re.M)
    for name in names:
        if not any(re.search(rf"\blightning\b[^|;]* {name}\b", command) for command in session.ran):
            fail(f"no example of lightning {name}")
        for option in set(re.findall(r"^  (--[a-z-]+)", output_of(session, "lightning", "help", name), re.M)):
            if not re.search(rf"(?<![\w-]){option}(?![\w-])", text):
                fail(f"lightning {name}: nothing about {option}")
    return len(names)


def check_reports(text):
    names = [path.stem for path in (PROJECT / "sql/reports").glob("*.sql")]
    for name in names:
        if not re.search(rf"`{name}`|^{name}: ", text, re.M):
            fail(f"nothing about the report {name}")
    return len(names)


def check_functions(session, text):
    """Functions and tables-as-functions of the extension."""
    sql = "SELECT DISTINCT name FROM pragma_function_list UNION SELECT name FROM pragma_module_list"
    names = set(query(session, sql, "-cmd", ".load lightning")) - set(query(session, sql))
    for name in sorted(names):
        if f"`{name}(" not in text:
            fail(f"nothing about the function {name}()")
    return len(names)


def check_tables(session, prose):
    names = query(session, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    for name in names:
        if f"`{name}`" not in prose:
            fail(f"nothing about the table {name}")
    return len(names)


def check_goals(text):
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    goals = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, re.M))
    for goal in re.findall(r"(?:`|^)(?:sudo )?make ([a-z][a-z-]*)", text, re.M):
        if goal not in goals:
            fail(f"there is no goal {goal} to make")


def anchor(heading):
    """As GitHub makes it of a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return words.replace(" ", "-")


def check_links(prose):
    anchors = [anchor(heading) for heading in re.findall(r"^#+ (.*)", prose, re.M)]
    for name in {name for name in anchors if anchors.count(name) > 1}:
        fail(f"two headings with the anchor #{name}")
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    for link in links:
        if link.startswith("#") and link[1:] not in anchors:
            fail(f"no heading for the link {link}")
        elif not link.startswith(("#", "https://")) and not (PROJECT / link.split("#")[0]).exists():
            fail(f"no file for the link {link}")
    return len(links)


def make_folder(folder):
    shutil.copytree(PROJECT / "tests/data/traces", folder / "traces")
    shutil.copytree(PROJECT / "sql", folder / "sql")
    for path in (folder / "traces").rglob("*.json"):
        os.utime(path, (WRITTEN, WRITTEN))


def main():
    accept = sys.argv[1:] == ["--accept"]
    text = README.read_text(encoding="utf-8")
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_folder(folder)
        session = Session(folder)
        now, prose = run_page(session, text)
        counts = (f"{len(session.ran)} commands and statements run and compared; in it are "
                  f"{check_commands(session, now)} commands, {check_reports(now)} reports, "
                  f"{check_functions(session, now)} functions, {check_tables(session, prose)} tables, "
                  f"{check_links(prose)} links")
    check_goals(now)
    if session.status != 0:
        fail(f"this ends with status {session.status}, and no `echo $?` says so: {session.ran[-1]}")
    if accept and now != text:
        README.write_text(now, encoding="utf-8")
        print("accepted: README.md")
    elif now != text:
        fail("the outputs differ (if that is right: make accept, and read the diff)")
        sys.stdout.writelines(difflib.unified_diff(text.splitlines(True), now.splitlines(True),
                                                   "README.md", "README.md, as it should be"))
    for message in failures:
        print(f"README.md: {message}")
    print(f"README: {counts}" if not failures else f"README: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
