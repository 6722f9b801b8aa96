-- Runs of continuous integration, each as its last attempt; `selection` is a hash of the configuration
-- that made it one. Hosts number runs across repositories.
CREATE TABLE workflow_runs (
    seq INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    repo INTEGER NOT NULL,
    workflow INTEGER NOT NULL,
    sha BLOB NOT NULL CHECK (length(sha) = 20),
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'failed', 'nothing')),
    selection INTEGER NOT NULL
) STRICT;
