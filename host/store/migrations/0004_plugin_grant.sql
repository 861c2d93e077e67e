-- What a person has decided that a plugin may do. No row: nobody has decided, so it may not (but what ships with the program
-- may do what its manifest asks for).
CREATE TABLE plugin_grant (
    plugin     TEXT NOT NULL REFERENCES plugin (id) ON DELETE CASCADE,
    permission TEXT NOT NULL,     -- person.contact, http ... (plugin/permission.def)
    granted    INTEGER NOT NULL,  -- 0: refused
    decided_by TEXT REFERENCES person (id) ON DELETE SET NULL,  -- null: the command line
    decided    INTEGER NOT NULL,
    used       INTEGER NOT NULL DEFAULT 0,  -- when it was last made use of, to about a minute
    PRIMARY KEY (plugin, permission)
);

-- How often an asset did today what is limited by the day; one row each, overwritten every day.
CREATE TABLE grant_use (
    asset      TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    day        INTEGER NOT NULL,  -- since 1970, UTC
    count      INTEGER NOT NULL,
    PRIMARY KEY (asset, permission)
);
