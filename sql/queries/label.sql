-- SPDX-License-Identifier: MIT
-- part: label_row
SELECT b.id, b.kind, b.key, b.name, b.name_zh, b.name_en, b.channel_group, b.region, b.location, b.cost_centre,
    b.owner_id, u.key, b.archived, b.created_ms, b.updated_ms, b.utm_source, b.utm_medium, b.utm_campaign, b.utm_term,
    b.utm_content, b.utm_id
FROM label b LEFT JOIN user u ON u.id = b.owner_id

-- name: label_insert
INSERT INTO label (key, name, name_zh, name_en, channel_group, region, location, cost_centre, owner_id, archived,
    utm_source, utm_medium, utm_campaign, utm_term, utm_content, utm_id, updated_ms, kind, created_ms)
VALUES (:key, :name, :name_zh, :name_en, :channel_group, :region, :location, :cost_centre, :owner_id, :archived,
    :utm_source, :utm_medium, :utm_campaign, :utm_term, :utm_content, :utm_id, :updated_ms, :kind, :created_ms);

-- name: label_update
UPDATE label SET key = :key, name = :name, name_zh = :name_zh, name_en = :name_en, channel_group = :channel_group,
    region = :region, location = :location, cost_centre = :cost_centre, owner_id = :owner_id, archived = :archived,
    utm_source = :utm_source, utm_medium = :utm_medium, utm_campaign = :utm_campaign, utm_term = :utm_term,
    utm_content = :utm_content, utm_id = :utm_id, updated_ms = :updated_ms
WHERE id = :id;

-- name: label_ensure
INSERT INTO label (kind, key, created_ms, updated_ms) VALUES (:kind, :key, :now_ms, :now_ms)
ON CONFLICT (kind, key) DO NOTHING;

-- name: label_id
SELECT id FROM label WHERE kind = :kind AND key = :key;

-- name: label_find
-- use: label_row
WHERE b.kind = :kind AND b.key = :key;

-- name: label_find_id
-- use: label_row
WHERE b.id = :id;

-- name: label_each
-- use: label_row
ORDER BY b.id;

-- part: label_matches
WHERE b.kind = :kind AND (:archived < 0 OR b.archived = :archived)
    AND (:pattern IS NULL OR b.key LIKE :pattern ESCAPE '\' OR b.name LIKE :pattern ESCAPE '\'
        OR b.name_zh LIKE :pattern ESCAPE '\' OR b.name_en LIKE :pattern ESCAPE '\')

-- name: label_list
-- use: label_row
-- use: label_matches
AND b.key > :after_key ORDER BY b.key LIMIT :limit;

-- name: label_count
SELECT count(*) FROM (SELECT 1 FROM label b
-- use: label_matches
LIMIT :limit);

-- name: label_hand_over
UPDATE label SET owner_id = :into_id, updated_ms = :now_ms WHERE owner_id = :from_id;

-- name: label_count_of_owner
SELECT count(*) FROM label WHERE owner_id = :id;

-- name: label_delete
DELETE FROM label WHERE id = :id;

-- Sums over a label's links.
-- part: label_sums
SELECT count(*), sum(s.clicks), sum(s.visitors), sum(s.bots), sum(s.total), sum(s.scans), max(s.last_ms)

-- part: label_links
LEFT JOIN link_stat s ON s.link_id = l.id
WHERE l.deleted_ms IS NULL AND l.tombstone = 0 AND (:by_owner = 0 OR l.owner_id = :bound_owner_id)
    AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)

-- name: label_sums_campaign
-- use: label_sums
FROM link l
-- use: label_links
AND l.campaign_id = :id;

-- name: label_sums_channel
-- use: label_sums
FROM link l
-- use: label_links
AND l.channel_id = :id;

-- name: label_sums_tag
-- use: label_sums
FROM link_tag x JOIN link l ON l.id = x.link_id
-- use: label_links
AND x.tag_id = :id;

-- Merging: links first, then the old word.
-- name: label_move_campaign
UPDATE link SET campaign_id = :to_id, updated_ms = :now_ms, revision = revision + 1 WHERE campaign_id = :from_id;

-- name: label_move_channel
UPDATE link SET channel_id = :to_id, updated_ms = :now_ms, revision = revision + 1 WHERE channel_id = :from_id;

-- name: label_move_tag_mark
UPDATE link SET updated_ms = :now_ms, revision = revision + 1
WHERE id IN (SELECT link_id FROM link_tag WHERE tag_id = :from_id);

-- name: label_move_tag
INSERT INTO link_tag (link_id, tag_id) SELECT link_id, :to_id FROM link_tag WHERE tag_id = :from_id
ON CONFLICT DO NOTHING;

-- name: label_drop_tag
DELETE FROM link_tag WHERE tag_id = :from_id;

-- What customers are tagged with, by which rules, and what was spent on it.
-- name: label_move_customers
INSERT INTO customer_tag (customer_id, tag_id, created_ms)
SELECT customer_id, :to_id, created_ms FROM customer_tag WHERE tag_id = :from_id
ON CONFLICT (customer_id, tag_id) DO NOTHING;

-- name: label_drop_customers
DELETE FROM customer_tag WHERE tag_id = :from_id;

-- name: label_move_rules
UPDATE tag_rule SET tag_id = iif(tag_id = :from_id, :to_id, tag_id), label_id = iif(label_id = :from_id, :to_id, label_id)
WHERE tag_id = :from_id OR label_id = :from_id;

-- name: label_move_radar_rules
UPDATE radar_rule SET label_id = :to_id WHERE label_id = :from_id;

-- name: label_move_costs
UPDATE cost SET campaign_id = iif(campaign_id = :from_id, :to_id, campaign_id),
    channel_id = iif(channel_id = :from_id, :to_id, channel_id)
WHERE campaign_id = :from_id OR channel_id = :from_id;
