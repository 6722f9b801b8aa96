-- What tells the components of one repository apart. Rows from before hold nothing of it: their
-- lists are read again where components are declared.

-- The task and the payload fields that selectors name, as a JSON list.
ALTER TABLE deployments ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
-- Names of the components whose globs match a changed path, as a JSON list; NULL where paths decide
-- nothing or could not be read.
ALTER TABLE pull_requests ADD COLUMN components TEXT;
