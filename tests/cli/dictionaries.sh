#!/bin/sh
# dictionaries.sh -- what documents are packed with: made when there are enough of them, made anew when
# far more come than it is for, and what was packed with any of them comes back.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

# traces DAY FROM TO: files of some 500 bytes, which are alike and yet not the same.
traces()
{
    mkdir -p "t/$1"
    awk -v day="$1" -v from="$2" -v to="$3" 'BEGIN {
        for (i = from; i <= to; i++) {
            name = "t/" day "/trace" i ".json"
            printf "{\"trace_id\": \"trace%d\", \"component\": \"C%d\", \"prompt\": \"You are kind.", i, i % 3 >name
            for (k = 0; k < 8; k++)
                printf " Sentence %d is one of many that recur.", (i * (k + 3)) % 997 >name
            printf "\", \"response\": {\"choices\": [{\"message\": {\"content\": \"Reply %d.\"}}]}}", i * 7919 >name
            close(name)
        }
    }'
    age t
}

dictionaries()
{
    sqlite3 x.db 'SELECT count(*) FROM dictionaries'
}

it 'makes none for a few documents'
traces 20241201 1 150
run lightning import t --db x.db
exits 0
same 'dictionaries' "$(dictionaries)" 0

it 'makes one for some hundreds, of about a hundredth of their size'
traces 20241202 151 1200
run lightning import t --db x.db
exits 0
same 'dictionaries' "$(dictionaries)" 1
same 'a fair size' "$(sqlite3 x.db 'SELECT length(bytes) BETWEEN 4000 AND 8192 FROM dictionaries')" 1
same 'documents packed with it' "$(sqlite3 x.db 'SELECT sum(dictionary_id = 1), sum(dictionary_id IS NULL) FROM documents')" '1050|150'

it 'keeps it while the file grows a little, and when nothing changes'
traces 20241203 1201 1400
run lightning import t --db x.db
exits 0
run lightning import t --db x.db
exits 0
same 'dictionaries' "$(dictionaries)" 1

it 'makes a larger one when far more come than it is for'
traces 20241204 1401 15000
run lightning import t --db x.db
exits 0
same 'dictionaries' "$(dictionaries)" 2
same 'documents packed with each' \
    "$(sqlite3 x.db 'SELECT dictionary_id, count(*) FROM documents GROUP BY 1' | xargs)" '|150 1|1250 2|13600'
same 'the second is larger' \
    "$(sqlite3 x.db 'SELECT min(length(bytes)) * 4 < max(length(bytes)) FROM dictionaries')" 1

it 'makes no third for what is there'
traces 20241205 15001 15001
run lightning import t --db x.db
exits 0
same 'dictionaries' "$(dictionaries)" 2

it 'gives all of them back'
run lightning export --as legacy back --db x.db
exits 0
run diff -r t back
exits 0
prints ''
