-- Facts, as sources tell them; lists inside a fact are JSON text. Times are seconds since 1970 in
-- UTC, Git object ids are 20 bytes, people are keyed hashes. 64-bit hashes and ids are stored as
-- the signed integer with the same bits.
--
-- `seq` is a change number over all tables: a row takes the next one whenever it is inserted or
-- really changed, so "what is news since n" is one range scan of each table. It is the row id,
-- so that rows lie in that order. A row's identity is the UNIQUE constraint.
--
-- There are no foreign keys among facts: a webhook may tell a deployment before anything is known
-- of its repository, and any order of the same facts must give the same figures.

CREATE TABLE change_number (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- Kept apart from the rows, so that deleting the newest of them never gives its number again.
    last INTEGER NOT NULL
) STRICT;
INSERT INTO change_number (only, last) VALUES (1, 0);

CREATE TABLE repositories (
    seq INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    node_id TEXT NOT NULL,
    full_name TEXT NOT NULL,
    -- Only ever grows: references by an old name must stay readable.
    former_names TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'excluded', 'gone')),
    head BLOB CHECK (length(head) = 20),
    created_at INTEGER
) STRICT;

CREATE TABLE deployments (
    seq INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    node_id TEXT NOT NULL,
    repo INTEGER NOT NULL,
    sha BLOB NOT NULL CHECK (length(sha) = 20),
    environment TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    statuses TEXT NOT NULL
) STRICT;

CREATE TABLE pull_requests (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    number INTEGER NOT NULL,
    author INTEGER,
    author_is_bot INTEGER NOT NULL CHECK (author_is_bot IN (0, 1)),
    opened_at INTEGER NOT NULL,
    merged_at INTEGER NOT NULL,
    merge_commit BLOB CHECK (length(merge_commit) = 20),
    head BLOB CHECK (length(head) = 20),
    commits TEXT NOT NULL,
    readiness TEXT NOT NULL,
    reviews TEXT NOT NULL,
    reverts TEXT NOT NULL,
    hotfix INTEGER NOT NULL CHECK (hotfix IN (0, 1)),
    additions INTEGER NOT NULL,
    deletions INTEGER NOT NULL,
    changed_files INTEGER NOT NULL,
    UNIQUE (repo, number)
) STRICT;

CREATE TABLE commits (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    oid BLOB NOT NULL CHECK (length(oid) = 20),
    -- The parents' ids one after the other, first parent first: by far the most numerous list.
    parents BLOB NOT NULL CHECK (length(parents) % 20 = 0),
    authored_at INTEGER NOT NULL,
    committed_at INTEGER NOT NULL,
    headline INTEGER NOT NULL,
    author INTEGER,
    author_is_bot INTEGER NOT NULL CHECK (author_is_bot IN (0, 1)),
    reverts TEXT NOT NULL,
    hotfix INTEGER NOT NULL CHECK (hotfix IN (0, 1)),
    UNIQUE (repo, oid)
) STRICT;

CREATE TABLE lost_commits (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    oid BLOB NOT NULL CHECK (length(oid) = 20),
    UNIQUE (repo, oid)
) STRICT;

CREATE TABLE incidents (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    node_id TEXT NOT NULL,
    repo INTEGER,
    component TEXT,
    counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
    opened_at INTEGER NOT NULL,
    events TEXT NOT NULL,
    causes TEXT NOT NULL,
    fixes TEXT NOT NULL
) STRICT;

CREATE TABLE progress (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    collector TEXT NOT NULL,
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    -- Never goes backwards: reading old pages again takes nothing away.
    through INTEGER,
    UNIQUE (repo, collector)
) STRICT;
