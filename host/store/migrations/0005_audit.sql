-- Who signed in, and who changed what an administration must answer for. Append-only: each line carries the hash of the one before it.
CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY,  -- 1, 2, 3 ... without a gap
    at     INTEGER NOT NULL,
    person TEXT NOT NULL,        -- id; '' for the command line. No reference: the line outlives the account
    what   TEXT NOT NULL,        -- sessions.create, plugins.update, user.add ...
    about  TEXT NOT NULL,        -- id of what it was done to, or ''
    hash   TEXT NOT NULL         -- of the line before and of this one
);
