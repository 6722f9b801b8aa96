-- Merged pull requests that change infrastructure, and when they were applied. They are apart from
-- the others, since only those of configured repositories are read for this.
CREATE TABLE infrastructure_pulls (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    number INTEGER NOT NULL,
    node_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    merged_at INTEGER NOT NULL,
    applied_at INTEGER,
    UNIQUE (repo, number)
) STRICT;
