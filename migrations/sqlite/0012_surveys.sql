-- Surveys: how often each answer was given in a team, as JSON. No row, and no part of one, is a
-- person's: answers to several questions are counted apart.
CREATE TABLE surveys (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    closed INTEGER NOT NULL,
    was_shown INTEGER NOT NULL,
    teams TEXT NOT NULL
) STRICT;
