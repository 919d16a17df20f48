-- 0002-policies: what a team's own rules are kept in, and which scorer went by them.
--
-- By hand, on a file of version 1 (`PRAGMA user_version` tells) and in one transaction, so that it
-- happens once or not at all:
--
--     sqlite3 -bail traces.db 'BEGIN IMMEDIATE' '.read sql/migrations/0002-policies.sql' \
--       'PRAGMA user_version = 2' COMMIT

-- What people decided and commands go by, such as the JSON of `lightning score --policy FILE`.
CREATE TABLE policies (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, -- what it rules: safety
  name TEXT NOT NULL, -- what people call it: the name of the file it was read from
  policy TEXT NOT NULL CHECK (typeof(policy) = 'text'),
  in_force INTEGER NOT NULL DEFAULT 0 CHECK (in_force IN (0, 1)), -- 1: for what comes in from now on
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

-- One at most of each kind.
CREATE UNIQUE INDEX policies_in_force ON policies (kind) WHERE in_force = 1;

-- The policy that a scorer went by; NULL: none. It is part of the scorer's hash.
ALTER TABLE scorers ADD COLUMN policy_id INTEGER REFERENCES policies (id);

-- Documents that the inbox brought too, after a file had: their traces stay when the file is rewritten,
-- since whoever wrote to the inbox may count on them. (No table for conflicts: files.held_id of a
-- conflict is the document of the trace that stays.)
CREATE TABLE inbox_documents (
  document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE
);
