-- legacy_rewards: the numbers of the script that lightning replaces, by its own rules
-- needs: lightning
-- :start_date first day whose rewards count, YYYY-MM-DD (default: the first there is)
-- :end_date last day whose rewards count, YYYY-MM-DD (default: the last there is)
--
-- traces and mean_latency_ms count every day, whatever the dates: that is how the script had it.
-- Sums run in the order of the files, as its did, so that even the last digit is the same. A latency
-- of NaN counts as slow, as it did there; the mean leaves it out.
WITH documents AS (
  -- LIMIT keeps SQLite from unpacking a document once for each value that is read from it.
  SELECT component, day, trace_id, coalesce(document, trace_document(trace_id)) AS document
  FROM observations
  LIMIT -1
), read AS (
  SELECT component, day, trace_id, document,
    document_value(document, '$.latency_ms') AS latency,
    document_type(document, '$.response.error') AS error,
    document_value(document, '$.metadata.blocked_by_safety') AS blocked,
    coalesce(document_value(document, '$.response.choices[0].message.content'),
      document_value(document, '$.response.candidates[0].content.parts[0].text'), '') AS reply
  FROM documents
  LIMIT -1
), parts AS (
  SELECT component, day, trace_id, latency,
    latency IS NULL AND document_type(document, '$.latency_ms') IS 'number' AS not_finite,
    CASE WHEN error IS NOT NULL THEN -1.0
      WHEN blocked IS 1 THEN 0.0 ELSE 1.0 END AS safety,
    -- Python lower-cases the Kelvin sign to a k; SQLite's lower() knows ASCII only.
    lower(replace(reply, char(8490), 'k')) AS words,
    -- What length() says, but for replies with a NUL, where it ends.
    instr(reply || CAST(x'ff' AS TEXT), CAST(x'ff' AS TEXT)) - 1 AS length
  FROM read
  LIMIT -1
), scored AS (
  SELECT component, day, trace_id, latency, safety,
    min(((instr(words, 'that sounds difficult') > 0) + (instr(words, 'it makes sense') > 0)
      + (instr(words, 'you''re not alone') > 0) + (instr(words, 'that must feel') > 0)
      + (instr(words, 'it''s valid to feel') > 0)) / 3.0, 1.0) AS empathy,
    CASE WHEN length = 0 THEN 0.0 WHEN length < 20 THEN 0.2 WHEN length < 50 THEN 0.6
      WHEN length <= 200 THEN 1.0 WHEN length <= 300 THEN 0.8 ELSE 0.5 END AS length_reward,
    CASE WHEN not_finite THEN 0.1 WHEN coalesce(latency, 0) = 0 THEN 0.0 WHEN latency < 1000 THEN 1.0
      WHEN latency < 3000 THEN 0.7 WHEN latency < 5000 THEN 0.4 ELSE 0.1 END AS latency_reward
  FROM parts
), rewards AS (
  SELECT component, trace_id, latency,
    CASE WHEN day BETWEEN coalesce(:start_date, '') AND coalesce(:end_date, '9999') THEN
      CASE WHEN safety <= 0 THEN safety
        ELSE 0.5 * safety + 0.3 * empathy + 0.1 * length_reward + 0.1 * latency_reward END
    END AS reward
  FROM scored
  ORDER BY day, trace_id
  LIMIT -1 -- keeps the order for the sums
)
SELECT CASE WHEN each THEN component ELSE '(all)' END AS component, count(*) AS traces,
  avg(latency) AS mean_latency_ms, count(reward) AS n, avg(reward) AS mean, max(reward) AS max,
  min(reward) AS min
FROM rewards
CROSS JOIN (SELECT 0 AS each UNION ALL SELECT 1)
GROUP BY each, CASE WHEN each THEN component END
ORDER BY each, CASE WHEN each THEN component END
