-- What webhooks said has news and what was not looked at since; the repository 0 stands for all of a
-- source. The number grows, so that a hint which comes again while it is looked at stays.
CREATE TABLE hints (
    source TEXT NOT NULL,
    repo INTEGER NOT NULL,
    news TEXT NOT NULL,
    node TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (source, repo, news, node)
) STRICT, WITHOUT ROWID;
