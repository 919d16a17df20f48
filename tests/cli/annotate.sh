#!/bin/sh
# annotate.sh -- `lightning annotate`: what people think of a trace.
. "$(dirname "$0")/lib.sh"

make_db traces.db "INSERT INTO traces (trace_id, day, response_text) VALUES
  ('Talk_20241206_1', '2024-12-06', 'I hear you.'), ('Talk_20241206_2', '2024-12-06', 'No.'),
  ('Plan_20241206_1', '2024-12-06', '{}'), ('odd, \"one\"', '2024-12-06', '')"
feedback='SELECT trace_id, name, value, source, comment FROM feedback ORDER BY id'

it 'keeps a score, who gave it, and why'
run lightning annotate Talk_20241206_1 --score 0.8 --by ana --comment 'warm, "short"'
exits 0
prints 'Talk_20241206_1: scored'
complains ''
run lightning annotate Plan --score=-1.5e1 --by ben --name use
exits 0
prints 'Plan_20241206_1: scored'
same 'feedback' "$(sqlite3 traces.db "$feedback")" 'Talk_20241206_1|overall|0.8|ana|warm, "short"
Plan_20241206_1|use|-15.0|ben|'
same 'its time' "$(sqlite3 traces.db "SELECT created_at GLOB '20??-??-??T??:??:??.???Z' FROM feedback")" '1
1'

it 'takes a second score by the same person for the one that counts'
run lightning annotate Talk_20241206_1 --score 0.8 --by ana --comment 'warm, "short"'
exits 0
prints 'Talk_20241206_1: as it was'
run lightning annotate Talk_20241206_1 --score 0.6 --by ana
exits 0
prints 'Talk_20241206_1: score changed'
run lightning annotate Talk_20241206_1 --score 0.6 --by ben
exits 0
prints 'Talk_20241206_1: scored'
run lightning annotate Talk_20241206_1 --score 0.6 --by ana --name empathy
exits 0
prints 'Talk_20241206_1: scored'
same 'feedback' "$(sqlite3 traces.db "$feedback")" 'Talk_20241206_1|overall|0.6|ana|
Plan_20241206_1|use|-15.0|ben|
Talk_20241206_1|overall|0.6|ben|
Talk_20241206_1|empathy|0.6|ana|'

it 'refuses a trace that is not there, and names the nearest'
run lightning annotate Talk_20241206_3 --score 1 --by ana
exits 3
prints ''
complains 'lightning: traces.db: no trace is called Talk_20241206_3: did you mean Talk_20241206_1?'
run lightning annotate Nothing --score 1 --by ana
exits 3
complains 'lightning: traces.db: no trace is called Nothing or begins with it'
run lightning annotate Talk --score 1 --by ana
exits 2
complains 'lightning: traces.db: several traces begin with Talk: give more of the name'

it 'says what is missing or wrong'
run lightning annotate
exits 2
complains 'lightning: which trace? `lightning annotate TRACE --score 0.8 --by ana`, or --csv FILE'
run lightning annotate Talk --by ana
exits 2
complains 'lightning: say what the trace deserves: --score 0.8'
run lightning annotate Talk --score 1
exits 2
complains 'lightning: say who judged: --by ana'
for score in good 1e999 nan '' 0x10 1,5; do
    run lightning annotate Plan "--score=$score" --by ana
    exits 2
    complains "lightning: --score $score is no number such as 0.8"
done
run lightning annotate Plan --score 1 --by ''
exits 2
complains 'lightning: --by is empty'
run lightning annotate Plan --score 1 --csv file.csv
exits 2
complains 'lightning: --csv has the traces and the scores: leave --score out'
run lightning annotate Plan --score 1 --by ana --db nowhere.db
exits 3
same 'scores' "$(sqlite3 traces.db 'SELECT count(*) FROM feedback')" 4

# ---- from a file ----

it 'reads what spreadsheets write: a mark, CRLF, quotes, newlines in quotes, empty lines'
sqlite3 traces.db 'DELETE FROM feedback'
printf '\357\273\277Trace_ID,name,"value",source,comment\r\nTalk_20241206_1,empathy, 4 ,ana,"two\r\nlines, and ""quotes"""\r\n\r\n"odd, ""one""",empathy,1,ana,\r\nPlan_20241206_1,use,2.5,"Ben, the 2nd",said "no"' >scores.csv
run lightning annotate --csv scores.csv
exits 0
prints 'scores.csv: 3 scores: 3 new, 0 changed, 0 there already'
complains ''
same 'feedback' "$(sqlite3 traces.db "SELECT trace_id, name, value, source, quote(replace(comment, char(13), '')) FROM feedback ORDER BY name, trace_id")" "Talk_20241206_1|empathy|4.0|ana|'two
lines, and \"quotes\"'
odd, \"one\"|empathy|1.0|ana|NULL
Plan_20241206_1|use|2.5|Ben, the 2nd|'said \"no\"'"

it 'doubles nothing when the file is read again'
before=$(sqlite3 traces.db 'SELECT * FROM feedback')
run lightning annotate --csv scores.csv
exits 0
prints 'scores.csv: 3 scores: 0 new, 0 changed, 3 there already'
same 'feedback' "$(sqlite3 traces.db 'SELECT * FROM feedback')" "$before"
printf 'trace_id,value,source,name\nTalk_20241206_1,5,ana,empathy\nTalk_20241206_1,5,ana,empathy\nTalk_20241206_2,1,ana,empathy\n' >more.csv
run lightning annotate --csv more.csv
exits 0
prints 'more.csv: 2 scores: 1 new, 1 changed, 0 there already'
same 'scores' "$(sqlite3 traces.db "SELECT value FROM feedback WHERE trace_id = 'Talk_20241206_1'")" 5.0

it 'takes name and judge from the options where the file has no such column'
run_with 'trace_id,value
Talk_20241206_2,0.25' lightning annotate --csv - --by dora
exits 0
prints '-: 1 score: 1 new, 0 changed, 0 there already'
same 'score' "$(sqlite3 traces.db "SELECT name, value FROM feedback WHERE source = 'dora'")" 'overall|0.25'
printf 'trace_id,value\nTalk_20241206_2,0.25' >two.csv
run lightning annotate --csv two.csv
exits 3
complains 'lightning: two.csv: no column source: say who judged with --by'

it 'names each bad line, and takes in nothing'
before=$(sqlite3 traces.db 'SELECT * FROM feedback')
cat >bad.csv <<'END'
trace_id,name,value,source,comment
Talk_20241206_1,empathy,3,zoe,fine
Talk_20241206_2,empathy,good,zoe,
Talk_20241206_2,empathy,"0,5",zoe,
Talk_20241206_9,empathy,1,zoe,
,empathy,1,zoe,
Talk_20241206_2,empathy,1
Talk_20241206_1,empathy,4,zoe,
Talk_20241206_2,empathy,1,"zoe"x,
Talk_20241206_2,empathy,1,,
END
printf 'Talk_20241206_2,empathy,1,zo\377,\n' >>bad.csv
run lightning annotate --csv bad.csv
exits 3
prints ''
complains 'lightning: bad.csv: line 3: the score "good" is no number such as 0.8
lightning: bad.csv: line 4: the score "0,5" is no number such as 0.8
lightning: bad.csv: line 6: no trace_id
lightning: bad.csv: line 7: has 3 fields, the header 5
lightning: bad.csv: line 9: something stands between a closing quote and the next comma
lightning: bad.csv: line 10: no source
lightning: bad.csv: line 11: the source is not UTF-8
lightning: bad.csv: line 5: no trace is called Talk_20241206_9: did you mean Talk_20241206_1?
lightning: bad.csv: line 8: Talk_20241206_1 has another "empathy" by zoe on line 2
lightning: bad.csv: nothing was taken in'
same 'feedback' "$(sqlite3 traces.db 'SELECT * FROM feedback')" "$before"

it 'names ten lines at most'
{ echo trace_id,value,source; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo "none$i,1,ana"; done; } >many.csv
run lightning annotate --csv many.csv
exits 3
same 'lines' "$(grep -c 'no trace is called' "$work/err")" 10
does grep -q '^lightning: many.csv: and 3 more$' "$work/err"

it 'counts lines through quoted newlines, and finds a quote that is never closed'
printf 'trace_id,value,source,comment\nPlan_20241206_1,1,ana,"a\nb\nc"\nPlan_20241206_1,x,ana,\nPlan_20241206_1,1,"ana,\n\n' >open.csv
run lightning annotate --csv open.csv
exits 3
complains 'lightning: open.csv: line 5: the score "x" is no number such as 0.8
lightning: open.csv: line 6: a quote is never closed
lightning: open.csv: nothing was taken in'

it 'says what is wrong with a header'
printf '' >h.csv
run lightning annotate --csv h.csv
exits 3
complains 'lightning: h.csv: is empty: it needs a header'
printf 'Talk_20241206_1,1,ana\n' >h.csv
run lightning annotate --csv h.csv
exits 3
complains 'lightning: h.csv: line 1: no column trace_id: the first line names the columns, such as trace_id,name,value,source,comment'
printf 'trace_id;value;source\n' >h.csv
run lightning annotate --csv h.csv
exits 3
complains 'lightning: h.csv: line 1: no column trace_id: the first line names the columns, such as trace_id,name,value,source,comment'
printf 'trace_id,value,source,value\n' >h.csv
run lightning annotate --csv h.csv
exits 3
complains 'lightning: h.csv: two columns are called value'
printf 'trace_id,value,source,coment\n' >h.csv
run lightning annotate --csv h.csv
exits 0
prints 'h.csv: 0 scores: 0 new, 0 changed, 0 there already'
complains 'lightning: h.csv: the column "coment" is not read: is it meant for comment?'
printf 't\000r\000' >h.csv
run lightning annotate --csv h.csv
exits 3
complains 'lightning: h.csv: has NUL bytes: is it UTF-16? save it as CSV in UTF-8'
run lightning annotate --csv nowhere.csv
exits 3
complains 'lightning: cannot read nowhere.csv: No such file or directory'

it 'lets several write at once'
for judge in a b c d; do
    { echo trace_id,value,source; for i in 1 2; do echo "Talk_20241206_$i,1,$judge"; done; } >"$judge.csv"
    lightning annotate --csv "$judge.csv" >"$judge.log" 2>&1 &
done
wait
same 'what they say' "$(cat a.log b.log c.log d.log)" 'a.csv: 2 scores: 2 new, 0 changed, 0 there already
b.csv: 2 scores: 2 new, 0 changed, 0 there already
c.csv: 2 scores: 2 new, 0 changed, 0 there already
d.csv: 2 scores: 2 new, 0 changed, 0 there already'

it 'only prints with --show-sql'
run lightning --show-sql annotate Talk --score 1 --by ana --db nowhere.db
exits 0
does grep -q 'INSERT INTO main.feedback' "$work/out"
does test ! -e nowhere.db
