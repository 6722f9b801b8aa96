-- Deployments that are not to production: no figure is made of them, and they are kept for the
-- look-back so that it can be told how many were left out, each once however often it is read. They
-- have no change number, since whoever follows the facts has no use for them.
CREATE TABLE other_deployments (
    repo INTEGER NOT NULL,
    id INTEGER NOT NULL,
    environment TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (repo, id)
) STRICT, WITHOUT ROWID;

-- The page of an incident, where its source tells one.
ALTER TABLE incidents ADD COLUMN url TEXT;
