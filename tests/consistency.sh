#!/bin/sh
# consistency.sh -- what is stored is what the functions say, what a folder read in place says, and, byte
# for byte, what the files hold. On every trace of the demo, and of the 3,000 in $LIGHTNING_DATA
# (default: ../shared/data) where they are. B is the build under test.
set -eu
cd "$(dirname "$0")/.."
build=$(cd "${B:-build}" && pwd)
data=${LIGHTNING_DATA:-../shared/data}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# The columns that come from the document and the folder; the others are ids that the file gives.
columns='trace_id, component, day, timestamp_start, timestamp_end, session_id, user_id, model,
  latency_ms, prompt_tokens, completion_tokens, finish_reason, blocked, error_class, reward,
  reward_safety, reward_empathy, reward_length, reward_latency, combined_reward, sample_weight,
  error, response_text'

# prints WHAT EXPECTED SQL: over $db, with the folder's name as @tree.
prints()
{
    found=$(sqlite3 -batch -init /dev/null -cmd ".load '$build/lightning'" \
        -cmd ".parameter set @tree \"'$tree'\"" "$db" "$3" 2>&1)
    if [ "$found" = "$2" ]; then
        echo "ok: $name: $1"
    else
        echo "FAILED: $name: $1: expected «$2», found:"
        echo "$found" | head -n 5
        failed=1
    fi
}

# agrees NAME TREE TRACES NOT_IMPORTED
agrees()
{
    name=$1
    tree=$2
    n=$3
    db=$work/$1.db
    "$build/lightning" import "$tree" --db "$db" --keep-text >/dev/null 2>&1 || [ $? = 1 ]
    prints 'as many traces as there should be' "$n|$4" \
        "SELECT count(*), (SELECT count(*) FROM files WHERE state <> 'imported') FROM traces"

    # Stored columns and functions over the document and its parts.
    for pair in 'combined_reward combined_reward(document)' \
        'combined_reward combined_reward(response,latency_ms,metadata)' \
        'reward_safety reward_safety(response,metadata)' \
        'reward_empathy reward_empathy(response)' \
        'reward_length reward_length(response)' \
        'reward_latency reward_latency(latency_ms)' \
        'response_text response_text(response)'; do
        prints "${pair% *} is ${pair#* }" "$n|" \
            "WITH parts AS (
               SELECT *, trace_response(trace_id) AS response,
                 document_value(trace_document(trace_id), '\$.metadata') AS metadata,
                 trace_document(trace_id) AS document
               FROM traces)
             SELECT count(*), group_concat(CASE WHEN ${pair% *} IS NOT ${pair#* } THEN trace_id END) FROM parts"
    done
    # The formula of ext/core/empathy.h, with the limits of the lexicon.
    lexicon=ext/core/empathy.txt
    base=$(awk -F '\t' '$3 == "limit" && $1 == "base" { print $2 }' "$lexicon")
    limits=$(awk -F '\t' '$3 == "limit" && $1 != "base" {
        printf "%s(\047%s\047, %s)", comma, $1, $2; comma = ", " }' "$lexicon")
    prints 'the weights of what was found are the scores' "$n|" \
        "SELECT count(*), group_concat(CASE WHEN
           abs(reward_empathy - CASE WHEN coalesce(response_text, '') = '' THEN 0 ELSE (SELECT w / (1 + w)
             FROM (SELECT ($base + (SELECT total(most * p / (1 + p)) FROM (SELECT column2 AS most,
                 (SELECT total(weight) FROM empathy_findings(trace_response(trace_id))
                  WHERE weight > 0 AND dimension = column1) AS p FROM (VALUES $limits))))
               / (1 - (SELECT total(weight) FROM empathy_findings(trace_response(trace_id))
                  WHERE weight < 0)) AS w)) END) > 1e-9
           OR reward_safety <> ((SELECT total(weight) FROM safety_findings(trace_response(trace_id),
             document_value(trace_document(trace_id), '\$.metadata'))) < 1)
         THEN trace_id END) FROM traces"
    prints 'read_trace() gives the stored columns' "$n" \
        "SELECT count(*) FROM traces AS t, read_trace(trace_document(t.trace_id)) AS r
         WHERE ($(of t)) IS ($(of r))"
    prints 'all are scored by the scorer of this build' "$n" \
        'SELECT count(*) FROM traces JOIN scorers AS s ON s.id = scorer_id WHERE s.hash = lightning_scorer()'
    prints 'the side table has the prompts and responses' "$n" \
        "SELECT count(*) FROM traces JOIN trace_text AS x USING (id)
         WHERE (x.prompt, x.response) IS (trace_prompt(trace_id), trace_response(trace_id))"

    # The folder in place and the file.
    prints 'the folder has the stored rows' '' \
        "SELECT $columns FROM traces EXCEPT SELECT $columns FROM legacy_traces(@tree)"
    prints 'and no others' '' \
        "SELECT $columns FROM legacy_traces(@tree) WHERE file_error IS NULL EXCEPT SELECT $columns FROM traces"
    aggregates='component, model, count(*), sum(blocked), count(error), avg(latency_ms),
      sum(prompt_tokens), sum(completion_tokens), avg(combined_reward), mean_ci(combined_reward),
      percentile(latency_ms, 95), count(DISTINCT day), max(length(response_text))'
    # An aggregate's last digits hang on the order of its rows.
    prints 'aggregates over both are equal' '' \
        "WITH of_file AS (SELECT $aggregates FROM (SELECT * FROM traces ORDER BY day, trace_id LIMIT -1) GROUP BY component, model),
           of_folder AS (SELECT $aggregates FROM (SELECT * FROM legacy_traces(@tree) WHERE file_error IS NULL ORDER BY day, trace_id LIMIT -1)
             GROUP BY component, model)
         SELECT 'file', * FROM (SELECT * FROM of_file EXCEPT SELECT * FROM of_folder)
         UNION ALL SELECT 'folder', * FROM (SELECT * FROM of_folder EXCEPT SELECT * FROM of_file)"

    # The bytes. readfile() is the shell's.
    prints 'every document is its file, byte for byte' "$n|$n|$n|$n" \
        "SELECT count(*), sum(CAST(trace_document(trace_id) AS BLOB) = readfile(root || '/' || path)),
           sum(d.size = length(readfile(root || '/' || path))), sum(d.hash = document_hash(readfile(root || '/' || path)))
         FROM files AS f JOIN traces AS t USING (document_id) JOIN documents AS d ON d.id = t.document_id WHERE f.state = 'imported'"
    prints 'unpack() alone gives the same' "$n" \
        "SELECT count(*) FROM traces AS t JOIN documents AS d ON d.id = t.document_id LEFT JOIN dictionaries AS y ON y.id = d.dictionary_id
         WHERE unpack(d.bytes, y.bytes) = trace_document(t.trace_id)"
    prints 'the file is sound' 'ok' 'PRAGMA foreign_key_check; PRAGMA integrity_check'
}

# of TABLE: the columns, as those of this table. The day of a file is its folder's.
of()
{
    echo "$columns" | sed "s/day, //; s/\([a-z_]\{1,\}\)/$1.\1/g"
}

agrees demo tests/data/traces 35 1
if [ -e "$data/legacy-traces.tar.gz" ]; then
    tar xzf "$data/legacy-traces.tar.gz" -C "$work"
    agrees large "$work/legacy-dev" 3000 0
else
    echo "skipped: 3,000 traces in the file and in the folder: no data in $data"
fi
exit $failed
