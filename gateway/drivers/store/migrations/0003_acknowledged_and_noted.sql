-- Which alarms somebody has looked at; what the node notes for its next start; how much of the disk each sender holds.

CREATE TABLE acknowledgements (
    sequence         INTEGER PRIMARY KEY,
    alarm            INTEGER NOT NULL UNIQUE,
    at               INTEGER NOT NULL,
    checksum         INTEGER NOT NULL
);

CREATE TABLE notes (
    sequence         INTEGER PRIMARY KEY,
    name             TEXT NOT NULL UNIQUE,
    value            TEXT NOT NULL,
    checksum         INTEGER NOT NULL
);

CREATE INDEX arrivals_held ON arrivals (sender, size) WHERE body IS NOT NULL;
