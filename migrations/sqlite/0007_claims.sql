-- What sources say of whose a repository is, all of one source in one row, so that a new answer
-- replaces the whole of the former one. The repository 0 stands for a source that is in none.
CREATE TABLE claims (
    seq INTEGER PRIMARY KEY,
    repo INTEGER NOT NULL,
    source TEXT NOT NULL,
    claims TEXT NOT NULL,
    UNIQUE (repo, source)
) STRICT;
