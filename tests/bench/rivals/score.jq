# score.jq -- the same scoring by jq -n, of all documents on its input; the rules are those of
# sql/reports/legacy_rewards.sql.
def flag: if . then 1 else 0 end;
def reward:
  (.response.choices[0].message.content? // .response.candidates[0].content.parts[0].text? // "")
    as $text
  | ($text | ascii_downcase) as $words
  | ($text | length) as $n
  | .latency_ms as $ms
  | if .response | has("error") then -1
    elif .metadata.blocked_by_safety == true then 0
    else
      ([(("that sounds difficult", "it makes sense", "you're not alone", "that must feel",
          "it's valid to feel") as $phrase | $words | contains($phrase) | flag)] | add / 3
        | if . > 1 then 1 else . end) as $empathy
      | (if $n == 0 then 0 elif $n < 20 then 0.2 elif $n < 50 then 0.6 elif $n <= 200 then 1
         elif $n <= 300 then 0.8 else 0.5 end) as $length
      | (if $ms == 0 then 0 elif $ms < 1000 then 1 elif $ms < 3000 then 0.7 elif $ms < 5000 then 0.4
         else 0.1 end) as $latency
      | 0.5 + 0.3 * $empathy + 0.1 * $length + 0.1 * $latency
    end;
reduce inputs as $trace ({}; .[$trace.component] |= {n: (.n + 1), sum: (.sum + ($trace | reward))})
| to_entries | sort_by(.key)[]
| "\(.key)|\(.value.n)|\(.value.sum / .value.n)"
