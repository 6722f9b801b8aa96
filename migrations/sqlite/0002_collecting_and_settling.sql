-- Where each collector goes on; written in the transaction of the facts that it read.
CREATE TABLE cursors (
    repo INTEGER NOT NULL,
    collector TEXT NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (repo, collector)
) STRICT, WITHOUT ROWID;

-- Small named values, such as the cursor of an organisation's discovery.
CREATE TABLE named_values (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The key of the logins' hashes. Made once: with another key every person would be a stranger.
CREATE TABLE login_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

-- A component's first exposition, from which on its counters count.
CREATE TABLE births (
    repo INTEGER NOT NULL,
    component TEXT NOT NULL,
    born_at INTEGER NOT NULL,
    settled_through INTEGER NOT NULL,
    primed_at INTEGER,
    PRIMARY KEY (repo, component)
) STRICT, WITHOUT ROWID;

-- What counters and histograms have counted, as judged then. A scraped counter can take nothing
-- back, so a row is never changed: whoever settles a subject again, after a crash or by other
-- rules, finds it settled. The order of settling is kept as the row id, so that a restart adds
-- the values up in the same order and gets the same sum to the last digit.
CREATE TABLE settled (
    position INTEGER PRIMARY KEY,
    family TEXT NOT NULL,
    subject TEXT NOT NULL,
    repo INTEGER NOT NULL,
    component TEXT NOT NULL,
    team TEXT NOT NULL,
    reason TEXT,
    value REAL NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (family, subject)
) STRICT;
CREATE TRIGGER settled_rows_stay BEFORE UPDATE ON settled
BEGIN
    SELECT RAISE(ABORT, 'a settled row is never changed');
END;
