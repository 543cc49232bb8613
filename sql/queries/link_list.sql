-- SPDX-License-Identifier: MIT
-- Lists of links under any mix of filters, without building SQL at run time (src/store/links_list.c says how the three kinds
-- of statements go together). What is not asked for is NULL (ids, times, :text) or negative (:archived, :state).

-- part: list_text
has_text(l.url, :text) OR has_text(l.title, :text) OR has_text(l.code, :text)
    OR has_text(l.notes, :text)
    OR EXISTS (SELECT 1 FROM link_alias a WHERE a.link_id = l.id AND has_text(a.alias, :text))

-- part: list_filters
l.tombstone = 0 AND (l.deleted_ms IS NOT NULL) = :bin
AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)
AND (:campaign_id IS NULL OR l.campaign_id = :campaign_id)
AND (:channel_id IS NULL OR l.channel_id = :channel_id)
AND (:owner_id IS NULL OR l.owner_id = :owner_id)
AND (:domain_id IS NULL OR l.domain_id = :domain_id)
AND (:tag_id IS NULL OR EXISTS (SELECT 1 FROM link_tag t WHERE t.link_id = l.id AND t.tag_id = :tag_id))
AND (:archived < 0 OR l.archived = :archived)
AND (:created_from_ms IS NULL OR l.created_ms >= :created_from_ms)
AND (:created_to_ms IS NULL OR l.created_ms < :created_to_ms)
AND (:state < 0 OR :state = CASE
    WHEN l.archived = 1 THEN 5
    WHEN l.enabled = 0 OR l.deleted_ms IS NOT NULL THEN 4
    WHEN l.valid_from_ms > :now_ms THEN 0
    WHEN l.valid_until_ms <= :now_ms THEN 2
    WHEN l.max_clicks > 0 AND COALESCE(s.reserved, 0) >= l.max_clicks THEN 3
    ELSE 1 END)
AND (:text IS NULL OR
-- use: list_text
)

-- part: list_from
FROM link l LEFT JOIN link_stat s ON s.link_id = l.id WHERE

-- One link: is it meant, and what it is put in order by. :id is the first parameter.
-- name: link_list_check
SELECT l.created_ms, l.updated_ms, COALESCE(s.clicks, 0), COALESCE(s.last_ms, 0), l.title
-- use: list_from
l.id = :id AND
-- use: list_filters
;

-- Only the text of one: all else was looked at by columns. :id is the first parameter.
-- name: link_list_text
SELECT 1 FROM link l WHERE l.id = :id AND (
-- use: list_text
);

-- Those of a block that hold a text, but for their aliases; and those whose aliases do.
-- name: link_list_texts
SELECT l.id FROM link l WHERE l.id >= :from_id AND l.id < :to_id AND (has_text(l.url, :text)
    OR has_text(l.title, :text) OR has_text(l.code, :text) OR has_text(l.notes, :text));

-- name: link_list_aliases
SELECT link_id FROM link_alias INDEXED BY link_alias_link
WHERE link_id >= :from_id AND link_id < :to_id AND has_text(alias, :text);

-- ---- walks: ids in an order, from an index alone. First those beside the last item of the page before, then the others.

-- name: link_walk_id
SELECT id FROM link WHERE id > :after_id ORDER BY id;

-- name: link_walk_created_beside
SELECT id FROM link INDEXED BY link_created WHERE created_ms = :key AND id < :after_id ORDER BY id DESC;

-- name: link_walk_created
SELECT id FROM link INDEXED BY link_created WHERE created_ms < :key AND created_ms >= :end ORDER BY created_ms DESC, id DESC;

-- name: link_walk_created_asc_beside
SELECT id FROM link INDEXED BY link_created WHERE created_ms = :key AND id > :after_id ORDER BY id;

-- name: link_walk_created_asc
SELECT id FROM link INDEXED BY link_created WHERE created_ms > :key AND created_ms < :end ORDER BY created_ms, id;

-- ---- sources: ids that one condition leaves, from its index alone. Those of what a link belongs to go on behind an id.

-- name: link_source_tag
SELECT link_id FROM link_tag INDEXED BY link_tag_tag WHERE tag_id = :of AND link_id > :after_id ORDER BY link_id LIMIT :limit;

-- name: link_source_channel
SELECT id FROM link INDEXED BY link_channel WHERE channel_id = :of AND id > :after_id ORDER BY id LIMIT :limit;

-- name: link_source_campaign
SELECT id FROM link INDEXED BY link_campaign WHERE campaign_id = :of AND id > :after_id ORDER BY id LIMIT :limit;

-- name: link_source_owner
SELECT id FROM link INDEXED BY link_owner WHERE owner_id = :of AND tombstone = 0 AND id > :after_id ORDER BY id LIMIT :limit;

-- name: link_source_bin
SELECT id FROM link INDEXED BY link_bin WHERE deleted_ms IS NOT NULL AND tombstone = 0 LIMIT :limit;

-- name: link_source_created
SELECT id FROM link INDEXED BY link_created WHERE created_ms >= :of AND created_ms < :to_ms LIMIT :limit;
