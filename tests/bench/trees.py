"""The folders that the bench reads: made once, out of a real one, by multiply.py."""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
FOLDER = pathlib.Path(os.environ.get("B", PROJECT / "build")).resolve() / "bench"
DAYS = 30
DAY = "2024-01-15"  # one of them


def source():
    """A real traces folder, and what to call it: the shared one where it is, else the demo."""
    data = pathlib.Path(os.environ.get("LIGHTNING_DATA", PROJECT.parent / "shared" / "data"))
    archive = data / "legacy-traces.tar.gz"
    if not archive.exists():
        return PROJECT / "tests" / "data" / "traces", "the demo, tests/data/traces"
    target = FOLDER / "source"
    if not target.exists():
        new = FOLDER / "source.new"
        shutil.rmtree(new, ignore_errors=True)
        with tarfile.open(archive) as tar:
            tar.extractall(new)
        new.rename(target)
    return target / "legacy-dev", f"the 3,000 traces of {archive.name}"


def tree(traces, size=None):
    """The tree with so many traces, lengthened to `size` bytes each when that is given."""
    target = FOLDER / "trees" / (f"{traces}-of-{size}" if size else f"{traces}")
    if not target.exists():
        new = target.with_name("new")
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(new, ignore_errors=True)
        found, name = source()
        words = [HERE / "multiply.py", found, new, traces, DAYS] + ([size] if size else [])
        subprocess.run([sys.executable, *map(str, words)], check=True)
        origin(target).write_text(name, encoding="utf-8")
        new.rename(target)
    return target


def origin(target):
    """The file that says what a tree was made of."""
    return target.with_name(target.name + ".txt")
