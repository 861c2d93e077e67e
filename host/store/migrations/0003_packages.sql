-- Packages that did not ship with the program: which came, whose keys made them, and what an update can be undone to.

-- A row stays for good, so that a version never comes back with other bytes.
CREATE TABLE plugin_release (
    plugin   TEXT NOT NULL,  -- no foreign key: the first one waits before there is a plugin
    version  TEXT NOT NULL,
    sha256   TEXT NOT NULL,  -- of the package file
    key      TEXT,           -- that signed it ("RWQ..."); null: unsigned
    manifest TEXT NOT NULL,  -- JSON
    folder   TEXT NOT NULL,  -- absolute
    state    TEXT NOT NULL,  -- waiting (for a decision), current, earlier (can be gone back to), failed, gone
    findings TEXT NOT NULL DEFAULT '[]',  -- what the check said: list of {"fault": true, "text": "..."}
    tried    INTEGER NOT NULL DEFAULT 0,  -- 1: the check has also run it in a jail
    arrived  INTEGER NOT NULL,
    bringer  TEXT,  -- person; null: the command line
    decided  INTEGER NOT NULL DEFAULT 0,
    decider  TEXT,
    PRIMARY KEY (plugin, version)
);
CREATE INDEX plugin_release_state ON plugin_release (state, plugin);

-- Whose an id is, from the first installation on.
CREATE TABLE plugin_author (
    plugin TEXT PRIMARY KEY,
    key    TEXT NOT NULL,
    since  INTEGER NOT NULL
);
CREATE INDEX plugin_author_key ON plugin_author (key);

-- What the administration thinks of a key; one that is not here is neither.
CREATE TABLE author_key (
    key     TEXT PRIMARY KEY,
    trust   TEXT NOT NULL,  -- trusted, distrusted
    name    TEXT NOT NULL,  -- whose it is, in the administrator's words
    decided INTEGER NOT NULL,
    decider TEXT
);

-- A plugin's data as they were when `release` was replaced by the next one.
CREATE TABLE plugin_snapshot (
    plugin  TEXT NOT NULL,
    release TEXT NOT NULL,  -- the version that the data belong to
    taken   INTEGER NOT NULL,
    PRIMARY KEY (plugin, release)
);

CREATE TABLE snapshot_asset (
    plugin  TEXT NOT NULL,
    release TEXT NOT NULL,
    asset   TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    bytes   INTEGER NOT NULL,  -- as in document_use
    PRIMARY KEY (plugin, release, asset)
);
CREATE INDEX snapshot_asset_asset ON snapshot_asset (asset);

CREATE TABLE snapshot_document (
    plugin  TEXT NOT NULL,
    release TEXT NOT NULL,
    asset   TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (plugin, release, asset, key)
);
CREATE INDEX snapshot_document_asset ON snapshot_document (asset);

CREATE TABLE snapshot_file (
    plugin  TEXT NOT NULL,
    release TEXT NOT NULL,
    asset   TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    type    TEXT NOT NULL,
    size    INTEGER NOT NULL,
    blob    TEXT NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (plugin, release, asset, name)
);
CREATE INDEX snapshot_file_asset ON snapshot_file (asset);

-- What the plugin had scheduled then, and what the program has told it since (a clone, a finished task): to be told again.
CREATE TABLE snapshot_schedule (
    plugin  TEXT NOT NULL,
    release TEXT NOT NULL,
    id      TEXT NOT NULL,
    asset   TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    event   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (plugin, release, id)
);
CREATE INDEX snapshot_schedule_asset ON snapshot_schedule (asset);
