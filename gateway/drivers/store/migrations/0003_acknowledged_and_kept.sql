-- Which alarms somebody has looked at; the time that retention goes by; how much of the disk each sender holds.

CREATE TABLE acknowledgements (
    sequence         INTEGER PRIMARY KEY,
    alarm            INTEGER NOT NULL UNIQUE,
    at               INTEGER NOT NULL,
    checksum         INTEGER NOT NULL
);

CREATE TABLE times (
    sequence         INTEGER PRIMARY KEY,
    name             TEXT NOT NULL UNIQUE,
    at               INTEGER NOT NULL,
    checksum         INTEGER NOT NULL
);

CREATE INDEX arrivals_held ON arrivals (sender, size) WHERE body IS NOT NULL;
