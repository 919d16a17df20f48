"""Runs programs in turn and compares how long they take: medians, and ratios within one round."""
import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys


@dataclasses.dataclass
class Work:
    """One program to be measured."""

    name: str
    command: list
    stdin: pathlib.Path = None
    fresh: pathlib.Path = None  # a file it makes: removed before each run, with what is beside it
    own: bool = False  # it prints how many seconds count, in its last line
    against: int = None  # the ratio: its time to that of the one with this index
    at_most: float = None  # what the ratio should be
    at_least: float = None


@dataclasses.dataclass
class Run:
    seconds: float
    cpu: float  # of all its threads, in the kernel too; None when not all of it counts
    memory: int  # the most it had, in bytes
    output: str


class Bench:
    """`folder` has the program `measure`, and takes what is written."""

    def __init__(self, folder):
        self.folder = folder
        self.reached = []
        self.missed = []

    def run(self, work):
        """Runs it once. One that fails ends the bench."""
        if work.fresh:
            for path in work.fresh.parent.glob(work.fresh.name + "*"):
                path.unlink()
            os.sync()  # what others wrote is not for this one to wait for
        figures = self.folder / "figures"
        command = [str(word) for word in (self.folder / "measure", figures, *work.command)]
        with open(work.stdin or os.devnull, encoding="utf-8") as stdin:
            done = subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, text=True,
                                  check=False)
        if done.returncode != 0:
            sys.exit(f"bench: status {done.returncode}: {' '.join(command[2:])}")
        seconds, user, kernel, memory = map(float, figures.read_text(encoding="utf-8").split())
        run = Run(seconds, user + kernel, int(memory) * 1024, done.stdout)
        if work.own:
            run.output, _, last = done.stdout.rstrip("\n").rpartition("\n")
            run.seconds = float(last.removeprefix("seconds "))
            run.cpu = None
        return run

    def compare(self, works, rounds):
        """Runs all in turn, so many times after one to warm up, and prints a line for each. Returns
        the medians of their times."""
        for work in works:
            self.run(work)
        runs = [[] for _ in works]
        for _ in range(rounds):
            for own, work in zip(runs, works):
                own.append(self.run(work))
        print(f"{'':28}{'seconds':>8}{'cpu':>8}  {'ratio (min..max)':20}target")
        for own, work in zip(runs, works):
            cpu = "" if work.own else f"{statistics.median(run.cpu for run in own):.3f}"
            line = f"{work.name:28}{statistics.median(run.seconds for run in own):8.3f}{cpu:>8}"
            if work.against is not None:
                ratios = [a.seconds / b.seconds for a, b in zip(own, runs[work.against])]
                ratio = statistics.median(ratios)
                spread = f"{ratio:.2f} ({min(ratios):.2f}..{max(ratios):.2f})"
                line += f"  {spread:20}{self.verdict(work, ratio)}"
            print(line.rstrip(), flush=True)
        return [statistics.median(run.seconds for run in own) for own in runs]

    def verdict(self, work, ratio):
        if work.at_most is not None:
            return self.judge(ratio <= work.at_most, f"<= {work.at_most:g}", work.name)
        if work.at_least is not None:
            return self.judge(ratio >= work.at_least, f">= {work.at_least:g}", work.name)
        return ""

    def judge(self, reached, target, name):
        """Notes it for the end; returns the target with what came of it."""
        (self.reached if reached else self.missed).append(f"{name} {target}")
        return f"{target} {'reached' if reached else 'missed'}"
