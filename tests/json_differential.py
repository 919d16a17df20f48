#!/usr/bin/env python3
"""The JSON reader against Python's json and jansson: the same documents are accepted, with the same
values, whatever json.dumps() can write; and of documents spoilt by one byte the same are rejected.

Documents: those of a generator with a fixed seed; and JSONTestSuite, where it is ($LIGHTNING_DATA or
../shared/data). Python reads text, so what is not valid UTF-8 is rejected by both; so is a byte order
mark, which json.loads() refuses. Nesting is compared up to 900 levels, since Python stops near 1,000.
B is the build under test.
"""
import ctypes
import json
import math
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent.parent
BUILD = PROJECT / os.environ.get("B", "build")
DATA = pathlib.Path(os.environ.get("LIGHTNING_DATA", PROJECT / ".." / "shared" / "data"))
# json.dumps() recurses, and an integer of 5,000 digits is text to json.loads() only if it may be.
sys.setrecursionlimit(20000)
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
failures = 0


def check(sentence, wrong):
    """Prints whether a sentence is true: nothing is wrong."""
    global failures
    print(f"FAILED: {sentence}" if wrong else f"ok: {sentence}")
    for thing in wrong[:5]:
        print("   ", thing)
    failures += bool(wrong)


# ---- what a document holds, as json_events tells it ----

class Pairs(list):
    """The members of an object, in their order, repeated ones too."""


def event_of_text(text, letter):
    lone = any("\ud800" <= c <= "\udfff" for c in text)
    plain = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return (letter.upper() if lone else letter) + plain.encode().hex()


def event_of_number(number):
    return "nNaN" if math.isnan(number) else "n" + struct.pack(">d", number).hex()


def events(value):
    if isinstance(value, Pairs):
        inside = [e for key, member in value for e in (event_of_text(key, "k"), *events(member))]
        return ["{", *inside, "}"]
    if isinstance(value, list):
        return ["[", *(e for element in value for e in events(element)), "]"]
    if isinstance(value, str):
        return [event_of_text(value, "s")]
    if isinstance(value, float):
        return [event_of_number(value)]
    return [{True: "true", False: "false", None: "null"}[value]]


def by_python(document):
    """The events of a document, or None when Python rejects it."""
    try:
        return " ".join(events(json.loads(document.decode("utf-8"), object_pairs_hook=Pairs, parse_int=float)))
    except (ValueError, RecursionError):
        return None


def by_us(documents):
    stream = b"".join(b"%d\n%s" % (len(document), document) for document in documents)
    run = subprocess.run([BUILD / "json_events"], input=stream, capture_output=True, check=True)
    return [line.rstrip(b" ").decode() for line in run.stdout.split(b"\n")[:-1]]


def compare(sentence, documents):
    """Both accept a document with the same values, or both reject it. Returns how many they accept."""
    wrong = []
    accepted = 0
    ours = by_us(documents)
    assert len(ours) == len(documents)
    for document, found in zip(documents, ours):
        wanted = by_python(document)
        accepted += wanted is not None
        if found.startswith("!") if wanted is None else found == wanted:
            continue
        wrong.append(f"{document[:80]!r}: {found[:80]}, and by Python {(wanted or 'rejected')[:80]}")
    check(f"{sentence} ({accepted} of {len(documents)} accepted)", wrong)
    return accepted


# ---- documents ----

SPECIAL = ["\0", "\x01", "\x1f", "\x7f", "\x80", '"', "\\", "/", "\b", "\f", "\n", "\r", "\t", "\u00a0", "\u2019",
           "\u2028", "\ufffd", "\uffff", "\U00010000", "\U0001f600", "\U0010ffff", "é", "я", "中", "\ud83d",
           "\ude00", "\udfff"]
NUMBERS = [0, -1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64, 10**400, -10**5000, 0.0, -0.0, 0.1,
           1e22, 1e23, 5e-324, 1.7976931348623157e308, 1 / 3, 1e-7, 123456789.123456789, math.nan, math.inf, -math.inf]


def random_text(rng):
    plain = "".join(rng.choice("abcxyz 0189.,:;-_{}[]") for _ in range(rng.choice((0, 1, 3, 7, 15, 16, 17, 40))))
    return "".join(c + (rng.choice(SPECIAL) if rng.random() < 0.1 else "") for c in plain + " ").strip(" ")


def random_number(rng):
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(NUMBERS)
    if kind == 1:
        return rng.randrange(-1000, 1000)
    if kind == 2:
        return rng.getrandbits(rng.randrange(1, 200)) * rng.choice((1, -1))
    if kind == 3:
        return round(rng.uniform(0, 5000), rng.randrange(8))
    return struct.unpack(">d", rng.randbytes(8))[0]


def random_value(rng, depth):
    kind = rng.randrange(8 if depth > 0 else 5)
    if kind < 2:
        return random_text(rng)
    if kind < 4:
        return random_number(rng)
    if kind == 4:
        return rng.choice((None, True, False, "", [], {}))
    values = [random_value(rng, depth - 1) for _ in range(rng.randrange(6))]
    return values if kind == 5 else {random_text(rng): value for value in values}


def encodable(value):
    """Without lone surrogates, which no file of UTF-8 can hold as they are."""
    text = json.dumps(value)
    return json.loads(re.sub(r"\\ud[89a-f][0-9a-f]{2}", "?", text))


def dumped(values):
    """Each value in every way json.dumps() has."""
    for value in values:
        for ascii_only in (True, False):
            for indent in (None, 0, 2, "\t"):
                for separators in (None, (",", ":")):
                    kept = value if ascii_only else encodable(value)
                    yield json.dumps(kept, ensure_ascii=ascii_only, indent=indent, separators=separators).encode()


def with_repeated_keys(rng):
    members = [(rng.choice(("a", "b", "\\u0061", "a\\u0000", "")), json.dumps(random_value(rng, 1))) for _ in range(6)]
    return ("{" + ", ".join(f'"{key}": {value}' for key, value in members) + "}").encode()


def nested():
    for levels in (1, 2, 100, 500, 900):
        value = None
        for i in range(levels):
            value = [value] if i % 3 else {"k": value, "l": [i]}
        yield from dumped([value])
        yield b"[" * levels + b"]" * levels
        yield b'{"a":' * levels + b"1" + b"}" * levels
        yield b"[" * levels + b"]" * (levels - 1)


def spoilt(rng, documents):
    """Documents with one byte replaced, left out or put in between."""
    for document in documents:
        at = rng.randrange(len(document))
        byte = bytes([rng.choice(b'\0\t\n "\\/,:[]{}-+.0123456789eEutfnrINaA\x80\xc3\xe2\xff')])
        yield document[:at] + rng.choice((byte + document[at + 1:], document[at + 1:], byte + document[at:]))
        yield document[:at]


def by_hand():
    odd = [b"", b" ", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"-NaN", b"+1", b"1.", b".5", b"01", b"-", b"1e", b"[1,]", b"{,}",
           b'"\\x"', b'"\\u12"', b'"\\ud800\\u"', b'"\t"', b"nul", b"nullx", b"'a'", b"{} {}", b"\xc2\xa01", b"\x0c1",
           b'["\xed\xa0\x80"]', b'["\xc0\x80"]', b'["\xf4\x90\x80\x80"]', b"1e400", b"-1e400", b"1E+5", b"-0", b"-0.0",
           b"0e0", b"1" * 5000, b"0." + b"3" * 5000, b"1" + b"0" * 400 + b"e-400", b'"\\ud83d\\ude00"',
           b'"\\ude00\\ud83d"', b'"\\ud83d\\u0041"', b'"\\u0000"', b'{"\\u0000": 1, "": 2}', b"[NaN, Infinity, -Infinity]"]
    return odd + [b'["' + b"x" * n + b'\\n"]' for n in range(40)] + [b"{" + b" " * n + b"}" + b"\n" * n for n in range(40)]


# ---- jansson ----

def jansson():
    """A function that returns jansson's values of a document, or None; None where there is no jansson."""
    try:
        library = ctypes.CDLL("libjansson.so.4")
    except OSError:
        return None
    library.json_loadb.restype = library.json_dumps.restype = ctypes.c_void_p
    library.json_loadb.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_char_p)
    library.json_dumps.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    library.json_delete.argtypes = (ctypes.c_void_p,)
    library.free = ctypes.CDLL(None).free
    library.free.argtypes = (ctypes.c_void_p,)
    decode_any, allow_nul = 0x4, 0x10
    encode_any, precision = 0x200, 17 << 11

    def values(document):
        error = ctypes.create_string_buffer(1024)
        tree = library.json_loadb(document, len(document), decode_any | allow_nul, error)
        if not tree:
            return None
        text = library.json_dumps(tree, encode_any | precision)
        found = json.loads(ctypes.string_at(text).decode())
        library.free(text)
        library.json_delete(tree)
        return (found,)

    return values


def compare_with_jansson(documents):
    values = jansson()
    if not values:
        print("skipped: no libjansson.so.4")
        return
    wrong = []
    accepted = 0
    for document, ours in zip(documents, by_us(documents)):
        # It takes a NUL after the value for the end.
        found = values(document) if b"\0" not in document else None
        if not found:
            continue
        accepted += 1
        if ours.startswith("!"):
            wrong.append(f"{document[:80]!r}: accepted by jansson: {ours}")
        elif found[0] != json.loads(document):
            wrong.append(f"{document[:80]!r}: {found[0]!r:.80} by jansson")
    check(f"what jansson accepts is accepted with its values ({accepted} of {len(documents)})", wrong)


# ---- SQL ----

def paths(value, path="$"):
    """The places in a value that a path can name, and what is there."""
    yield path, value
    if isinstance(value, list):
        for i, element in enumerate(value):
            yield from paths(element, f"{path}[{i}]")
    elif isinstance(value, dict):
        for key, member in value.items():
            if key and not re.search('["\0\ud800-\udfff\ufffd]', key):
                yield from paths(member, f'{path}."{key}"')


def sql_of(value):
    """The type and the value that document_type() and document_value() are to give, as JSON prints them."""
    if isinstance(value, bool):
        return "true" if value else "false", int(value)
    if isinstance(value, str):
        return "string", bytes.fromhex(event_of_text(value, "s")[1:]).hex().upper()
    if isinstance(value, int) and not -2**63 <= value < 2**63:
        try:
            return "number", float(value)
        except OverflowError:
            return "number", None
    if isinstance(value, (int, float)):
        return "number", value if math.isfinite(value) else None
    return {list: "array", dict: "object", type(None): "null"}[type(value)], None


def same(found, wanted):
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        return math.isclose(found, wanted, rel_tol=1e-14, abs_tol=1e-322)
    return type(found) is type(wanted) and found == wanted


def compare_sql(rng, documents):
    """A sample of places in documents, through the extension's functions."""
    places = []
    for document in documents:
        inside = list(paths(json.loads(document)))
        places += [(document, *place) for place in rng.sample(inside, min(4, len(inside)))]
    statements = ["CREATE TEMP TABLE place(id INTEGER PRIMARY KEY, document BLOB, path TEXT);"]
    statements += [f"INSERT INTO place VALUES({i}, x'{document.hex()}', CAST(x'{path.encode().hex()}' AS TEXT));"
                   for i, (document, path, _) in enumerate(places)]
    statements.append("""
        SELECT id, type, CASE WHEN type IN ('object', 'array') THEN NULL WHEN typeof(value) = 'text' THEN hex(value)
          ELSE value END AS value
        FROM (SELECT id, document_type(document, path) AS type, document_value(document, path) AS value FROM place)
        ORDER BY id;""")
    with tempfile.TemporaryDirectory() as folder:
        db = f"--db={folder}/traces.db"
        subprocess.run([BUILD / "lightning", "import", folder, db], capture_output=True, check=False)
        run = subprocess.run([BUILD / "lightning", "sql", "--write", "--format=json", db],
                             input="\n".join(statements), capture_output=True, check=False, text=True)
    if run.returncode != 0:
        check("lightning sql reads them", [run.stderr])
        return
    rows = json.loads(run.stdout)
    wrong = [f"{document[:80]!r} {path}: {row['type']} {row['value']!r:.60}, not {sql_of(value)!r:.60}"
             for row, (document, path, value) in zip(rows, places)
             if row["type"] != sql_of(value)[0] or not same(row["value"], sql_of(value)[1])]
    if len(rows) != len(places):
        wrong.append(f"{len(rows)} rows")
    check(f"document_type() and document_value() give what Python gives ({len(places)} places)", wrong)


# ---- JSONTestSuite ----

def compare_suite():
    files = sorted((DATA / "jsontest").glob("test_*/*.json"))
    if not files:
        print("skipped: no data (jsontest)")
        return
    documents = [file.read_bytes() for file in files]
    compare("JSONTestSuite is read as Python reads it", documents)
    compare_with_jansson(documents)
    accepted = {file.name for file, found in zip(files, by_us(documents)) if not found.startswith("!")}
    names = {file.name for file in files if file.parent.name == "test_parsing"}
    check("all that must be accepted is", sorted(name for name in names - accepted if name.startswith("y_")))
    # Python writes these three, so they are read.
    written = {"n_number_NaN.json", "n_number_infinity.json", "n_number_minus_infinity.json"}
    check("all that must be rejected is, but for NaN and the infinities",
          sorted({name for name in accepted if name.startswith("n_")} ^ written))


def main():
    rng = random.Random(20241201)
    values = [random_value(rng, 4) for _ in range(150)] + NUMBERS + SPECIAL
    written = list(dumped(values))
    small = [document for document in written if 1 < len(document) < 300]
    odd = by_hand()
    accepted = compare("what json.dumps() writes is accepted", written)
    check("all of it is", [] if accepted == len(written) else [f"{len(written) - accepted} rejected"])
    compare("a repeated key changes nothing", [with_repeated_keys(rng) for _ in range(300)])
    compare("nesting up to 900 levels is read", list(nested()))
    compare("odd documents are read or rejected alike", odd)
    compare("documents spoilt by one byte are rejected alike", list(spoilt(rng, small * 2)))
    compare_with_jansson(written + odd)
    compare_sql(rng, rng.sample(small, 400))
    compare_suite()
    sys.exit(1 if failures else 0)


main()
