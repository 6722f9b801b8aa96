-- What is left of facts and settled rows that were forgotten.

-- Commits below which everything is forgotten: they and all that they contain were live long ago.
-- Collecting takes them as known, and judging as live before anything that is still there.
CREATE TABLE frontier (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    oid BLOB NOT NULL CHECK (length(oid) = 20),
    UNIQUE (repo, oid)
) STRICT;

-- Settled rows that were folded, by all that counters and histograms tell apart. `upto` is the
-- bucket's upper bound in seconds; for counters, and above all bounds, the greatest number.
CREATE TABLE totals (
    family TEXT NOT NULL,
    repo INTEGER NOT NULL,
    component TEXT NOT NULL,
    team TEXT NOT NULL,
    org TEXT NOT NULL,
    label TEXT NOT NULL,
    upto INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    -- When the newest of them happened.
    newest INTEGER NOT NULL,
    -- The last pull request among them, with its value in seconds.
    pull INTEGER,
    pull_value INTEGER,
    PRIMARY KEY (family, repo, component, team, org, label, upto)
) STRICT, WITHOUT ROWID;
