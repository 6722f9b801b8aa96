-- A repository may be transferred to another organisation, or be gone: what was counted for an
-- organisation stays counted there. Rows of before count for none.
ALTER TABLE settled ADD COLUMN org TEXT NOT NULL DEFAULT '';
