-- The words of Interlinkers, problem profiles and tasks of guides, for recommendations: how often a word stands in a text
-- (a name counts more than a description) and how long that text is. The key holds every column, so that an index alone
-- answers.

CREATE TABLE word (
    language TEXT NOT NULL,
    word     TEXT NOT NULL,  -- lower case, without accents
    kind     TEXT NOT NULL,  -- interlinker, profile, task
    id       TEXT NOT NULL,  -- of a task: guide/node
    weight   REAL NOT NULL,
    length   REAL NOT NULL,
    PRIMARY KEY (language, word, kind, id, weight, length)
);
CREATE INDEX word_thing ON word (kind, id);
