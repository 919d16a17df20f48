#!/bin/sh
# hostile_export.sh -- `lightning export --as legacy`: what was imported comes back byte for byte, with its
# times, and nothing is written anywhere else.
. "$(dirname "$0")/lib.sh"
. "$project/tests/faults/hostile.sh"

# tree DIR: all that is in it: names, sizes, times, content.
tree()
{
    (
        cd "$1" || exit
        find . -type f -printf '%P %s %T@ ' -exec sh -c 'cksum <"$1"' sh {} \; | sort
        find . ! -type f ! -type d
        find . -mindepth 1 -type d -printf '%P\n' | sort
    )
}

it 'writes every file back as it was'
mkdir -p t/20241206 t/20241207
cp -p "$traces"/20241201/*.json t/20241206/
trace plain >t/20241206/plain.json
trace plain 2 >t/20241206/plain_other.json
cp t/20241206/plain.json t/20241206/plain_same.json
: >t/20241206/empty.json
printf '{"trace_id": "half", "prom' >t/20241206/half.json
printf '\377\000\001 no trace' >t/20241206/bytes.json
printf '  {"trace_id":\t"odd", "nan": NaN, "x": "\\ud800", "x": 1e400}\r\n\n' >t/20241207/odd.json
trace newline >"t/20241207/new
line.json"
trace bytes >"$(printf 't/20241207/odd\377.json')"
trace dash >t/20241207/-rf.json
trace long >"t/20241207/$(printf '%0250d' 0).json"
head -c 3000000 /dev/zero | tr '\0' ' ' >t/20241207/blank.json
n=0
for file in t/*/*; do
    n=$((n + 1))
    touch -d "2024-12-06 12:00:$((n % 60)).$((n * 1237 % 10000))" -- "$file"
done
touch -d '1969-12-31 23:59:59.25 UTC' t/20241207/odd.json
lightning import t --db x.db >/dev/null 2>&1
run lightning export --as legacy out --db x.db
exits 0
prints "$n files written to out"
complains ''
same 'the tree' "$(tree out)" "$(tree t)"
does diff -r t out

it 'gives the same when what it wrote is imported'
lightning import out --db y.db >/dev/null 2>&1
same 'what is in it' "$(holds y.db "$PWD/out")" "$(holds x.db "$PWD/t")"

it 'writes for nobody else'
same 'the permissions' "$(find out -printf '%m\n' | sort | uniq -c | sed 's/^ *//')" "$n 600
3 700"

it 'writes over nothing'
before=$(tree out)
run lightning export --as legacy out --db x.db
exits 3
prints ''
complains 'lightning: out/20241206/Controller_20241201_081407_250118.json: cannot be made: File exists'
same 'the tree' "$(tree out)" "$before"
mkdir -p taken/20241207
echo mine >taken/20241207/blank.json
run lightning export --as legacy taken --db x.db
exits 3
complains 'lightning: taken/20241207/blank.json: cannot be made: File exists'
same 'the file' "$(cat taken/20241207/blank.json)" mine
echo mine >file
run lightning export --as legacy file --db x.db
exits 3
complains 'lightning: file: cannot be opened: Not a directory'
mkdir day_is_file
echo mine >day_is_file/20241206
run lightning export --as legacy day_is_file --db x.db
exits 3
complains 'lightning: day_is_file/20241206: cannot be opened: Not a directory'

it 'does not leave DIR by a link'
mkdir links elsewhere
ln -s ../elsewhere links/20241206
run lightning export --as legacy links --db x.db
exits 3
complains 'lightning: links/20241206: cannot be opened: Not a directory'
same 'what is elsewhere' "$(ls elsewhere)" ''
rm links/20241206
mkdir links/20241206
first=Controller_20241201_081407_250118.json
ln -s ../../elsewhere/new links/20241206/$first
run lightning export --as legacy links --db x.db
exits 3
complains "lightning: links/20241206/$first: cannot be made: File exists"
same 'what is elsewhere' "$(ls elsewhere)" ''

it 'does not leave DIR by a name that somebody put into the ledger'
for path in ../evil.json 20241206/../../evil.json /tmp/evil.json 20241206/ 20241206/. 20241206/.. \
    20241206/a/b evil.json 2024120/x.json 20241206//x ''; do
    cp x.db evil.db
    sqlite3 evil.db "DELETE FROM files; INSERT INTO files (root, path, state, document_id)
      VALUES ('/somewhere', '$path', 'imported', (SELECT min(id) FROM documents))"
    rm -rf out2
    mkdir -p out2/in
    run lightning export --as legacy out2/in --root /somewhere --db evil.db
    exits 3
    complains "lightning: $path: is no YYYYMMDD/NAME, so it is not written"
    same "what «$path» wrote" "$(find out2 -type f)" ''
done
does test ! -e evil.json

it 'refuses two folders that hold the same name, and takes one of them'
mkdir -p u/20241206
trace u >u/20241206/plain.json
trace only >u/20241206/only.json
age u
lightning import u --db x.db >/dev/null 2>&1
run lightning export --as legacy both --db x.db
exits 3
prints ''
complains "lightning: 20241206/plain.json: stands in $PWD/t and in $PWD/u: choose one with --root"
does test ! -e both
run lightning export --as legacy one --root "$PWD/u" --db x.db
exits 0
prints '2 files written to one'
same 'the tree' "$(tree one)" "$(tree u)"
run lightning export --as legacy other --root "$PWD/t" --db x.db
exits 0
same 'the tree' "$(tree other)" "$(tree t)"

it 'gives both folders back as one when no name is in both'
mkdir -p v/20241206 w/20241206 w/20241208
trace v >v/20241206/v.json
trace w >w/20241206/w.json
trace x >w/20241208/x.json
age v w
lightning import v w --db vw.db >/dev/null 2>&1
run lightning export --as legacy vw --db vw.db
exits 0
prints '3 files written to vw'
same 'the files' "$(cd vw && find . -type f | sort)" './20241206/v.json
./20241206/w.json
./20241208/x.json'

it 'says that there is no room'
if unshare -Urm true 2>/dev/null; then
    mkdir room
    # shellcheck disable=SC2016 # another shell's
    run unshare -Urm sh -c 'mount -t tmpfs -o size=100k none room || exit
        "$1" export --as legacy room/out --root "$2" --db x.db
        status=$?
        diff -r room/out "$2" | grep "^diff "
        exit $status' sh "$program" "$PWD/t"
    exits 3
    prints ''
    does grep -q '^lightning: room/out/.*: cannot be written: No space left on device$' "$work/err"
else
    echo 'skipped: no file system can be mounted here'
fi
