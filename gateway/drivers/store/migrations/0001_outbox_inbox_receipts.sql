-- Times are microseconds since 1970 in UTC. `sequence` is the order in which rows came. `checksum` is of the row's
-- other columns (gateway/drivers/store/rows.py). `finished` is when nothing more was left to be done.
--
-- What waits is found through indexes that hold only what waits: finished rows cost a queue nothing.

CREATE TABLE deliveries (
    sequence         INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    peer             TEXT NOT NULL,
    state            TEXT NOT NULL,
    created          INTEGER NOT NULL,
    expires          INTEGER NOT NULL,
    next_attempt     INTEGER,
    finished         INTEGER,
    attempts         INTEGER NOT NULL,
    body             TEXT,
    size             INTEGER NOT NULL,
    trace            TEXT NOT NULL,
    problem          TEXT,
    idempotency_key  TEXT,
    request_sha256   TEXT,
    checksum         INTEGER NOT NULL,
    envelope_jws     BLOB NOT NULL,
    transport_receipt BLOB,
    business_receipt BLOB
);
CREATE UNIQUE INDEX deliveries_idempotency ON deliveries (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX deliveries_state ON deliveries (state, sequence);
CREATE INDEX deliveries_due ON deliveries (next_attempt, sequence, peer) WHERE next_attempt IS NOT NULL;
CREATE INDEX deliveries_finished ON deliveries (finished) WHERE finished IS NOT NULL;
CREATE INDEX deliveries_body ON deliveries (finished) WHERE body IS NOT NULL;

CREATE TABLE arrivals (
    sequence         INTEGER PRIMARY KEY,
    sender           TEXT NOT NULL,
    id               TEXT NOT NULL,
    state            TEXT NOT NULL,
    received         INTEGER NOT NULL,
    expires          INTEGER NOT NULL,
    next_attempt     INTEGER,
    finished         INTEGER,
    attempts         INTEGER NOT NULL,
    body             TEXT,
    size             INTEGER NOT NULL,
    trace            TEXT NOT NULL,
    problem          TEXT,
    envelope_sha256  TEXT NOT NULL,
    checksum         INTEGER NOT NULL,
    envelope_jws     BLOB NOT NULL,
    transport_receipt BLOB NOT NULL,
    business_receipt BLOB,
    account          BLOB,
    UNIQUE (sender, id)
);
CREATE INDEX arrivals_state ON arrivals (state, sequence);
CREATE INDEX arrivals_undecided ON arrivals (next_attempt, sequence) WHERE state = 'received';
CREATE INDEX arrivals_inbox ON arrivals (next_attempt, sequence) WHERE state = 'accepted';
CREATE INDEX arrivals_finished ON arrivals (finished) WHERE finished IS NOT NULL;
CREATE INDEX arrivals_body ON arrivals (finished) WHERE body IS NOT NULL;

CREATE TABLE receipts (
    sequence         INTEGER PRIMARY KEY,
    peer             TEXT NOT NULL,
    message          TEXT NOT NULL,
    created          INTEGER NOT NULL,
    expires          INTEGER NOT NULL,
    next_attempt     INTEGER,
    finished         INTEGER,
    attempts         INTEGER NOT NULL,
    trace            TEXT NOT NULL,
    problem          TEXT,
    checksum         INTEGER NOT NULL,
    receipt_jws      BLOB NOT NULL,
    UNIQUE (peer, message)
);
CREATE INDEX receipts_due ON receipts (next_attempt, sequence, peer, created) WHERE next_attempt IS NOT NULL;
CREATE INDEX receipts_finished ON receipts (finished) WHERE finished IS NOT NULL;

-- `side` is 'sent' or 'received', `owner` the sequence of the delivery or arrival: events of one time stand together in
-- the index, and those of 200,000 finished deliveries are not in the way.
CREATE TABLE events (
    sequence         INTEGER PRIMARY KEY,
    side             TEXT NOT NULL,
    owner            INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    what             TEXT NOT NULL,
    code             TEXT,
    checksum         INTEGER NOT NULL
);
CREATE INDEX events_owner ON events (side, owner, sequence);

CREATE TABLE alarms (
    sequence         INTEGER PRIMARY KEY,
    at               INTEGER NOT NULL,
    code             TEXT NOT NULL,
    peer             TEXT,
    message          TEXT,
    checksum         INTEGER NOT NULL
);
CREATE INDEX alarms_peer ON alarms (peer, sequence);
