-- Texts in several languages are one JSON object {"en": "...", "it": "..."}. Times are UTC milliseconds, 0 is none.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,  -- site.name, secret.ticket, catalogue.version ...
    value TEXT NOT NULL
);

CREATE TABLE person (
    id       TEXT PRIMARY KEY,
    email    TEXT NOT NULL UNIQUE,  -- lower case
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL DEFAULT 'citizen',  -- citizen, official, company, nonprofit
    language TEXT NOT NULL DEFAULT 'en',
    password TEXT,  -- argon2id; null until chosen
    admin    INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0,
    created  INTEGER NOT NULL
);

CREATE TABLE session (
    token   TEXT PRIMARY KEY,  -- SHA-256 of the token, hex
    person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    expires INTEGER NOT NULL
);
CREATE INDEX session_person ON session (person);

CREATE TABLE problem_profile (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,  -- languages
    description   TEXT NOT NULL,  -- languages
    functionality TEXT NOT NULL   -- languages
);

CREATE TABLE guide (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,  -- languages
    description TEXT NOT NULL,  -- languages
    tags        TEXT NOT NULL,  -- languages, each a list
    languages   TEXT NOT NULL,  -- list
    licence     TEXT NOT NULL,
    author      TEXT NOT NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL
);

CREATE TABLE guide_node (
    guide       TEXT NOT NULL REFERENCES guide (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,  -- unique within the guide
    parent      TEXT,
    kind        TEXT NOT NULL,  -- phase, objective, task
    position    INTEGER NOT NULL,
    name        TEXT NOT NULL,  -- languages
    description TEXT NOT NULL,  -- languages
    PRIMARY KEY (guide, id)
);

CREATE TABLE guide_need (
    guide   TEXT NOT NULL,
    node    TEXT NOT NULL,
    profile TEXT NOT NULL REFERENCES problem_profile (id),
    PRIMARY KEY (guide, node, profile),
    FOREIGN KEY (guide, node) REFERENCES guide_node (guide, id) ON DELETE CASCADE
);

CREATE TABLE guide_prerequisite (
    guide TEXT NOT NULL,
    node  TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (guide, node, after),
    FOREIGN KEY (guide, node) REFERENCES guide_node (guide, id) ON DELETE CASCADE,
    FOREIGN KEY (guide, after) REFERENCES guide_node (guide, id) ON DELETE CASCADE
);

CREATE TABLE plugin (
    id        TEXT PRIMARY KEY,
    version   TEXT NOT NULL,
    folder    TEXT NOT NULL,  -- absolute, or relative to the program for those that ship with it
    manifest  TEXT NOT NULL,  -- JSON
    settings  TEXT NOT NULL DEFAULT '{}',
    enabled   INTEGER NOT NULL DEFAULT 1,
    bundled   INTEGER NOT NULL DEFAULT 0,
    installed INTEGER NOT NULL
);

CREATE TABLE interlinker (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,  -- plugin, template, link
    subject      TEXT NOT NULL,  -- software, knowledge
    plugin       TEXT,           -- the manifest's id, for kind plugin
    name         TEXT NOT NULL,  -- languages
    description  TEXT NOT NULL,  -- languages, Markdown
    tags         TEXT NOT NULL,  -- languages, each a list
    instructions TEXT NOT NULL,  -- languages, Markdown
    constraints  TEXT NOT NULL,  -- languages
    regulations  TEXT NOT NULL,  -- languages
    uri          TEXT NOT NULL,  -- languages, for kind link
    languages    TEXT NOT NULL,  -- list
    licence      TEXT NOT NULL,
    difficulty   TEXT NOT NULL,
    logo         TEXT,           -- blob
    logo_type    TEXT,
    logo_size    INTEGER NOT NULL DEFAULT 0,  -- bytes
    details      TEXT NOT NULL,  -- the rest of the entry as it came: targets, types, form, format ...
    missing      INTEGER NOT NULL DEFAULT 0,  -- 1: a template whose files did not come with it
    created      INTEGER NOT NULL,
    updated      INTEGER NOT NULL
);
CREATE INDEX interlinker_plugin ON interlinker (plugin);

CREATE TABLE interlinker_need (
    interlinker TEXT NOT NULL REFERENCES interlinker (id) ON DELETE CASCADE,
    profile     TEXT NOT NULL REFERENCES problem_profile (id),
    PRIMARY KEY (interlinker, profile)
);
CREATE INDEX interlinker_need_profile ON interlinker_need (profile);

CREATE TABLE interlinker_file (
    interlinker TEXT NOT NULL REFERENCES interlinker (id) ON DELETE CASCADE,
    language    TEXT NOT NULL,
    name        TEXT NOT NULL,  -- for the person who downloads it
    type        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    blob        TEXT NOT NULL,
    PRIMARY KEY (interlinker, language)
);

CREATE TABLE process (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    language    TEXT NOT NULL,
    guide       TEXT,  -- where it came from; the guide may be gone
    status      TEXT NOT NULL DEFAULT 'awaiting',
    progress    INTEGER NOT NULL DEFAULT 0,
    creator     TEXT REFERENCES person (id) ON DELETE SET NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE member (
    process TEXT NOT NULL REFERENCES process (id) ON DELETE CASCADE,
    person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    role    TEXT NOT NULL,  -- viewer, contributor, administrator
    created INTEGER NOT NULL,
    PRIMARY KEY (process, person)
);
CREATE INDEX member_person ON member (person, process);

CREATE TABLE invitation (
    token    TEXT PRIMARY KEY,  -- SHA-256 of the token, hex
    kind     TEXT NOT NULL,     -- member, administrator (the first one of the site)
    email    TEXT NOT NULL,
    process  TEXT REFERENCES process (id) ON DELETE CASCADE,
    role     TEXT,
    inviter  TEXT REFERENCES person (id) ON DELETE SET NULL,
    created  INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX invitation_process ON invitation (process, email);
CREATE INDEX invitation_email ON invitation (email);

CREATE TABLE node (
    id          TEXT PRIMARY KEY,
    process     TEXT NOT NULL REFERENCES process (id) ON DELETE CASCADE,
    parent      TEXT REFERENCES node (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    status      TEXT NOT NULL DEFAULT 'awaiting',
    progress    INTEGER NOT NULL DEFAULT 0,
    start_at    INTEGER NOT NULL DEFAULT 0,
    end_at      INTEGER NOT NULL DEFAULT 0,
    origin      TEXT,  -- the guide's node
    assets      INTEGER NOT NULL DEFAULT 0,  -- how many it has, kept so that a tree is shown without counting them
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX node_process ON node (process, position);
CREATE INDEX node_parent ON node (parent);

-- With the process of the node here as well as in the next table, a tree finds all of its links side by side.
CREATE TABLE node_need (
    process TEXT NOT NULL REFERENCES process (id) ON DELETE CASCADE,
    node    TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    profile TEXT NOT NULL REFERENCES problem_profile (id),
    PRIMARY KEY (node, profile)
);
CREATE INDEX node_need_process ON node_need (process, node, profile);
CREATE INDEX node_need_profile ON node_need (profile, node);

CREATE TABLE node_prerequisite (
    process TEXT NOT NULL REFERENCES process (id) ON DELETE CASCADE,
    node    TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    after   TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    PRIMARY KEY (node, after)
);
CREATE INDEX node_prerequisite_process ON node_prerequisite (process, node, after);
CREATE INDEX node_prerequisite_after ON node_prerequisite (after);

CREATE TABLE asset (
    id          TEXT PRIMARY KEY,
    process     TEXT NOT NULL REFERENCES process (id) ON DELETE CASCADE,
    node        TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    interlinker TEXT NOT NULL REFERENCES interlinker (id),
    plugin      TEXT,  -- null for templates and links
    name        TEXT NOT NULL,
    params      TEXT NOT NULL DEFAULT '{}',
    creator     TEXT REFERENCES person (id) ON DELETE SET NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX asset_node ON asset (node, id);
CREATE INDEX asset_process ON asset (process, id);
CREATE INDEX asset_interlinker ON asset (interlinker);

CREATE TABLE document (
    asset   TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,  -- one JSON value
    version INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (asset, key)
);

-- The sum of bytes of keys and values of an asset's documents, kept so that its quota is known without reading them all.
CREATE TABLE document_use (
    asset TEXT PRIMARY KEY REFERENCES asset (id) ON DELETE CASCADE,
    bytes INTEGER NOT NULL
);

CREATE TABLE asset_file (
    asset   TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    type    TEXT NOT NULL,
    size    INTEGER NOT NULL,
    blob    TEXT NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (asset, name)
);

CREATE TABLE schedule (
    id    TEXT PRIMARY KEY,
    asset TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    event TEXT NOT NULL,  -- schedule, clone, task.finished
    at    INTEGER NOT NULL,
    data  TEXT NOT NULL
);
CREATE INDEX schedule_at ON schedule (at);

-- Append-only. No foreign keys: the log outlives what it speaks of.
CREATE TABLE usage (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL,
    at          INTEGER NOT NULL,
    person      TEXT,  -- pseudonym; null when the act is anonymous
    role        TEXT,  -- citizen, official, company, nonprofit, plugin, system
    action      TEXT NOT NULL,
    process     TEXT,
    node        TEXT,
    asset       TEXT,
    interlinker TEXT,
    plugin      TEXT,  -- id@version
    data        TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX usage_process ON usage (process, seq);
CREATE INDEX usage_node ON usage (node, seq) WHERE node IS NOT NULL;
CREATE INDEX usage_asset ON usage (asset, seq) WHERE asset IS NOT NULL;

CREATE TABLE notification (
    id      TEXT PRIMARY KEY,
    person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    event   TEXT NOT NULL,  -- asset.created, member.added, or PLUGIN:TEMPLATE
    params  TEXT NOT NULL,  -- JSON
    process TEXT,
    node    TEXT,
    asset   TEXT,
    created INTEGER NOT NULL,
    read_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX notification_person ON notification (person, id);
CREATE INDEX notification_unread ON notification (person, id, read_at) WHERE read_at = 0;
