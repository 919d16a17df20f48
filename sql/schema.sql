-- schema: what a new traces.db holds, first: version 1. sql/migrations/ brings a file, this one and
-- older ones alike, up to the versions after it; the command line applies both.
--
-- Nothing stored here calls a function of the extension, and nothing needs more than SQLite 3.31:
-- any sqlite3 can read the file and write to `inbox`. By hand: sqlite3 traces.db < sql/schema.sql,
-- then each file of sql/migrations/ as its head says (the command line also makes the file readable
-- by its owner alone, and migrates a file when it first opens it for writing).

PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;

BEGIN IMMEDIATE;

PRAGMA application_id = 1818847086; -- 'lign'
PRAGMA user_version = 1;

-- Who computed the derived columns of a trace.
CREATE TABLE scorers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE, -- of lexicon, rules and weights
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

-- What documents are packed with. A dictionary holds fragments of the documents it was trained
-- on, so it is as private as they are.
CREATE TABLE dictionaries (
  id INTEGER PRIMARY KEY,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  documents_before INTEGER NOT NULL DEFAULT 0, -- how many documents there were: far more call for a new one
  bytes BLOB NOT NULL CHECK (typeof(bytes) = 'blob')
);

-- Whose documents a dictionary was trained on.
CREATE TABLE dictionary_samples (
  dictionary_id INTEGER NOT NULL REFERENCES dictionaries (id) ON DELETE CASCADE,
  trace_id TEXT NOT NULL,
  PRIMARY KEY (dictionary_id, trace_id)
) WITHOUT ROWID;

-- The originals, byte for byte: unpack(bytes, dictionary) gives them back.
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: the ledger refers to it
  hash BLOB NOT NULL CHECK (typeof(hash) = 'blob' AND length(hash) = 16), -- XXH3-128 of the original
  dictionary_id INTEGER REFERENCES dictionaries (id), -- NULL: packed without one
  size INTEGER NOT NULL CHECK (typeof(size) = 'integer' AND size >= 0), -- of the original, in bytes
  bytes BLOB NOT NULL CHECK (typeof(bytes) = 'blob')
);

-- The prompts behind the traces: templates, mined or registered.
CREATE TABLE prompts (
  id INTEGER PRIMARY KEY,
  component TEXT,
  name TEXT,
  template TEXT NOT NULL,
  hash TEXT NOT NULL,
  superseded_by INTEGER REFERENCES prompts (id),
  UNIQUE (component, hash)
);

-- One row per LLM call: small columns first, text last, so that a report reads few pages.
CREATE TABLE traces (
  id INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL UNIQUE CHECK (typeof(trace_id) = 'text' AND length(CAST(trace_id AS BLOB)) > 0),
  component TEXT,
  day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  timestamp_start TEXT, -- as the writer wrote it: naive local time in the old folders
  timestamp_end TEXT,
  session_id TEXT,
  user_id TEXT,
  model TEXT,
  latency_ms REAL CHECK (typeof(latency_ms) IN ('real', 'null')),
  prompt_tokens INTEGER CHECK (typeof(prompt_tokens) IN ('integer', 'null')),
  completion_tokens INTEGER CHECK (typeof(completion_tokens) IN ('integer', 'null')),
  finish_reason TEXT, -- stop, length, tool, filter, or the provider's word
  blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
  error_class TEXT, -- rate_limit, timeout, auth, content_filter, server, bad_request, other
  reward REAL CHECK (typeof(reward) IN ('real', 'null')), -- as the writer recorded it
  reward_safety REAL CHECK (typeof(reward_safety) IN ('real', 'null')),
  reward_empathy REAL CHECK (typeof(reward_empathy) IN ('real', 'null')),
  reward_length REAL CHECK (typeof(reward_length) IN ('real', 'null')),
  reward_latency REAL CHECK (typeof(reward_latency) IN ('real', 'null')),
  combined_reward REAL CHECK (typeof(combined_reward) IN ('real', 'null')),
  scorer_id INTEGER REFERENCES scorers (id),
  prompt_id INTEGER REFERENCES prompts (id),
  document_id INTEGER REFERENCES documents (id),
  sample_weight REAL NOT NULL DEFAULT 1 CHECK (typeof(sample_weight) = 'real' AND sample_weight > 0), -- how many calls it stands for
  error TEXT, -- NULL when the call succeeded; credentials in it are masked
  response_text TEXT -- '' when the assistant said nothing, NULL when the call failed
);

-- Within a day, and within a component, rows stay in the order in which a folder gives them, so that
-- sums over both are equal to the last digit.
CREATE INDEX traces_by_day ON traces (day, component);
CREATE INDEX traces_by_component ON traces (component);
CREATE INDEX traces_by_document ON traces (document_id);
CREATE INDEX traces_by_session ON traces (session_id) WHERE session_id IS NOT NULL;

-- What `import --keep-text` keeps in the open, for readers without the extension.
CREATE TABLE trace_text (
  id INTEGER PRIMARY KEY REFERENCES traces (id) ON DELETE CASCADE,
  prompt TEXT, -- a JSON string as its words, null as NULL, anything else as its JSON; so too the others
  metadata TEXT,
  response TEXT
);

-- The ledger: one row per file ever met.
CREATE TABLE files (
  root TEXT NOT NULL, -- the traces folder, absolute, symbolic links resolved
  path NOT NULL CHECK (typeof(path) IN ('text', 'blob')), -- below root; a blob when it is not UTF-8
  size INTEGER, -- in bytes
  mtime INTEGER, -- nanoseconds since 1970
  recheck INTEGER NOT NULL DEFAULT 0 CHECK (recheck IN (0, 1)), -- 1: written so shortly before it was
    -- read that its mtime would not tell of a later change: to be read again
  state TEXT NOT NULL CHECK (state IN ('imported', 'duplicate', 'conflict', 'rejected', 'incomplete', 'skipped')),
  reason TEXT, -- why it is not imported, or what was odd about it
  document_id INTEGER, -- no foreign key: the index it needs would be as large as the ledger
  held_id INTEGER, -- while the file is broken: the document of the trace it held before
  PRIMARY KEY (root, path)
) WITHOUT ROWID;

CREATE INDEX files_not_imported ON files (document_id, state) WHERE state <> 'imported';

-- Scores by people and judges.
CREATE TABLE feedback (
  id INTEGER PRIMARY KEY,
  trace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL CHECK (typeof(value) = 'real'),
  source TEXT NOT NULL,
  comment TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE INDEX feedback_by_trace ON feedback (trace_id);

-- Any program may insert a trace's JSON here; the next command that may write takes it in.
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY,
  document NOT NULL CHECK (typeof(document) IN ('text', 'blob')),
  received_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  reason TEXT -- why it was not taken in; NULL while it waits
);

CREATE INDEX inbox_waiting ON inbox (id) WHERE reason IS NULL;

-- What reports read. `--metric`, `--where` and `--trace-dir` put a TEMP view of this name in front.
-- Over a folder, prompt and document come with each row; here trace_prompt() and trace_document()
-- give them.
CREATE VIEW observations AS
SELECT *, combined_reward AS metric, NULL AS prompt, NULL AS document
FROM traces;

COMMIT;
