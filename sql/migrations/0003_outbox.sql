-- SPDX-License-Identifier: MIT
-- Notices to people: robots that are told, and the outbox from which they are. Times are milliseconds since
-- 1970-01-01T00:00:00Z (suffix _ms).

-- Group robots of chat programs, and programs. Addresses hold the right to post, so they are sealed like the secrets,
-- under meta's seal_key.
CREATE TABLE robot (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('wecom', 'dingtalk', 'feishu', 'slack', 'webhook')),
    url BLOB NOT NULL,                             -- sealed
    url_shown TEXT NOT NULL,                       -- what of it may be shown
    secret BLOB,                                   -- sealed; NULL = it does not sign
    secret_before BLOB,                            -- sealed; still signs until secret_before_ms
    secret_before_ms INTEGER,
    markdown INTEGER NOT NULL DEFAULT 0 CHECK (markdown IN (0, 1)),
    language TEXT NOT NULL DEFAULT 'zh' CHECK (language IN ('zh', 'en')),
    quiet_from INTEGER NOT NULL DEFAULT 0 CHECK (quiet_from BETWEEN 0 AND 1439), -- minutes of the day
    quiet_to INTEGER NOT NULL DEFAULT 0 CHECK (quiet_to BETWEEN 0 AND 1439),     -- equal to quiet_from = none
    zone TEXT NOT NULL DEFAULT '',                 -- whose day, and whose times in texts; '' = the installation's
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    gone_ms INTEGER,                               -- since when it is not enabled because it answered 410
    notices INTEGER NOT NULL,                      -- bits: which kinds it is told of
    owner_id INTEGER REFERENCES user (id),         -- who answers for it
    paced_ms INTEGER NOT NULL DEFAULT 0,           -- state of its pace
    held_ms INTEGER NOT NULL DEFAULT 0,            -- nothing is posted before: it asked for a pause
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX robot_name ON robot (name);

-- What is to be told: a row for each robot. AUTOINCREMENT, so that the order of ids is the order of events for ever.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message TEXT NOT NULL UNIQUE,                  -- its name on the wire, the same on every try
    robot_id INTEGER NOT NULL REFERENCES robot (id),
    kind TEXT NOT NULL,
    urgent INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,                           -- JSON object
    dedupe TEXT,                                   -- what happened once is told once; NULL = a digest
    digest_id INTEGER REFERENCES outbox (id),      -- told as part of that one, and shares its fate
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead')),
    created_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,                       -- the next try
    attempts INTEGER NOT NULL DEFAULT 0,           -- tries that failed
    tried_ms INTEGER,                              -- the last try
    status INTEGER NOT NULL DEFAULT 0,             -- of HTTP, of the last try; 0 = no answer
    error TEXT NOT NULL DEFAULT '',                -- what was answered
    sent_ms INTEGER,
    UNIQUE (robot_id, dedupe)
) STRICT;
CREATE INDEX outbox_due ON outbox (robot_id, due_ms, id) WHERE state = 'waiting' AND digest_id IS NULL;
CREATE INDEX outbox_state ON outbox (state, created_ms);
CREATE INDEX outbox_digest ON outbox (digest_id) WHERE digest_id IS NOT NULL;

-- Names of what was told and may still be so when its notice is purged: a target that stays full, a pool that stays
-- empty. Without them it would be told once more.
CREATE TABLE outbox_told (
    robot_id INTEGER NOT NULL REFERENCES robot (id) ON DELETE CASCADE,
    dedupe TEXT NOT NULL,
    PRIMARY KEY (robot_id, dedupe)
) STRICT, WITHOUT ROWID;
