#!/bin/sh
# output.sh -- rows as a table, as CSV, as JSON.
. "$(dirname "$0")/lib.sh"

make_db traces.db
esc=$(printf '\033')

# csv SQL: what is printed is what the shell prints, to the byte.
as_the_shell()
{
    sqlite3 -csv -header traces.db "$1" >shell.csv
    run lightning sql --format csv "$1"
    exits 0
    complains ''
    checks=$((checks + 1))
    cmp -s shell.csv "$work/out" || break_it "differs from the shell: $1"
}

# json SQL: what is printed is JSON.
as_json()
{
    run lightning sql --format json "$1"
    exits 0
    complains ''
    cp "$work/out" rows.json
    checks=$((checks + 1))
    [ "$(sqlite3 :memory: "SELECT json_valid(readfile('rows.json'))")" = 1 ] || break_it "no JSON: $1"
}

it 'prints CSV as the shell does, whatever the byte'
for byte in $(seq 1 255); do
    printf "SELECT CAST(x'41%02x42' AS TEXT) AS a, CAST(x'%02x' AS TEXT) AS b;\n" "$byte" "$byte"
done >bytes.sql
sqlite3 -csv -header traces.db <bytes.sql >shell.csv
run_with "$(cat bytes.sql)" lightning sql --format csv
exits 0
does cmp shell.csv "$work/out"

it 'prints CSV as the shell does, of other nasty values'
as_the_shell "SELECT '' AS e, NULL AS n, ' ' AS b, '\"' AS q, '\"\"' AS qq, 'a,b' AS c, 'a''b' AS s"
as_the_shell "SELECT 'line
break' AS \"column
name\", 'tab	here' AS \"a \"\"b\"\"\", 1 AS '', 2 AS 'x,y'"
as_the_shell "SELECT 'a' || char(0) || 'b' AS z, x'4100ff' AS blob, x'' AS none, zeroblob(3) AS zeros"
as_the_shell "SELECT 0.1, -1.0, 1e300, 1e-300, 0.1 + 0.2, 1e15, 123456789012345678, 9223372036854775807"
as_the_shell "SELECT 1e999 AS i, -1e999 AS m, -0.0 AS z, 100000.0 AS r, 2.5 AS h, 1/3.0 AS t"
as_the_shell "SELECT 'Grüße' AS u, '中文' AS c, char(128512) AS e, CAST(x'c328' AS TEXT) AS bad"
as_the_shell "SELECT 1 AS a WHERE 0"
as_the_shell "SELECT 1 AS a WHERE 0; SELECT 2 AS b; SELECT 3 AS c, 4 AS d"
as_the_shell "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i, i / 7.0 FROM n"

it 'prints reals in JSON with a point, and with the digits that read back as the same'
as_json "SELECT -1.0 AS a, 0.1 AS b, 0.0 AS c, 100000.0 AS d, 1e22 AS e, 1e-7 AS f, 0.0001 AS g,
  0.1 + 0.2 AS h, 1 / 3.0 AS i, 5e-324 AS j, 1.7976931348623157e308 AS k, 123456789.125 AS l,
  9007199254740993.0 AS m, 2.5 AS n, 1e15 AS o, 1e16 AS p, 0.00012 AS q"
prints '[{"a": -1.0, "b": 0.1, "c": 0.0, "d": 100000.0, "e": 1e+22, "f": 1e-07, "g": 0.0001, "h": 0.30000000000000004, "i": 0.3333333333333333, "j": 5e-324, "k": 1.7976931348623157e+308, "l": 123456789.125, "m": 9007199254740992.0, "n": 2.5, "o": 1000000000000000.0, "p": 1e+16, "q": 0.00012}]'
as_json "SELECT 1e999 AS a, -1e999 AS b, NULL AS c, 9223372036854775807 AS d, x'00fF' AS e, x'' AS f"
prints '[{"a": null, "b": null, "c": null, "d": 9223372036854775807, "e": "00ff", "f": ""}]'

it 'prints any text as JSON'
as_json "SELECT '\"' || char(92) || char(10) || char(9) || char(1) || char(127) AS a, 'a' || char(0) || 'b' AS b"
prints '[{"a": "\"\\\n\t\u0001'"$(printf '\177')"'", "b": "a\u0000b"}]'
as_json "SELECT CAST(x'61ff62' AS TEXT) AS a, CAST(x'eda080' AS TEXT) AS b, CAST(x'c0af' AS TEXT) AS c,
  CAST(x'f4908080' AS TEXT) AS d, CAST(x'e282' AS TEXT) AS e, char(65533) AS f"
prints '[{"a": "a�b", "b": "���", "c": "��", "d": "����", "e": "��", "f": "�"}]'
for byte in $(seq 1 255); do
    printf "SELECT CAST(x'41%02x42' AS TEXT) AS a, CAST(x'%02x%02x' AS TEXT) AS b;\n" "$byte" "$byte" "$byte"
done >bytes.sql
run_with "$(cat bytes.sql)" lightning sql --format json
exits 0
cp "$work/out" rows.json
does test "$(wc -l <rows.json)" = 255
invalid=0
while IFS= read -r line; do
    printf '%s' "$line" >line.json
    [ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('line.json') AS TEXT))")" = 1 ] || invalid=$((invalid + 1))
done <rows.json
same 'lines that are no JSON' "$invalid" 0

it 'prints JSON of no rows, of many, and of columns with one name'
as_json 'SELECT 1 AS a WHERE 0'
prints '[]'
as_json "SELECT 1 AS a UNION SELECT 2 UNION SELECT 3"
prints '[{"a": 1},
{"a": 2},
{"a": 3}]'
as_json 'SELECT 1 AS a, 2 AS a, 3 AS "quo""te"'
prints '[{"a": 1, "a:1": 2, "quo\"te": 3}]'

it 'aligns a table: text to the left, numbers to the right, NULL as -'
run lightning sql "SELECT 'Planner' AS component, 12 AS n, 0.5 AS mean UNION ALL SELECT 'Critic', 3456, 0.12345 UNION ALL SELECT NULL, NULL, NULL"
exits 0
prints 'component     n   mean
---------  ----  -----
Planner      12  0.500
Critic     3456  0.123
-             -      -'

it 'rounds numbers so that three or four digits are left'
run lightning sql "SELECT 1234.567 AS thousands, 123.4567 AS hundreds, 12.34567 AS tens, 1.0 AS one, 0.000123456 AS small, 1.5e20 AS large, 2 AS whole UNION ALL SELECT 98765.4, 999.99, 99.999, 0.75, 0.0000005, 0.25, 123456789"
exits 0
prints 'thousands  hundreds    tens   one     small    large      whole
---------  --------  ------  ----  --------  -------  ---------
     1235     123.5   12.35  1.00  0.000123  1.5e+20          2
    98765    1000.0  100.00  0.75   5.0e-07     0.25  123456789'
run lightning sql "SELECT 0.9 AS mean UNION ALL SELECT 1234.5678 UNION ALL SELECT 0.00001 UNION ALL SELECT 0.0"
prints '    mean
--------
   0.900
1234.568
 1.0e-05
   0.000'

it 'makes control characters and escape sequences harmless'
run lightning sql "SELECT 'a' || char(27) || '[31mred' AS x, char(155) || 'c1' AS y, 'l' || char(10) || 'b' || char(9) || 't' || char(13) AS z, char(8238) || 'abc' AS r, CAST(x'ff' AS TEXT) AS bad"
exits 0
prints 'x             y       z          r          bad
------------  ------  ---------  ---------  ---
a\x1b[31mred  \x9bc1  l\nb\tt\r  \u202eabc  �'
run lightning sql "SELECT 1 AS 'a${esc}b'"
prints 'a\x1bb
------
     1'

it 'counts the columns of wide characters and of combining marks'
run lightning sql "SELECT '中文' AS t, 1 AS n UNION ALL SELECT 'cafe' || char(769), 2 UNION ALL SELECT char(128512), 3 ORDER BY n"
exits 0
prints "t     n
----  -
中文  1
café  2
😀    3"

it 'cuts the widest text so that a table fits 80 columns'
run lightning sql "SELECT 'name' AS a, printf('%.*c', 200, 'x') AS b, 1 AS n UNION ALL SELECT 'other', 'short', 22"
exits 0
prints 'a      b                                                                       n
-----  ---------------------------------------------------------------------  --
name   xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxxxxxxxxxxxxxxx   1
other  short                                                                  22'
run lightning sql "SELECT replace(printf('%.*c', 100, '.'), '.', '中') AS wide UNION ALL SELECT 'b' ORDER BY 1"
same 'the widest line in bytes' "$(awk 'length > n { n = length } END { print n }' "$work/out")" 120
run lightning sql "SELECT 111111 AS a_header_much_longer_than_its_numbers, 2 AS another_header_that_is_long, 'x' AS text, 4 AS and_one_more_header UNION ALL SELECT 5, 6, 'y', 7"
prints 'a_header_much_longer_tha…  another_header_that_is_lo…  text  and_one_more_header
-------------------------  --------------------------  ----  -------------------
                   111111                           2  x                       4
                        5                           6  y                       7'

it 'cuts words before names, which are of use only whole'
run lightning sql "SELECT 'MasterResponder_20241201_081408_786253' AS trace_id, 1 AS n, 'That sounds difficult, day after day, in a place that is new.' AS reply UNION ALL SELECT 'x', 2, NULL"
exits 0
prints 'trace_id                                n  reply
--------------------------------------  -  -------------------------------------
MasterResponder_20241201_081408_786253  1  That sounds difficult, day after day…
x                                       2  -'
run lightning sql "SELECT printf('%.*c', 100, 'x') AS a, 'some words here' AS b UNION ALL SELECT 'y', 'z'"
same 'the names, when words are not enough' "$(sed -n 3p "$work/out")" \
    "$(printf '%045d' 0 | tr 0 x)…$(printf '%022d' 0 | tr 0 x)  some word…"

it 'cuts names so that they stay apart'
cut()
{
    run lightning sql "WITH v(m) AS (VALUES $1) SELECT m AS model, 10000000000 AS a, 20000000000 AS b, 30000000000 AS c, 40000000000 AS d, 50000000000 AS e FROM v"
    exits 0
    same "the names of $1" "$(sed -n '3,$s/ .*//p' "$work/out" | tr '\n' ' ')" "$2 "
}
cut "('gemini-1.5-flash'), ('llama-3.1-8b-instant'), ('llama-3.3-70b-versatile')" \
    'gemini-1.5…lash llama-3.1-…tant llama-3.3-…tile'
# Beginning and end in these shares are the same; other shares are not.
cut "('claude-3-5-haiku-20241022'), ('claude-3-5-sonnet-20241022')" 'claude-3-5-hai… claude-3-5-son…'
cut "('gpt-4o-2024-05-13-preview'), ('gpt-4o-2024-08-06-preview')" 'gpt-4…3-preview gpt-4…6-preview'
# Where no cut does it, a row is a list.
cut "('the-very-same-beginning-1-and-end-again'), ('the-very-same-beginning-2-and-end-again')" 'b: c: d: e: model: a: b: c: d: e:'

it 'prints text of several lines as it is when it is too wide for a table'
run lightning sql "SELECT 1 AS n, 'a' || char(10) || printf('%.*c', 75, 'x') AS t UNION ALL SELECT 2, 'b'"
exits 0
prints 'n: 1
t: a
   xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx

n: 2
t: b'
run lightning sql "SELECT 1 AS n, 'a' || char(10) || 'b' AS t UNION ALL SELECT 2, 'c'"
prints 'n  t
-  ----
1  a\nb
2  c'

it 'keeps the columns straight where a wide character does not fit'
run lightning sql "SELECT replace(printf('%.*c', 50, '.'), '.', '中') AS wide, 1 AS n UNION ALL SELECT 'b', 22 ORDER BY n"
same 'the lines' "$(sed 's/中//g' "$work/out")" "wide$(printf '%75s' '')n
$(printf '%76s' '' | tr ' ' -)  --
…$(printf '%4s' '')1
b$(printf '%77s' '')22"

it 'is as wide as the terminal'
script -qec "stty cols 40; '$program' sql \"SELECT 'name' AS a, printf('%.*c', 200, 'x') AS b UNION ALL SELECT 'other', 'short'\"" /dev/null \
    >typescript </dev/null
same 'the lines' "$(tr -d '\r' <typescript)" 'a      b
-----  ---------------------------------
name   xxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxxx
other  short'

it 'prints a row that is too wide as a list, and nothing of it is cut'
run lightning sql "SELECT 'Planner' AS component, NULL AS model, 0.75 AS combined_reward, 'It makes sense that this feels like too much at once, and it is all right to take one thing at a time.
Second line.' AS response_text"
exits 0
prints 'component:       Planner
model:           -
combined_reward: 0.75
response_text:   It makes sense that this feels like too much at once, and it is
                 all right to take one thing at a time.
                 Second line.'
run lightning sql "SELECT printf('%.*c', 100, 'x') AS a, '' AS empty"
prints 'a:     xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
       xxxxxxxxxxxxxxxxxxxxxxxxxxx
empty:'

it 'prints rows with too many columns as lists'
columns=$(seq -s ', ' 1 40 | sed 's/[0-9][0-9]*/& AS column&/g')
run lightning sql "SELECT $columns UNION ALL SELECT $columns"
exits 0
same 'lines' "$(wc -l <"$work/out")" 81
same 'the first' "$(sed -n 1p "$work/out")" 'column1:  1'

it 'shows bytes as hexadecimal, the first of many'
run lightning sql "SELECT x'00ff' AS a, zeroblob(1000000) AS b"
prints "a        b
-------  ------------------------------------
x'00ff'  x'00000000000000000000000000000000…'"

it 'prints more rows than it looks at first'
run lightning sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT i, 'row' AS t FROM n"
exits 0
same 'lines' "$(wc -l <"$work/out")" 100002
same 'the last, wider than all in the sample' "$(tail -n 1 "$work/out")" '100000  row'

it 'separates tables, and prints nothing for what gives no rows'
run lightning sql "SELECT 1 AS a; SELECT 2 AS b WHERE 0; CREATE TEMP TABLE t (x); SELECT 3 AS c"
exits 0
prints 'a
-
1

c
-
3'
