-- SPDX-License-Identifier: MIT
-- Live codes: links whose target is chosen at each visit, from a pool and by rules (docs/decisions/0018). Times are
-- milliseconds since 1970-01-01T00:00:00Z (suffix _ms).

-- The pool of a link. Its name in the API and in clicks is tgt_<id>; AUTOINCREMENT, because clicks keep that name.
CREATE TABLE target (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id INTEGER NOT NULL REFERENCES link (id),
    position INTEGER NOT NULL,                     -- order within the pool
    kind TEXT NOT NULL DEFAULT 'url' CHECK (kind IN ('url', 'qr', 'mini_program', 'staff', 'message')),
    name TEXT NOT NULL DEFAULT '',                 -- for the people who run it
    url TEXT NOT NULL DEFAULT '',                  -- kind url: where visits go; else what the page may lead to
    image_id INTEGER,                              -- the picture that the page shows
    title TEXT NOT NULL DEFAULT '',                -- words on the page
    hint TEXT NOT NULL DEFAULT '',
    staff_id INTEGER REFERENCES user (id),         -- who answers for it
    weight INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    valid_from_ms INTEGER,
    valid_until_ms INTEGER,
    cap_total INTEGER CHECK (cap_total >= 0),      -- places; NULL = as many as come
    cap_day INTEGER CHECK (cap_day >= 0),          -- of one day of the installation's zone
    cap_hour INTEGER CHECK (cap_hour >= 0),
    cap_on TEXT NOT NULL DEFAULT 'shown' CHECK (cap_on IN ('shown', 'visitors', 'joined')), -- what takes a place
    reserved_before INTEGER NOT NULL DEFAULT 0,    -- places taken before it was replaced: cap_total counts from there
    joined_before INTEGER NOT NULL DEFAULT 0,      -- likewise, where those who joined take the places
    replaced_ms INTEGER,                           -- when something else took its place: another group, another picture
    deleted_ms INTEGER,                            -- no longer in the pool; kept because clicks name it
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX target_link ON target (link_id, position);

-- Rules of a link, in order. Words are those of the API.
CREATE TABLE rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id INTEGER NOT NULL REFERENCES link (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    sticky INTEGER NOT NULL DEFAULT 0 CHECK (sticky IN (0, 1)),
    choice TEXT NOT NULL                           -- first, sequential, round_robin ...
) STRICT;
CREATE INDEX rule_link ON rule (link_id, position);

-- What a rule asks, a row for each value; a condition without values is one row whose value is NULL.
CREATE TABLE rule_condition (
    rule_id INTEGER NOT NULL REFERENCES rule (id),
    condition INTEGER NOT NULL,                    -- which of the rule's, from 0
    position INTEGER NOT NULL,                     -- which of its values, from 0
    fact TEXT NOT NULL,                            -- app, country, schedule ...
    negated INTEGER NOT NULL DEFAULT 0 CHECK (negated IN (0, 1)),
    name TEXT NOT NULL DEFAULT '',                 -- of a parameter; the zone of dates and slots
    holiday TEXT NOT NULL DEFAULT '',              -- slots that hold on holidays
    value TEXT,
    PRIMARY KEY (rule_id, condition, position)
) STRICT, WITHOUT ROWID;

-- The targets a rule chooses from, in order; none: the whole pool.
CREATE TABLE rule_target (
    rule_id INTEGER NOT NULL REFERENCES rule (id),
    position INTEGER NOT NULL,
    target_id INTEGER NOT NULL REFERENCES target (id),
    PRIMARY KEY (rule_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_target_target ON rule_target (target_id);

-- What became of a target, hour by hour. Written with the clicks it counts, in their transaction.
CREATE TABLE target_hour (
    target_id INTEGER NOT NULL REFERENCES target (id),
    hour_ms INTEGER NOT NULL,                      -- the instant at which the hour began in the installation's zone
    shown INTEGER NOT NULL DEFAULT 0,              -- visits of people that were sent to it
    visitors INTEGER NOT NULL DEFAULT 0,           -- of them the first of a visitor to this target
    pressed INTEGER NOT NULL DEFAULT 0,            -- pictures held, buttons pressed
    joined INTEGER NOT NULL DEFAULT 0,             -- friends added, members come in
    "left" INTEGER NOT NULL DEFAULT 0,             -- and gone again
    reserved INTEGER NOT NULL DEFAULT 0,           -- visits that took a place
    PRIMARY KEY (target_id, hour_ms)
) STRICT, WITHOUT ROWID;

-- Who was sent where, of links that have to know: because their rules keep a visitor at a target, or count visitors. Only
-- visitors with a cookie's number; rows go with time, and when the visitor asks to be forgotten.
CREATE TABLE target_visitor (
    link_id INTEGER NOT NULL REFERENCES link (id),
    visitor INTEGER NOT NULL,                      -- the cookie's number
    target_id INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,                      -- the last time
    PRIMARY KEY (link_id, visitor, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX target_visitor_visitor ON target_visitor (visitor);
CREATE INDEX target_visitor_seen ON target_visitor (seen_ms);

-- Pictures that visitors of live codes are shown: files of our own making (docs/decisions/0017), never what was uploaded.
-- What a row is by stands before its bytes, so that looking for one reads no pictures.
CREATE TABLE image (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- img_<id> in the API
    name TEXT NOT NULL UNIQUE,                     -- of its public address; random, so that nobody walks through them
    sha256 BLOB NOT NULL,                          -- of data
    kind TEXT NOT NULL CHECK (kind IN ('png', 'jpeg')),
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    qr_text TEXT NOT NULL DEFAULT '',              -- what the QR code in it says; '' = none was read
    owner_id INTEGER REFERENCES user (id),         -- who uploaded it
    created_ms INTEGER NOT NULL,
    unused_ms INTEGER,                             -- since when no target names it, as far as was noticed
    data BLOB NOT NULL
) STRICT;
CREATE INDEX image_same ON image (sha256);

-- The same by the channel a visit came from, of those that came from one. What is missing to the sums of target_hour came
-- from none that is known.
CREATE TABLE target_channel_hour (
    target_id INTEGER NOT NULL REFERENCES target (id),
    hour_ms INTEGER NOT NULL,
    channel TEXT NOT NULL,                         -- its key
    shown INTEGER NOT NULL DEFAULT 0,
    visitors INTEGER NOT NULL DEFAULT 0,
    pressed INTEGER NOT NULL DEFAULT 0,
    joined INTEGER NOT NULL DEFAULT 0,
    "left" INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (target_id, hour_ms, channel)
) STRICT, WITHOUT ROWID;

-- Pages of live codes by the click they came from: where that came from, and that the code was held with a finger. A press
-- may be stored before its click is. Rows go when such a page is too old.
CREATE TABLE target_press (
    clicked_ms INTEGER NOT NULL,
    target_id INTEGER NOT NULL,
    page INTEGER NOT NULL,                         -- which of that target and millisecond: bytes of its sealed token
    channel TEXT NOT NULL DEFAULT '',              -- '' = none, or not known yet
    pressed_ms INTEGER,                            -- NULL = was not
    PRIMARY KEY (clicked_ms, target_id, page)
) STRICT, WITHOUT ROWID;

-- What was told of a target under a name of the teller's own, so that telling it twice counts once.
CREATE TABLE target_event (
    target_id INTEGER NOT NULL REFERENCES target (id),
    event TEXT NOT NULL,
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (target_id, event)
) STRICT, WITHOUT ROWID;

-- Where links may lead: hosts that are denied, and those that alone are allowed once there are any
-- (include/linkpond/model/destinations.h says what a pattern means).
CREATE TABLE destination (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    list TEXT NOT NULL CHECK (list IN ('deny', 'allow')),
    pattern TEXT NOT NULL,                         -- example.com, *.example.com
    note TEXT NOT NULL DEFAULT '',                 -- why
    user_id INTEGER REFERENCES user (id),          -- who put it there
    created_ms INTEGER NOT NULL,
    UNIQUE (list, pattern)
) STRICT;

-- Many links led elsewhere at once, and what they were, so that it can be taken back whole. Work goes on by id, some
-- links a transaction, and what is done stands in the row: after a crash it goes on from there.
CREATE TABLE repoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- rpt_<id> in the API
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'undoing', 'undone')),
    how TEXT NOT NULL CHECK (how IN ('host', 'url', 'domain')),
    target TEXT NOT NULL,                          -- host with port, address, or the short domain's host
    from_host TEXT NOT NULL DEFAULT '',            -- only links that lead there; '' = wherever they lead
    chosen TEXT NOT NULL,                          -- JSON: the conditions of the list, as asked
    note TEXT NOT NULL DEFAULT '',
    last_id INTEGER NOT NULL,                      -- links made later are not concerned
    after_id INTEGER NOT NULL DEFAULT 0,           -- links up to here are done
    undo_after_id INTEGER NOT NULL DEFAULT 0,      -- likewise of taking it back
    force INTEGER NOT NULL DEFAULT 0 CHECK (force IN (0, 1)), -- links edited since are taken back too
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,          -- led there already
    refused INTEGER NOT NULL DEFAULT 0,
    undone INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0,               -- not taken back: edited since, or what they were is refused now
    targets INTEGER NOT NULL DEFAULT 0,            -- of live codes, led along
    audit_id INTEGER NOT NULL DEFAULT 0,           -- its line
    user_id INTEGER REFERENCES user (id),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE repoint_link (
    repoint_id INTEGER NOT NULL REFERENCES repoint (id),
    link_id INTEGER NOT NULL REFERENCES link (id),
    state TEXT NOT NULL CHECK (state IN ('changed', 'refused', 'undone', 'kept')),
    before TEXT NOT NULL,                          -- its address, or its short domain
    revision INTEGER NOT NULL DEFAULT 0,           -- of the link after the change: another one now says it was edited since
    why TEXT NOT NULL DEFAULT '',                  -- of refused and kept: code of the refusal, or edited
    PRIMARY KEY (repoint_id, link_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX repoint_link_link ON repoint_link (link_id);

-- Targets of live codes that were led along with their link, and what they were.
CREATE TABLE repoint_target (
    repoint_id INTEGER NOT NULL REFERENCES repoint (id),
    link_id INTEGER NOT NULL REFERENCES link (id),
    target_id INTEGER NOT NULL,
    before TEXT NOT NULL,                          -- its address
    PRIMARY KEY (repoint_id, link_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX repoint_target_link ON repoint_target (link_id);

-- What is known of a domain in an app: that it opens, that something looks wrong, that it is blocked. Entered by people,
-- or by a program that looks. No row: nothing is known.
CREATE TABLE domain_block (
    domain_id INTEGER NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    app TEXT NOT NULL,                             -- wechat, qq … other (include/linkpond/store/domain_blocks.h)
    state TEXT NOT NULL CHECK (state IN ('ok', 'suspected', 'blocked')),
    since_ms INTEGER NOT NULL,                     -- since when it is in that state
    user_id INTEGER REFERENCES user (id),          -- who said so last
    found INTEGER NOT NULL DEFAULT 0 CHECK (found IN (0, 1)), -- nobody: it was seen in the visits
    note TEXT NOT NULL DEFAULT '',
    updated_ms INTEGER NOT NULL,
    PRIMARY KEY (domain_id, app)
) STRICT, WITHOUT ROWID;
