-- Repeats of an entry within a short time share a second one: how often (the first one is not among them), and since
-- when; `at` is the last. So sum(times) counts everything, whether it was summed up or not.

ALTER TABLE audit ADD COLUMN times INTEGER NOT NULL DEFAULT 1 CHECK (times > 0);
ALTER TABLE audit ADD COLUMN since INTEGER;
