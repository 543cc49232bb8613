-- SPDX-License-Identifier: MIT
-- Lists of links under any mix of filters, without building SQL at run time. A candidate comes from exactly one of the
-- branches of a UNION ALL: :driver names the index that narrows most, and a branch whose :driver differs ends before its
-- first row. What is not asked for is NULL (ids, times, :pattern) or negative (:archived, :state). The likelihood of the
-- days keeps the planner from expecting few rows, for it would then sort them all instead of reading them in order.

-- part: list_filters
l.tombstone = 0 AND (l.deleted_ms IS NOT NULL) = :bin
AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)
AND (:campaign_id IS NULL OR l.campaign_id = :campaign_id)
AND (:channel_id IS NULL OR l.channel_id = :channel_id)
AND (:owner_id IS NULL OR l.owner_id = :owner_id)
AND (:domain_id IS NULL OR l.domain_id = :domain_id)
AND (:tag_id IS NULL OR EXISTS (SELECT 1 FROM link_tag t WHERE t.link_id = l.id AND t.tag_id = :tag_id))
AND (:archived < 0 OR l.archived = :archived)
AND likelihood(:created_from_ms IS NULL OR l.created_ms >= :created_from_ms, 1.0)
AND likelihood(:created_to_ms IS NULL OR l.created_ms < :created_to_ms, 1.0)
AND (:state < 0 OR :state = CASE
    WHEN l.archived = 1 THEN 5
    WHEN l.enabled = 0 OR l.deleted_ms IS NOT NULL THEN 4
    WHEN l.valid_from_ms > :now_ms THEN 0
    WHEN l.valid_until_ms <= :now_ms THEN 2
    WHEN l.max_clicks > 0 AND COALESCE(s.reserved, 0) >= l.max_clicks THEN 3
    ELSE 1 END)
AND (:pattern IS NULL OR l.url LIKE :pattern ESCAPE '\' OR l.title LIKE :pattern ESCAPE '\'
    OR l.code LIKE :pattern ESCAPE '\' OR l.notes LIKE :pattern ESCAPE '\'
    OR EXISTS (SELECT 1 FROM link_alias a WHERE a.link_id = l.id AND a.alias LIKE :pattern ESCAPE '\'))

-- part: list_columns
SELECT l.id, l.title, l.updated_ms, COALESCE(s.clicks, 0), COALESCE(s.last_ms, 0)

-- part: list_candidates
WITH candidate (id, title, updated_ms, clicks, last_ms) AS NOT MATERIALIZED (
-- use: list_columns
FROM link l LEFT JOIN link_stat s ON s.link_id = l.id WHERE :driver = 0 AND
-- use: list_filters
UNION ALL
-- use: list_columns
FROM link l LEFT JOIN link_stat s ON s.link_id = l.id WHERE :driver = 1 AND l.campaign_id = :campaign_id AND
-- use: list_filters
UNION ALL
-- use: list_columns
FROM link l LEFT JOIN link_stat s ON s.link_id = l.id WHERE :driver = 2 AND l.channel_id = :channel_id AND
-- use: list_filters
UNION ALL
-- use: list_columns
FROM link l LEFT JOIN link_stat s ON s.link_id = l.id WHERE :driver = 3 AND l.owner_id = :driver_owner_id AND
-- use: list_filters
UNION ALL
SELECT x.link_id, l.title, l.updated_ms, COALESCE(s.clicks, 0), COALESCE(s.last_ms, 0)
FROM link_tag x CROSS JOIN link l ON l.id = x.link_id LEFT JOIN link_stat s ON s.link_id = l.id
WHERE :driver = 4 AND x.tag_id = :tag_id AND
-- use: list_filters
UNION ALL
-- use: list_columns
FROM link l INDEXED BY link_bin LEFT JOIN link_stat s ON s.link_id = l.id
WHERE :driver = 5 AND l.deleted_ms IS NOT NULL AND
-- use: list_filters
)

-- name: link_list_created
-- use: list_candidates
SELECT id FROM candidate WHERE id < :after_id ORDER BY id DESC LIMIT :limit;

-- name: link_list_created_asc
-- use: list_candidates
SELECT id FROM candidate WHERE id > :after_id ORDER BY id LIMIT :limit;

-- name: link_list_clicks
-- use: list_candidates
SELECT id FROM candidate WHERE :after_id = 0 OR (clicks, id) < (:after_key, :after_id)
ORDER BY clicks DESC, id DESC LIMIT :limit;

-- name: link_list_updated
-- use: list_candidates
SELECT id FROM candidate WHERE :after_id = 0 OR (updated_ms, id) < (:after_key, :after_id)
ORDER BY updated_ms DESC, id DESC LIMIT :limit;

-- name: link_list_last_click
-- use: list_candidates
SELECT id FROM candidate WHERE :after_id = 0 OR (last_ms, id) < (:after_key, :after_id)
ORDER BY last_ms DESC, id DESC LIMIT :limit;

-- name: link_list_title
-- use: list_candidates
SELECT id FROM candidate WHERE :after_id = 0 OR (title, id) > (:after_title, :after_id)
ORDER BY title, id LIMIT :limit;

-- name: link_list_count
-- use: list_candidates
SELECT count(*) FROM (SELECT 1 FROM candidate LIMIT :limit);
