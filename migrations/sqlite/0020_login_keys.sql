-- The keys of the logins' hashes, in order: a login is hashed by the first, and the hash by each that
-- came after. The first is made with the store; each later one took the place of the one before.
CREATE TABLE login_keys (
    position INTEGER PRIMARY KEY,
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

INSERT INTO login_keys (position, key) SELECT only, key FROM login_key;

DROP TABLE login_key;
