-- SPDX-License-Identifier: MIT
-- Single links, and what stands by for a list of them. link_list.sql has the lists.

-- What a bound key may see. A NULL owner makes the comparison NULL, and so denies.
-- part: link_bounds
AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)

-- part: link_origin
l.channel_id, l.source, l.utm_source, l.utm_medium, l.utm_campaign, l.utm_term, l.utm_content, l.utm_id

-- part: link_rules
l.redirect_status, l.valid_from_ms, l.valid_until_ms, l.max_clicks, l.forward_query, l.visitor_wins, l.enabled,
    l.crawlable, l.deleted_ms, l.tombstone, l.fallback_url, l.click_id_param

-- What every link has. Each column costs some 20 ns a row, so the others are read only of links that say something there.
-- name: link_load_each
SELECT id, code, domain_id, url, more FROM link ORDER BY id;

-- name: link_load_origins
SELECT l.id,
-- use: link_origin
FROM link l WHERE l.more & 1 ORDER BY l.id;

-- name: link_load_rules
SELECT l.id,
-- use: link_rules
FROM link l WHERE l.more & 2 ORDER BY l.id;

-- name: link_load_one
SELECT l.id, l.code, l.domain_id, l.url, l.more,
-- use: link_origin
,
-- use: link_rules
FROM link l WHERE l.id = :id;

-- One past the highest id ever inserted: sqlite_sequence remembers it even when the row is gone.
-- name: link_next_id
SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'link'), 0) + 1;

-- Two statements: a table that never had a row has no line in sqlite_sequence.
-- name: link_skip_ids_first
INSERT INTO sqlite_sequence (name, seq) SELECT 'link', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'link');

-- name: link_skip_ids
UPDATE sqlite_sequence SET seq = seq + :count WHERE name = 'link';

-- lower(): where aliases are folded, one of the same letters would answer in place of the code.
-- name: link_code_taken
SELECT EXISTS (SELECT 1 FROM link WHERE code = :code)
    OR EXISTS (SELECT 1 FROM link_alias WHERE folded = :code OR folded = lower(:code));

-- name: link_insert
INSERT INTO link (domain_id, url, more, redirect_status, valid_from_ms, valid_until_ms, max_clicks, forward_query,
    visitor_wins, enabled, archived, crawlable, campaign_id, channel_id, owner_id, fallback_url, source, utm_source,
    utm_medium, utm_campaign, utm_term, utm_content, utm_id, click_id_param, url_hash, customer, external_id, title,
    notes, metadata, updated_ms, id, code, created_by, created_ms)
VALUES (:domain_id, :url, :more, :redirect_status, :valid_from_ms, :valid_until_ms, :max_clicks, :forward_query,
    :visitor_wins, :enabled, :archived, :crawlable, :campaign_id, :channel_id, :owner_id, :fallback_url, :source,
    :utm_source, :utm_medium, :utm_campaign, :utm_term, :utm_content, :utm_id, :click_id_param, :url_hash, :customer,
    :external_id, :title, :notes, :metadata, :updated_ms, :id, :code, :created_by, :created_ms);

-- name: link_update
UPDATE link AS l SET domain_id = :domain_id, url = :url,
    more = :more | (more & 4) | CASE WHEN deleted_ms IS NULL THEN 0 ELSE 2 END, redirect_status = :redirect_status,
    valid_from_ms = :valid_from_ms, valid_until_ms = :valid_until_ms, max_clicks = :max_clicks,
    forward_query = :forward_query, visitor_wins = :visitor_wins, enabled = :enabled, archived = :archived,
    crawlable = :crawlable, campaign_id = :campaign_id, channel_id = :channel_id, owner_id = :owner_id,
    fallback_url = :fallback_url, source = :source, utm_source = :utm_source, utm_medium = :utm_medium,
    utm_campaign = :utm_campaign, utm_term = :utm_term, utm_content = :utm_content, utm_id = :utm_id,
    click_id_param = :click_id_param, url_hash = :url_hash, customer = :customer, external_id = :external_id,
    title = :title, notes = :notes, metadata = :metadata, updated_ms = :updated_ms, revision = revision + 1
WHERE l.id = :id AND l.revision = :revision AND l.tombstone = 0
-- use: link_bounds
;

-- A row for each fold whose gains wait for the link's part (store/gains.h), one where nothing waits.
-- name: link_find
SELECT l.id, l.code, l.domain_id, d.host, l.url, l.redirect_status, l.valid_from_ms, l.valid_until_ms, l.max_clicks,
    l.forward_query, l.visitor_wins, l.enabled, l.archived, l.crawlable, l.deleted_ms, l.campaign_id, ca.key,
    l.channel_id, ch.key, l.owner_id, u.key, l.fallback_url, l.source, l.utm_source, l.utm_medium, l.utm_campaign,
    l.utm_term, l.utm_content, l.utm_id, l.click_id_param, l.customer, l.external_id, l.title, l.created_by,
    l.created_ms, l.updated_ms, l.revision, l.notes, l.metadata, s.clicks, s.visitors, s.bots, s.total, s.scans,
    s.reserved, s.last_ms, l.more & 4,
    CASE WHEN l.more & 4 THEN (SELECT count(*) FROM target t WHERE t.link_id = l.id AND t.deleted_ms IS NULL) END,
    CASE WHEN l.more & 4 THEN
        (SELECT count(*) FROM target t WHERE t.link_id = l.id AND t.deleted_ms IS NULL AND t.enabled = 1) END,
    CASE WHEN l.more & 4 THEN (SELECT count(*) FROM rule r WHERE r.link_id = l.id) END, g.numbers
FROM link l JOIN domain d ON d.id = l.domain_id LEFT JOIN label ca ON ca.id = l.campaign_id
    LEFT JOIN label ch ON ch.id = l.channel_id LEFT JOIN user u ON u.id = l.owner_id
    LEFT JOIN link_stat s ON s.link_id = l.id
    LEFT JOIN link_gain g ON g.id >= (l.id >> 12) << 32 AND g.id < ((l.id >> 12) + 1) << 32
WHERE l.id = :id AND l.tombstone = 0
-- use: link_bounds
;

-- name: link_find_code
SELECT l.id FROM link l WHERE l.code = :code AND l.tombstone = 0
-- use: link_bounds
;

-- name: link_find_code_ever
SELECT l.id FROM link l WHERE l.code = :code;

-- name: link_find_external
SELECT l.id FROM link l WHERE l.external_id = :external_id AND l.tombstone = 0
-- use: link_bounds
;

-- name: link_find_same
SELECT l.id FROM link l
WHERE l.url_hash = :url_hash AND l.url = :url AND l.domain_id = :domain_id AND l.campaign_id IS :campaign_id
    AND l.channel_id IS :channel_id AND l.customer = :customer AND l.deleted_ms IS NULL AND l.tombstone = 0
-- use: link_bounds
ORDER BY l.id DESC LIMIT 1;

-- name: link_hand_over
UPDATE link SET owner_id = :into_id, updated_ms = :now_ms, revision = revision + 1
WHERE id = :id AND owner_id = :from_id AND tombstone = 0;

-- name: link_bin
UPDATE link AS l SET more = more | 2, deleted_ms = :now_ms, updated_ms = :now_ms, revision = revision + 1
WHERE l.id = :id AND l.deleted_ms IS NULL AND l.tombstone = 0
-- use: link_bounds
;

-- name: link_restore
UPDATE link AS l SET deleted_ms = NULL, updated_ms = :now_ms, revision = revision + 1
WHERE l.id = :id AND l.deleted_ms IS NOT NULL AND l.tombstone = 0
-- use: link_bounds
;

-- name: link_tombstone
UPDATE link SET more = more | 2, tombstone = 1, deleted_ms = COALESCE(deleted_ms, :now_ms), external_id = NULL, updated_ms = :now_ms,
    revision = revision + 1
WHERE id = :id AND tombstone = 0;

-- name: link_wipe
UPDATE link SET more = more | 2, tombstone = 1, deleted_ms = COALESCE(deleted_ms, :now_ms), external_id = NULL, updated_ms = :now_ms,
    revision = revision + 1, url = '', url_hash = 0, fallback_url = '', title = '', notes = '', metadata = '',
    customer = '', source = '', utm_source = '', utm_medium = '', utm_campaign = '', utm_term = '', utm_content = '',
    utm_id = '', click_id_param = '', created_by = '', campaign_id = NULL, channel_id = NULL, owner_id = NULL
WHERE id = :id;

-- name: link_binned_before
SELECT id FROM link INDEXED BY link_bin
WHERE deleted_ms IS NOT NULL AND deleted_ms < :before_ms AND tombstone = 0 ORDER BY id LIMIT :limit;

-- Somebody who takes the tag off keeps the link.
-- name: link_ended_of_maker
SELECT l.id FROM link_tag t JOIN link l ON l.id = t.link_id
WHERE t.tag_id = (SELECT id FROM label WHERE kind = 'tag' AND key = :created_by) AND t.link_id > :after_id
    AND l.created_by = :created_by AND l.valid_until_ms < :before_ms AND l.deleted_ms IS NULL AND l.tombstone = 0
ORDER BY t.link_id LIMIT :limit;

-- name: link_ids
SELECT domain_id, campaign_id, channel_id, owner_id FROM link WHERE id = :id;

-- Read from the index alone, without the links themselves.
-- name: link_each_of_campaign
SELECT id FROM link INDEXED BY link_campaign WHERE campaign_id = :id;
