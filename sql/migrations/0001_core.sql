-- SPDX-License-Identifier: MIT
-- The core: links and what they point to, people and keys, and the ledger. Times are milliseconds since
-- 1970-01-01T00:00:00Z (suffix _ms). STRICT tables throughout: a wrong type is an error, not a surprise.

-- Facts about this installation: keys, node number, install-time choices.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Hosts that serve short links.
CREATE TABLE domain (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,                     -- canonical: lower case, punycode, no port unless a development host
    scheme TEXT NOT NULL DEFAULT 'https' CHECK (scheme IN ('http', 'https')),
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    shareable INTEGER NOT NULL DEFAULT 1 CHECK (shareable IN (0, 1)), -- offered for new short URLs
    serves TEXT NOT NULL DEFAULT 'all' CHECK (serves IN ('all', 'own')), -- which generated codes resolve here
    root_url TEXT,                                 -- where "/" leads
    not_found_url TEXT,                            -- where unknown codes lead
    expired_url TEXT,                              -- fallback of links that have none of their own
    code_length INTEGER CHECK (code_length BETWEEN 5 AND 10), -- of new codes here; NULL = the setting
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX domain_default ON domain (is_default) WHERE is_default = 1;

-- People who own links. One row `admin` exists from the start.
CREATE TABLE user (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,                      -- what they sign in by, and what links name
    name TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT 'admin' CHECK (role IN ('admin', 'editor', 'viewer')),
    language TEXT NOT NULL DEFAULT '' CHECK (language IN ('', 'zh', 'en')), -- of the pages; '' = the browser's
    password TEXT NOT NULL DEFAULT '',             -- $scrypt$ln=…,r=…,p=…$salt$hash; '' = none, nobody signs in by one
    disabled_ms INTEGER,                           -- since when neither password, session nor API key opens the door
    signed_in_ms INTEGER,                          -- the last time
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_login ON user (lower(key)); -- nobody may be taken for somebody else by the case of a letter
INSERT INTO user (id, key, role, created_ms, updated_ms) VALUES (1, 'admin', 'admin', unixepoch() * 1000, unixepoch() * 1000);

-- The marketer's own words: campaigns, channels, tags. One table because they share everything but a channel's place.
CREATE TABLE label (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('campaign', 'channel', 'tag')),
    key TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    name_zh TEXT NOT NULL DEFAULT '',
    name_en TEXT NOT NULL DEFAULT '',
    channel_group TEXT NOT NULL DEFAULT '',        -- channels only, as are the next ten
    region TEXT NOT NULL DEFAULT '',
    location TEXT NOT NULL DEFAULT '',
    owner_id INTEGER REFERENCES user (id),
    cost_centre TEXT NOT NULL DEFAULT '',
    utm_source TEXT NOT NULL DEFAULT '',           -- template of its links' UTM values, {names} in braces; '' = none
    utm_medium TEXT NOT NULL DEFAULT '',
    utm_campaign TEXT NOT NULL DEFAULT '',
    utm_term TEXT NOT NULL DEFAULT '',
    utm_content TEXT NOT NULL DEFAULT '',
    utm_id TEXT NOT NULL DEFAULT '',
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    UNIQUE (kind, key)
) STRICT;

-- The dictionary of UTM values. A report shows what a click was given as the value it is a spelling of.
CREATE TABLE utm_value (
    id INTEGER PRIMARY KEY,
    field TEXT NOT NULL CHECK (field IN ('utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content')),
    value TEXT NOT NULL,                           -- as it is to be written
    name_zh TEXT NOT NULL DEFAULT '',
    name_en TEXT NOT NULL DEFAULT '',
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)), -- still normalised, not for new links
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX utm_value_field ON utm_value (field, archived);

-- Every spelling stands for one value of its field: the value's own (position 0) and its aliases.
CREATE TABLE utm_spelling (
    field TEXT NOT NULL,
    folded TEXT NOT NULL,                          -- what is compared
    spelling TEXT NOT NULL,                        -- as it was entered
    utm_value_id INTEGER NOT NULL REFERENCES utm_value (id),
    position INTEGER NOT NULL,
    PRIMARY KEY (field, folded)
) STRICT, WITHOUT ROWID;
CREATE INDEX utm_spelling_value ON utm_spelling (utm_value_id, position);

-- Links. AUTOINCREMENT and tombstones: an id, and so a code, is never handed out again. What a redirect needs stands
-- first, so that loading all links does not read through long notes.
CREATE TABLE link (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,                            -- what the id enciphers to; stored so that settings never move it
    domain_id INTEGER NOT NULL REFERENCES domain (id),
    url TEXT NOT NULL,                             -- the target, byte for byte as it will be answered
    -- Which groups of columns say something: 1 = where visits are said to come from (channel_id, source, utm_*), 2 = the
    -- other rules of a redirect. A group that is not named stands at its defaults (the CHECK at the end holds that), so a
    -- start does not read it. A bit too many is harmless. 4 = a live code: it has targets or rules.
    more INTEGER NOT NULL DEFAULT 3 CHECK (more BETWEEN 0 AND 7),
    redirect_status INTEGER NOT NULL DEFAULT 302 CHECK (redirect_status IN (301, 302, 303, 307, 308)),
    valid_from_ms INTEGER,
    valid_until_ms INTEGER,
    max_clicks INTEGER NOT NULL DEFAULT 0 CHECK (max_clicks >= 0), -- 0 = no limit
    forward_query INTEGER NOT NULL DEFAULT 1 CHECK (forward_query IN (0, 1)),
    visitor_wins INTEGER NOT NULL DEFAULT 0 CHECK (visitor_wins IN (0, 1)), -- query_conflict = visitor
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    crawlable INTEGER NOT NULL DEFAULT 0 CHECK (crawlable IN (0, 1)),
    deleted_ms INTEGER,                            -- in the bin since
    tombstone INTEGER NOT NULL DEFAULT 0 CHECK (tombstone IN (0, 1)),
    campaign_id INTEGER REFERENCES label (id),
    channel_id INTEGER REFERENCES label (id),
    owner_id INTEGER REFERENCES user (id),
    fallback_url TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    utm_source TEXT NOT NULL DEFAULT '',
    utm_medium TEXT NOT NULL DEFAULT '',
    utm_campaign TEXT NOT NULL DEFAULT '',
    utm_term TEXT NOT NULL DEFAULT '',
    utm_content TEXT NOT NULL DEFAULT '',
    utm_id TEXT NOT NULL DEFAULT '',
    click_id_param TEXT NOT NULL DEFAULT '',
    url_hash INTEGER NOT NULL,                     -- XXH3 of url, signed: finds the same target without indexing long texts
    customer TEXT NOT NULL DEFAULT '',
    external_id TEXT,                              -- the caller's own id; unique among links that have one
    title TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,           -- counts edits; the ETag
    notes TEXT NOT NULL DEFAULT '',
    metadata TEXT NOT NULL DEFAULT '',             -- JSON object; empty = {}
    CHECK (more & 1 OR (channel_id IS NULL AND source = '' AND utm_source = '' AND utm_medium = '' AND utm_campaign = ''
        AND utm_term = '' AND utm_content = '' AND utm_id = '')),
    CHECK (more & 2 OR (redirect_status = 302 AND valid_from_ms IS NULL AND valid_until_ms IS NULL AND max_clicks = 0
        AND forward_query = 1 AND visitor_wins = 0 AND enabled = 1 AND crawlable = 0 AND deleted_ms IS NULL
        AND tombstone = 0 AND fallback_url = '' AND click_id_param = ''))
) STRICT;
CREATE UNIQUE INDEX link_code ON link (code);      -- sequential and enciphered codes may meet once the style was changed
CREATE UNIQUE INDEX link_external_id ON link (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX link_url ON link (url_hash);
CREATE INDEX link_campaign ON link (campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX link_channel ON link (channel_id) WHERE channel_id IS NOT NULL;
CREATE INDEX link_owner ON link (owner_id, tombstone) WHERE owner_id IS NOT NULL;
CREATE INDEX link_bin ON link (deleted_ms) WHERE deleted_ms IS NOT NULL AND tombstone = 0;
CREATE INDEX link_created ON link (created_ms);    -- the order of lists; grows at its end

-- Custom codes, per domain. Imported ones may be any UTF-8 path. folded = case-folded when the install folds, else = alias.
CREATE TABLE link_alias (
    domain_id INTEGER NOT NULL REFERENCES domain (id),
    folded TEXT NOT NULL,
    alias TEXT NOT NULL,
    link_id INTEGER NOT NULL REFERENCES link (id),
    position INTEGER NOT NULL DEFAULT 0,           -- the lowest of a link is shown in short_url
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (domain_id, folded)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_alias_link ON link_alias (link_id);
CREATE INDEX link_alias_folded ON link_alias (folded);

CREATE TABLE link_tag (
    link_id INTEGER NOT NULL REFERENCES link (id),
    tag_id INTEGER NOT NULL REFERENCES label (id),
    PRIMARY KEY (link_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_tag_tag ON link_tag (tag_id, link_id);

-- What a search need not look at: of each 256 links by id, which groups of letters occur in them (store/link_grams.h). A row
-- that is missing says nothing. Made by the way once a block is full; gone as soon as a text of it changes.
CREATE TABLE link_gram (
    block INTEGER PRIMARY KEY,                     -- id >> 8
    grams BLOB NOT NULL                            -- bits
) STRICT;
CREATE TRIGGER link_gram_text AFTER UPDATE OF url, title, notes ON link
WHEN NEW.url <> OLD.url OR NEW.title <> OLD.title OR NEW.notes <> OLD.notes
BEGIN DELETE FROM link_gram WHERE block = NEW.id >> 8; END;
CREATE TRIGGER link_gram_alias AFTER INSERT ON link_alias
BEGIN DELETE FROM link_gram WHERE block = NEW.link_id >> 8; END;

-- What lists look at of all links: of each 256 by id, one column for all of them (store/link_columns.h). Made by the way once a
-- block is full, gone as soon as something of it changes; a block whose row is missing is read from the tables themselves.
CREATE TABLE link_column (
    id INTEGER PRIMARY KEY,                        -- enum link_column << 40 | link.id >> 8
    data BLOB NOT NULL
) STRICT;
CREATE TRIGGER link_column_facts AFTER UPDATE ON link
BEGIN DELETE FROM link_column WHERE id = NEW.id >> 8; END;
CREATE TRIGGER link_column_title AFTER UPDATE OF title ON link WHEN NEW.title <> OLD.title
BEGIN DELETE FROM link_column WHERE id = (1 << 40) + (NEW.id >> 8); END;
CREATE TRIGGER link_column_tag_gained AFTER INSERT ON link_tag
BEGIN DELETE FROM link_column WHERE id = (2 << 40) + (NEW.link_id >> 8); END;
CREATE TRIGGER link_column_tag_lost AFTER DELETE ON link_tag
BEGIN DELETE FROM link_column WHERE id = (2 << 40) + (OLD.link_id >> 8); END;

-- What folds have written into link_stat since the columns of figures were made: the figures of the links each touched.
CREATE TABLE link_figures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- in order of time; a column knows the last one that is in it
    data BLOB NOT NULL
) STRICT;

-- API keys: only the SHA-256 is kept.
CREATE TABLE api_key (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,                          -- first characters, to recognise it in lists
    hash BLOB NOT NULL UNIQUE,
    scopes INTEGER NOT NULL,                       -- bits of enum scope
    user_id INTEGER NOT NULL REFERENCES user (id),
    owner_id INTEGER REFERENCES user (id),         -- bound to one owner's links
    domain_id INTEGER REFERENCES domain (id),      -- bound to one domain's links
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    used_ms INTEGER
) STRICT;

-- One-time links by which a user sets a password: only the SHA-256 of the token is kept. Used ones are deleted.
CREATE TABLE user_token (
    hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL UNIQUE REFERENCES user (id), -- a new one ends the one before
    kind TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed-in browsers: only the SHA-256 of the session id is kept.
CREATE TABLE session (
    hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user (id),
    api_key_id INTEGER REFERENCES api_key (id),    -- signed in with that key: its scopes and bounds hold, and its end
    csrf TEXT NOT NULL,
    browser TEXT NOT NULL,                         -- its User-Agent, so that people know which of theirs it is
    network TEXT NOT NULL,                         -- where it signed in from: an address without its last part
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (user_id);

-- Who changed what, from what to what: written in the transaction of the change, never changed but by a purge, which
-- empties the lines of what it purges.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,                        -- in order of time
    time_ms INTEGER NOT NULL,
    user_id INTEGER,                               -- who; NULL = nobody who is known
    api_key_id INTEGER,                            -- by which key; NULL = signed in by password
    action TEXT NOT NULL,                          -- link.update, user.create, session.failed …
    kind TEXT NOT NULL,                            -- of the object: link, domain, campaign, channel, tag, utm_value, user, key, import
    object_id INTEGER,
    name TEXT NOT NULL DEFAULT '',                 -- what the object was called then
    changes TEXT NOT NULL DEFAULT '',              -- JSON: field to [before, after]; empty = {}
    client TEXT NOT NULL DEFAULT ''                -- of signing in: the address, cut to its network
) STRICT;
CREATE INDEX audit_object ON audit (kind, object_id);
CREATE INDEX audit_user ON audit (user_id);

-- Answers kept 24 h for repeats of the same Idempotency-Key.
CREATE TABLE idempotency (
    caller INTEGER NOT NULL,                       -- id of an API key; of a signed-in user, negative
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,                    -- SHA-256 of method, path and body
    status INTEGER NOT NULL,
    headers TEXT NOT NULL DEFAULT '',
    body BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

-- Texts that many clicks share (User-Agents, referrers, hosts…), stored once.
CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- Journal segments: how far each is ingested, folded into the sums and sealed into chunks; also the time range of its clicks, so that a
-- report skips what cannot matter.
CREATE TABLE segment (
    id INTEGER PRIMARY KEY,                        -- node:8 | segment:34, as in click ids
    ingested_to INTEGER NOT NULL DEFAULT 0,        -- byte offset; all records before it are rows
    folded_to INTEGER NOT NULL DEFAULT 0,          -- byte offset; all rows before it are in the sums
    sealed_to INTEGER NOT NULL DEFAULT 0,          -- byte offset; all rows before it are in chunks
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)), -- nothing more will be appended
    rows INTEGER NOT NULL DEFAULT 0,               -- in click_batch, as are the times; chunks have their own
    min_ms INTEGER,
    max_ms INTEGER
) STRICT;

-- The ledger: clicks in order of id, packed many to a row (docs/decisions/0010). Ranges of ids never overlap, a batch is of
-- one segment. Appended, no secondary index.
CREATE TABLE click_batch (
    first_id INTEGER PRIMARY KEY,                  -- node:8 | segment:34 | offset/64:17
    last_id INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    clicks BLOB NOT NULL                           -- include/linkpond/model/click_pack.h says what is in it
) STRICT;

-- Clicks that left click_batch, some ten thousand together (docs/decisions/0011). A click is in one place only.
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT,          -- never used again: checksums are seeded with it
    rows INTEGER NOT NULL,
    min_ms INTEGER NOT NULL,
    max_ms INTEGER NOT NULL,
    min_id INTEGER NOT NULL,
    max_id INTEGER NOT NULL,
    columns INTEGER NOT NULL,                      -- how many there were when it was made; later ones hold nothing
    bytes INTEGER NOT NULL DEFAULT 0,              -- of its columns
    seq INTEGER NOT NULL DEFAULT 0,                -- place in the order of sealing; a chunk written anew has that of the one before
    folded INTEGER NOT NULL CHECK (folded IN (0, 1)) -- its rows are in the sums; 0 only while these are counted anew
) STRICT;
CREATE TABLE chunk_column (
    id INTEGER PRIMARY KEY,                        -- chunk.id * 64 + column
    data BLOB NOT NULL                             -- include/linkpond/model/chunk.h says what is in it
) STRICT;

-- Visitors found by the day's keyed hash, one row for those of a batch; rows go two days after.
CREATE TABLE visitor_day (
    first_number INTEGER PRIMARY KEY,              -- pseudonym of the first hash; dense, never reused
    day INTEGER NOT NULL,                          -- install-local civil day
    hashes BLOB NOT NULL                           -- 8 bytes each, little end first: first_number, the one after it, ...
) STRICT;

-- The only stored sums. quarters: sparse quarter-hours of (class, outcome) counts of one UTC day. A link's newest day stands
-- with its figures, so that folding a click touches one row of its link. When a newer one begins it stays there, packed
-- with those before it, until they are too many: then they move to link_day together, whose pages are anywhere.
CREATE TABLE link_stat (
    link_id INTEGER PRIMARY KEY,
    clicks INTEGER NOT NULL DEFAULT 0,
    visitors INTEGER NOT NULL DEFAULT 0,
    bots INTEGER NOT NULL DEFAULT 0,               -- every class but human
    total INTEGER NOT NULL DEFAULT 0,
    scans INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0,           -- clicks that took one of max_clicks
    last_ms INTEGER,                               -- last of the clicks (PV)
    day INTEGER,                                   -- the newest day, later than all in link_day; NULL = none yet
    quarters BLOB,
    older BLOB                                     -- days before it, later than all in link_day: src/store/sums_days.c
) STRICT;
-- The top of a list by clicks. Few links are there, so few of those that a fold writes are written here too.
CREATE INDEX link_stat_clicks ON link_stat (clicks) WHERE clicks >= 32;
CREATE TABLE link_day (
    link_id INTEGER NOT NULL,
    day INTEGER NOT NULL,                          -- days since 1970-01-01 UTC
    quarters BLOB NOT NULL,
    PRIMARY KEY (link_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE scope_day (
    scope INTEGER NOT NULL,                        -- 0 all, 1 campaign, 2 channel of the link, 3 owner, 4 domain of the link
    scope_id INTEGER NOT NULL,                     -- 0 for all
    day INTEGER NOT NULL,
    quarters BLOB NOT NULL,
    PRIMARY KEY (scope, scope_id, day)
) STRICT, WITHOUT ROWID;

-- What is kept of clicks that retention deleted: the most frequent values of each dimension and day.
CREATE TABLE dim_day (
    day_ms INTEGER NOT NULL,                       -- its first instant in the installation's zone of then
    dim INTEGER NOT NULL,                          -- the column of chunks (include/linkpond/model/chunk.h)
    kept INTEGER NOT NULL,                         -- how many values
    tops BLOB NOT NULL,                            -- include/linkpond/model/tops.h
    PRIMARY KEY (day_ms, dim)
) STRICT, WITHOUT ROWID;

-- Stored history that is being written anew, chunk by chunk, one row after the other. Each chunk moves `position` in its own
-- transaction, so a row that waits or runs goes on after a crash where it was. Finished ones are kept a while, to be told of.
CREATE TABLE rewrite (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,                         -- enum rewrite_kind
    state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3), -- enum rewrite_state
    dry_run INTEGER NOT NULL DEFAULT 0 CHECK (dry_run IN (0, 1)), -- counts only
    from_ms INTEGER NOT NULL,                      -- only clicks of [from_ms, to_ms)
    to_ms INTEGER NOT NULL,
    rules INTEGER NOT NULL DEFAULT 0,              -- fingerprint of the tables it is done with
    seq_end INTEGER NOT NULL DEFAULT 0,            -- the last chunk (chunk.seq) there was when it began
    position INTEGER NOT NULL DEFAULT 0,           -- chunks up to this one are done
    chunks INTEGER NOT NULL DEFAULT 0,
    chunks_done INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,               -- clicks looked at
    changed INTEGER NOT NULL DEFAULT 0,            -- of them
    damaged INTEGER NOT NULL DEFAULT 0,            -- chunks that could not be read and stay as they are
    counts BLOB NOT NULL DEFAULT x'',              -- include/linkpond/store/rewrites.h
    failure TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    started_ms INTEGER,
    finished_ms INTEGER
) STRICT;
CREATE INDEX rewrite_unfinished ON rewrite (id) WHERE state < 2;

-- What an unfinished one is about. reclassify: links whose last click has to be found anew, and when that was; purge: links, and
-- the last chunk (chunk.seq) that may hold clicks of each; forget: visitors (number * 4 + visitor_by).
CREATE TABLE rewrite_subject (
    rewrite_id INTEGER NOT NULL REFERENCES rewrite (id),
    subject INTEGER NOT NULL,
    detail INTEGER NOT NULL,
    PRIMARY KEY (rewrite_id, subject)
) STRICT, WITHOUT ROWID;
