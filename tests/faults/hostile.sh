# hostile.sh -- what the tests of hostile folders and of faults share, for them to read in after
# tests/cli/lib.sh.

old='2024-12-06 12:00:00.123456789 UTC'

# trace ID [LATENCY]: a trace's JSON.
trace()
{
    printf '{"trace_id": "%s", "component": "Planner", "response": "I hear you", "latency_ms": %s}' \
        "$1" "${2:-12}"
}

# age PATH…: they were last changed long ago, so that one import settles them for good.
age()
{
    find "$@" -exec touch -h -d "$old" {} +
}

# ledger FILE [WHERE]: its rows, "path|state|reason", names that are no text in hex.
ledger()
{
    sqlite3 "$1" "SELECT CASE typeof(path) WHEN 'blob' THEN quote(path)
        ELSE replace(path, char(10), '\n') END || '|' || state || '|' || coalesce(reason, '')
        FROM files WHERE ${2:-1} ORDER BY typeof(path), root, path"
}

# holds FILE [ROOT]: all that an import brought into it, but for the ids it happened to give and the
# time of their making. With ROOT the folder goes by no name.
holds()
{
    lightning sql --db "$1" --format json "
SELECT trace_id, component, day, timestamp_start, timestamp_end, session_id, user_id, model,
  latency_ms, prompt_tokens, completion_tokens, finish_reason, blocked, error_class, reward,
  reward_safety, reward_empathy, reward_length, reward_latency, combined_reward,
  (SELECT hash FROM scorers WHERE id = scorer_id) AS scorer, sample_weight, error, response_text,
  hex(document_hash(trace_document(trace_id))) AS document
FROM traces ORDER BY trace_id;
SELECT replace(root, '${2:-//}', '') AS root, hex(path) AS path, size, mtime, state, reason, (
    SELECT hex(document_hash(unpack(d.bytes, (
        SELECT y.bytes FROM dictionaries AS y WHERE y.id = d.dictionary_id)))) || hex(d.hash) || d.size
    FROM documents AS d WHERE d.id = f.document_id) AS document
FROM files AS f ORDER BY root, hex(path);
SELECT count(*) AS documents, (SELECT count(*) FROM documents WHERE id NOT IN (
    SELECT document_id FROM files WHERE document_id IS NOT NULL
    UNION SELECT document_id FROM traces WHERE document_id IS NOT NULL)) AS nobodys
FROM documents;"
}

# digest FILE: of all that it holds; another where it cannot be told.
digest()
{
    holds "$1" 2>&1 | cksum
}

# whole FILE: SQLite finds nothing wrong with it.
whole()
{
    same "whether $1 is whole" \
        "$(sqlite3 -cmd '.timeout 30000' "$1" 'PRAGMA integrity_check; PRAGMA foreign_key_check' 2>&1)" ok
}

# names_no_lock FILE…: nobody was told to come again later.
names_no_lock()
{
    same 'complaints of locks' "$(grep -h -i -e lock -e busy "$@")" ''
}

# Whether strace can be used here, and change what system calls give.
can_inject()
{
    strace -qq -o /dev/null -e trace=none -e inject=chdir:error=EIO true 2>/dev/null
}

# Whether the program can take a shim before it: a sanitizer wants to be first.
sanitized()
{
    nm "$program" 2>/dev/null | grep -q -e __asan_init -e __tsan_init
}

# build NAME [FLAG…]: tests/faults/NAME.c becomes ./NAME, or ./NAME.so with -shared.
build()
{
    name=$1
    shift
    out=$work/$name
    case " $* " in *' -shared '*) out=$out.so ;; esac
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -O1 -g -fPIC -o "$out" \
        "$project/tests/faults/$name.c" "$@" || exit 1
}
