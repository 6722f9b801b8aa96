-- The open pull requests of a repository, as JSON: a row is a whole list, which the next reading
-- replaces, so that what was merged or closed is gone with it. People are keyed hashes.
CREATE TABLE open_pull_requests (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL UNIQUE,
    pulls TEXT NOT NULL
) STRICT;
