-- score/check: the scorer that goes by the policy ?1, an error if none can, and the policy's name.
SELECT lightning_scorer(?1), CASE json_type(?1, '$.name') WHEN 'text' THEN nullif(json_extract(?1, '$.name'), '') END
