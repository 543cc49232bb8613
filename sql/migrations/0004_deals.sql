-- SPDX-License-Identifier: MIT
-- From click to deal: what happened after a click, to whom, brought by which touches, at what cost. Times are milliseconds since
-- 1970-01-01T00:00:00Z (suffix _ms). Money is whole minor units of a currency, and two currencies are never added.

-- The ordered steps that events lead to. One set of steps counts at a time; the other preset stays for who changes their mind.
CREATE TABLE stage (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name_zh TEXT NOT NULL DEFAULT '',
    name_en TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL,                     -- steps in order; the first is having clicked at all
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
-- Which events are such a step: the nth of a type and all after it.
CREATE TABLE stage_event (
    type TEXT NOT NULL,                            -- event.type
    nth INTEGER NOT NULL DEFAULT 1 CHECK (nth >= 1),
    stage_id INTEGER NOT NULL REFERENCES stage (id),
    PRIMARY KEY (type, nth, stage_id)
) STRICT, WITHOUT ROWID;

-- People, as far as events told of them. Two that turn out to be one become the one with the lower id.
CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- cus_<id>
    merged_into INTEGER REFERENCES customer (id),  -- not NULL: gone, and this is who it is
    name TEXT NOT NULL DEFAULT '',
    name_ms INTEGER NOT NULL DEFAULT 0,            -- when that was said; who says it later is believed
    notes TEXT NOT NULL DEFAULT '',
    owner_id INTEGER REFERENCES user (id),         -- the colleague who answers for them
    owner_ms INTEGER NOT NULL DEFAULT 0,           -- when that was said
    stage_id INTEGER REFERENCES stage (id),        -- the furthest step an event led to, or a person said
    stage_set_id INTEGER REFERENCES stage (id),    -- what a person said; events lead further but never back
    first_touch_ms INTEGER,
    last_touch_ms INTEGER,
    last_event_ms INTEGER,
    touches INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    touched_ms INTEGER NOT NULL DEFAULT 0,         -- clicks of their browsers before then were looked at for touches
    forgotten_ms INTEGER,                          -- since when nobody knows who they are; what happened is kept
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customer_owner ON customer (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX customer_stage ON customer (stage_id) WHERE stage_id IS NOT NULL;
CREATE INDEX customer_last_event ON customer (last_event_ms);

-- By what a customer is known. A value belongs to one customer; whoever brings it is that one.
CREATE TABLE identity (
    kind TEXT NOT NULL,                            -- visitor, click, page, openid, unionid, external_userid, phone, email, external
    value TEXT NOT NULL,                           -- phone and email: a keyed hash, never themselves
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_customer ON identity (customer_id);

-- Every time two became one, and why: the survivor is the lower id whatever the order.
CREATE TABLE customer_merge (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    from_id INTEGER NOT NULL,
    into_id INTEGER NOT NULL,
    kind TEXT NOT NULL,                            -- the identity that showed it; '' = a person said so
    event_id INTEGER                               -- the event that brought it
) STRICT;
CREATE INDEX customer_merge_into ON customer_merge (into_id);

CREATE TABLE customer_tag (
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    tag_id INTEGER NOT NULL REFERENCES label (id),
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (customer_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_tag_tag ON customer_tag (tag_id, customer_id);

-- Clicked this, hence tagged so.
CREATE TABLE tag_rule (
    id INTEGER PRIMARY KEY,
    tag_id INTEGER NOT NULL REFERENCES label (id),
    link_id INTEGER REFERENCES link (id),          -- exactly one of these three is set
    label_id INTEGER REFERENCES label (id),        -- a campaign, channel or tag of the link that was clicked
    type TEXT,                                     -- an event of this type
    created_ms INTEGER NOT NULL,
    CHECK ((link_id IS NOT NULL) + (label_id IS NOT NULL) + (type IS NOT NULL) = 1)
) STRICT;

-- What happened after a click. AUTOINCREMENT: the order of arrival for ever; time_ms is when it happened.
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- evt_<id>
    event_id TEXT UNIQUE,                          -- the sender's own name for it; what comes twice is kept once
    type TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('api', 'csv', 'script', 'wecom', 'postback', 'desk')),
    time_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    value INTEGER,                                 -- minor units; negative takes back; NULL = not about money
    currency TEXT NOT NULL DEFAULT '',             -- ISO 4217; '' exactly when value is NULL
    customer_id INTEGER REFERENCES customer (id),  -- NULL: nobody is known yet
    click_id INTEGER,                              -- of the ledger; NULL = none was said
    generation INTEGER NOT NULL DEFAULT 1,         -- 2: of somebody the visitor of that click forwarded the page to
    link_id INTEGER,                               -- of that click, once it was found; or what was said instead of a click
    owner_id INTEGER REFERENCES user (id),         -- the colleague it happened with
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'joined', 'unmatched')),
    digest BLOB NOT NULL,                          -- of what was sent, to tell a repeat from another event of that name
    metadata TEXT NOT NULL DEFAULT '',             -- JSON object; '' = {}
    touched_ms INTEGER,                            -- the customer's last touch up to time_ms; NULL = there is none. By triggers
    CHECK ((value IS NULL) = (currency = ''))
) STRICT;
-- These hold all that reports read of events, so that they read nothing else; most events are not about money.
CREATE INDEX event_customer ON event (customer_id, time_ms, type, value, currency, touched_ms) WHERE customer_id IS NOT NULL;
CREATE INDEX event_valued ON event (time_ms, customer_id, touched_ms, value, currency, type) WHERE value IS NOT NULL;
CREATE INDEX event_unvalued ON event (time_ms, customer_id, touched_ms, type) WHERE value IS NULL;
CREATE INDEX event_link ON event (link_id) WHERE link_id IS NOT NULL;
CREATE INDEX event_waiting ON event (id) WHERE state = 'waiting';
CREATE INDEX event_unmatched ON event (click_id) WHERE state = 'unmatched';

-- The clicks of customers, copied out of the ledger when an event joined: they outlive the ledger's retention. What is frozen at
-- the click are ids of terms (0 = none); campaign, owner and tags follow the link.
CREATE TABLE touch (
    customer_id INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    click_id INTEGER NOT NULL,                     -- of the ledger; below 0 no click: minus the event that said its link
    generation INTEGER NOT NULL DEFAULT 1,         -- 2: this customer was sent the page by who clicked
    link_id INTEGER NOT NULL,
    host INTEGER NOT NULL DEFAULT 0,
    source INTEGER NOT NULL DEFAULT 0,
    channel INTEGER NOT NULL DEFAULT 0,
    utm_source INTEGER NOT NULL DEFAULT 0,
    utm_medium INTEGER NOT NULL DEFAULT 0,
    utm_campaign INTEGER NOT NULL DEFAULT 0,
    utm_term INTEGER NOT NULL DEFAULT 0,
    utm_content INTEGER NOT NULL DEFAULT 0,
    utm_id INTEGER NOT NULL DEFAULT 0,
    app INTEGER NOT NULL DEFAULT 0,
    code INTEGER NOT NULL DEFAULT 0,               -- what was opened: the code, or an alias
    scene INTEGER NOT NULL DEFAULT 0,              -- enum click_scene; of generation 2 how the page was sent on
    flags INTEGER NOT NULL DEFAULT 0,              -- enum click_flag
    PRIMARY KEY (customer_id, time_ms, click_id, generation)
) STRICT, WITHOUT ROWID;
CREATE INDEX touch_link ON touch (link_id, customer_id);

-- event.touched_ms, whoever writes: most questions about a campaign need not look at the touches of others for it.
CREATE TRIGGER touch_made AFTER INSERT ON touch
BEGIN
    UPDATE event SET touched_ms = NEW.time_ms WHERE customer_id = NEW.customer_id AND time_ms >= NEW.time_ms
        AND (touched_ms IS NULL OR touched_ms < NEW.time_ms);
END;
CREATE TRIGGER touch_gone AFTER DELETE ON touch
BEGIN
    UPDATE event SET touched_ms = (SELECT max(t.time_ms) FROM touch t
        WHERE t.customer_id = OLD.customer_id AND t.time_ms <= event.time_ms)
    WHERE customer_id = OLD.customer_id AND time_ms >= OLD.time_ms AND touched_ms = OLD.time_ms;
END;
CREATE TRIGGER event_made AFTER INSERT ON event
WHEN EXISTS (SELECT 1 FROM touch t WHERE t.customer_id = NEW.customer_id AND t.time_ms <= NEW.time_ms)
BEGIN
    UPDATE event SET touched_ms = (SELECT max(t.time_ms) FROM touch t
        WHERE t.customer_id = NEW.customer_id AND t.time_ms <= NEW.time_ms)
    WHERE id = NEW.id;
END;
CREATE TRIGGER event_moved AFTER UPDATE OF customer_id, time_ms ON event
WHEN NEW.touched_ms IS NOT NULL
    OR EXISTS (SELECT 1 FROM touch t WHERE t.customer_id = NEW.customer_id AND t.time_ms <= NEW.time_ms)
BEGIN
    UPDATE event SET touched_ms = (SELECT max(t.time_ms) FROM touch t
        WHERE t.customer_id = NEW.customer_id AND t.time_ms <= NEW.time_ms)
    WHERE id = NEW.id;
END;

-- Clicks of class duplicate: which click's request came again. What names the repeat means that one.
CREATE TABLE click_repeat (
    click_id INTEGER PRIMARY KEY,                  -- of the ledger, as the next
    first_id INTEGER NOT NULL
) STRICT;

-- Browsers that showed a landing page with the click id of a click: the first of each click is who clicked, every other one was
-- handed the page.
CREATE TABLE forward (
    click_id INTEGER NOT NULL,                     -- whose click it was led by
    page TEXT NOT NULL,                            -- the landing script's own number of that browser
    generation INTEGER NOT NULL CHECK (generation IN (1, 2)), -- 1: the browser that clicked
    scene INTEGER NOT NULL DEFAULT 0,              -- enum click_scene: from= of the landing page's address
    time_ms INTEGER NOT NULL,                      -- first seen so
    PRIMARY KEY (click_id, page)
) STRICT, WITHOUT ROWID;
CREATE INDEX forward_page ON forward (page, time_ms);
CREATE INDEX forward_time ON forward (time_ms);

-- What was spent, on which day or evenly over which days (of the installation's zone), on what.
CREATE TABLE cost (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,                             -- YYYY-MM-DD
    last_day TEXT NOT NULL,                        -- the same, or the last of the days it is spread over
    campaign_id INTEGER REFERENCES label (id),     -- exactly one of these four is set
    channel_id INTEGER REFERENCES label (id),
    link_id INTEGER REFERENCES link (id),
    owner_id INTEGER REFERENCES user (id),
    amount INTEGER NOT NULL CHECK (amount >= 0),   -- minor units
    currency TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    external_id TEXT UNIQUE,                       -- the sender's name for it; sent again it is this row's new content
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    CHECK (last_day >= day),
    CHECK ((campaign_id IS NOT NULL) + (channel_id IS NOT NULL) + (link_id IS NOT NULL) + (owner_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX cost_day ON cost (day);

-- Doors through which others tell of events: WeCom, and any tool that can call an address.
CREATE TABLE wecom_callback (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL UNIQUE,                     -- the end of its address; says nothing else
    receiver TEXT NOT NULL,                        -- the corp's id, or the suite's: who messages must be for
    token BLOB NOT NULL,                           -- sealed
    aes_key BLOB NOT NULL,                         -- sealed
    members TEXT NOT NULL DEFAULT '',              -- JSON object, WeCom's UserID to a user's key where they differ; '' = {}
    heard_ms INTEGER,                              -- when it last told of something, about
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE postback (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,                     -- SHA-256 of the token in its address
    prefix TEXT NOT NULL,                          -- the token's first letters, to tell two apart
    type TEXT NOT NULL DEFAULT '',                 -- of events whose sender names none; '' = they must
    currency TEXT NOT NULL DEFAULT '',             -- likewise
    major INTEGER NOT NULL DEFAULT 0 CHECK (major IN (0, 1)), -- 1: amounts are written as people do ("12.50")
    params TEXT NOT NULL DEFAULT '',               -- JSON object, our name of a parameter to the sender's; '' = {}
    secret BLOB NOT NULL,                          -- sealed; events as JSON are signed with it
    signed INTEGER NOT NULL DEFAULT 0 CHECK (signed IN (0, 1)), -- 1: nothing else is taken
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)), -- 1: nothing is taken
    heard_ms INTEGER,
    failed_ms INTEGER,                             -- when it last refused what it was told; NULL = never
    failed_status INTEGER NOT NULL DEFAULT 0,      -- the answer's HTTP status
    failed_slug TEXT NOT NULL DEFAULT '',          -- of the problem, its field and code: words of ours, nothing of the sender's
    failed_field TEXT NOT NULL DEFAULT '',
    failed_code TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
-- Telling sales. A link that says which customer it is for, and what was seen of it since it says so.
CREATE TABLE radar_link (
    link_id INTEGER PRIMARY KEY REFERENCES link (id) ON DELETE CASCADE,
    since_ms INTEGER NOT NULL,                     -- visits before tell nothing
    first_ms INTEGER,                              -- NULL = not opened yet
    last_ms INTEGER,
    cookie INTEGER NOT NULL DEFAULT 0,             -- its first visitor known by cookie; 0 = none yet
    hash INTEGER NOT NULL DEFAULT 0,               -- the first of hash_day known by hash
    hash_day INTEGER NOT NULL DEFAULT 0,
    forwarded INTEGER NOT NULL DEFAULT 0 CHECK (forwarded IN (0, 1)) -- that somebody else opened it was told
) STRICT;
CREATE TRIGGER radar_link_made AFTER INSERT ON link WHEN NEW.customer <> ''
BEGIN INSERT INTO radar_link (link_id, since_ms) VALUES (NEW.id, NEW.created_ms); END;
CREATE TRIGGER radar_link_changed AFTER UPDATE OF customer ON link WHEN NEW.customer <> OLD.customer
BEGIN
    DELETE FROM radar_link WHERE link_id = NEW.id;
    INSERT INTO radar_link (link_id, since_ms) SELECT NEW.id, NEW.updated_ms WHERE NEW.customer <> '';
END;

CREATE INDEX radar_link_cookie ON radar_link (cookie) WHERE cookie <> 0; -- for who asks to be forgotten
CREATE INDEX radar_link_hash ON radar_link (hash) WHERE hash <> 0;

-- What was told, whether a robot was there to tell it or not.
CREATE TABLE radar_news (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,                            -- a kind of notice (include/linkpond/model/notice.h)
    time_ms INTEGER NOT NULL,                      -- of the visit
    link_id INTEGER REFERENCES link (id) ON DELETE CASCADE, -- NULL: an event of no link
    click_id INTEGER NOT NULL DEFAULT 0,           -- of the ledger; 0 = it was an event
    customer TEXT NOT NULL DEFAULT '',             -- as the link said then
    customer_id INTEGER REFERENCES customer (id),  -- where they are known
    rule_id INTEGER,                               -- of a key event, as long as there is that rule
    rule TEXT NOT NULL DEFAULT '',                 -- what it was called then
    event_id INTEGER                               -- the event that it was
) STRICT;
CREATE INDEX radar_news_link ON radar_news (link_id) WHERE link_id IS NOT NULL;
CREATE INDEX radar_news_customer ON radar_news (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX radar_news_time ON radar_news (time_ms);

-- Key events: what else sales want to be told of, of whom is known or of links that are for one person.
CREATE TABLE radar_rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('visits', 'return', 'event')),
    visits INTEGER NOT NULL DEFAULT 0,             -- so many openings
    days INTEGER NOT NULL DEFAULT 0,               -- within so many days; back after so many; of events not again within
    link_id INTEGER REFERENCES link (id) ON DELETE CASCADE, -- of this link, or
    label_id INTEGER REFERENCES label (id),        -- of links of this campaign, channel or tag; neither: of any link
    type TEXT,                                     -- events of this type
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    since_ms INTEGER NOT NULL,                     -- what happened before tells nothing
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    CHECK ((kind = 'event') = (type IS NOT NULL) AND (link_id IS NULL OR label_id IS NULL)
        AND (type IS NULL OR (link_id IS NULL AND label_id IS NULL)))
) STRICT;
CREATE INDEX radar_rule_type ON radar_rule (type) WHERE type IS NOT NULL;
-- What was seen of a person for a rule.
CREATE TABLE radar_person (
    rule_id INTEGER NOT NULL REFERENCES radar_rule (id) ON DELETE CASCADE,
    customer_id INTEGER NOT NULL,                  -- 0: only what the link calls them is known
    name TEXT NOT NULL,                            -- that; '' when the customer is known
    last_ms INTEGER NOT NULL,                      -- the last visit or event
    told_ms INTEGER,                               -- NULL: not told of yet
    openings TEXT NOT NULL,                        -- times of openings that count, in order, separated by blanks
    PRIMARY KEY (rule_id, customer_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX radar_person_customer ON radar_person (customer_id) WHERE customer_id <> 0;
CREATE INDEX radar_person_last ON radar_person (last_ms);
-- Events that a rule is about, from when their customer is known until they were looked at.
CREATE TABLE radar_due (
    event_id INTEGER NOT NULL,
    rule_id INTEGER NOT NULL REFERENCES radar_rule (id) ON DELETE CASCADE,
    PRIMARY KEY (event_id, rule_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX radar_due_rule ON radar_due (rule_id);
CREATE TRIGGER radar_event_known AFTER INSERT ON event WHEN NEW.customer_id IS NOT NULL
BEGIN
    INSERT INTO radar_due (event_id, rule_id) SELECT NEW.id, r.id FROM radar_rule r
    WHERE r.type = NEW.type AND r.enabled = 1 AND NEW.time_ms >= r.since_ms;
END;
CREATE TRIGGER radar_event_found AFTER UPDATE OF customer_id ON event
WHEN OLD.customer_id IS NULL AND NEW.customer_id IS NOT NULL
BEGIN
    INSERT INTO radar_due (event_id, rule_id) SELECT NEW.id, r.id FROM radar_rule r
    WHERE r.type = NEW.type AND r.enabled = 1 AND NEW.time_ms >= r.since_ms;
END;

CREATE TRIGGER radar_link_gone AFTER UPDATE OF tombstone ON link WHEN NEW.tombstone = 1
BEGIN
    DELETE FROM radar_link WHERE link_id = NEW.id;
    DELETE FROM radar_news WHERE link_id = NEW.id;
    DELETE FROM radar_rule WHERE link_id = NEW.id;
END;
