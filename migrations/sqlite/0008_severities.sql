-- The component that a configured rule gives for an incident's labels or title, and the severities
-- that the configuration speaks of. Incidents that are stored already are read again once rules or
-- severities are configured.
ALTER TABLE incidents ADD COLUMN ruled TEXT;
ALTER TABLE incidents ADD COLUMN severities TEXT NOT NULL DEFAULT '[]';
