-- Entries by a user, with or without a token of theirs: "ann" and "ann (token ci)". The expression is that of the query in
-- src/audit.rs. Of a failed login, the actor is the name that was typed.

CREATE INDEX audit_by_user ON audit (
    CASE WHEN action <> 'session.login' AND instr(actor, ' (token ') > 0
    THEN substr(actor, 1, instr(actor, ' (token ') - 1) ELSE actor END,
    sequence
);
