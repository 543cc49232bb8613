-- SPDX-License-Identifier: MIT
-- Columns of links and what folds wrote since (include/linkpond/store/link_columns.h).

-- part: column_rows
SELECT id, data FROM link_column WHERE id >= :from_id AND id < :to_id ORDER BY id;

-- One statement for each column, because all are read in step.
-- name: link_column_facts
-- use: column_rows

-- name: link_column_titles
-- use: column_rows

-- name: link_column_tags
-- use: column_rows

-- name: link_column_figures
-- use: column_rows

-- name: link_column_put
INSERT INTO link_column (id, data) VALUES (:id, :data) ON CONFLICT (id) DO UPDATE SET data = excluded.data;

-- name: link_column_delete
DELETE FROM link_column WHERE id = :id;

-- name: link_column_delete_from
DELETE FROM link_column WHERE id >= :from_id;

-- Full blocks that have no row in a column.
-- name: link_column_missing
WITH RECURSIVE whole (block) AS (SELECT 0 WHERE :blocks > 0
    UNION ALL SELECT block + 1 FROM whole WHERE block + 1 < :blocks)
SELECT w.block FROM whole w WHERE NOT EXISTS (SELECT 1 FROM link_column c WHERE c.id = :first_id + w.block) LIMIT :limit;

-- name: link_column_of_link
SELECT id, deleted_ms IS NOT NULL, archived, enabled, valid_from_ms, valid_until_ms, max_clicks, created_ms, updated_ms,
    campaign_id, channel_id, owner_id, domain_id, tombstone
FROM link WHERE id >= :from_id AND id < :to_id;

-- name: link_column_of_title
SELECT id, title FROM link WHERE id >= :from_id AND id < :to_id AND tombstone = 0 ORDER BY id;

-- name: link_column_of_tag
SELECT link_id, tag_id FROM link_tag WHERE link_id >= :from_id AND link_id < :to_id ORDER BY link_id, tag_id;

-- name: link_column_of_stat
SELECT link_id, clicks, visitors, bots, total, scans, reserved, last_ms FROM link_stat
WHERE link_id >= :from_id AND link_id < :to_id;

-- name: link_figures_insert
INSERT INTO link_figures (data) VALUES (:data);

-- name: link_figures_each
SELECT id, data FROM link_figures ORDER BY id;

-- name: link_figures_about
SELECT count(*), COALESCE(sum(length(data)), 0) FROM link_figures;

-- name: link_figures_last
SELECT COALESCE(max(id), 0) FROM link_figures;

-- name: link_figures_delete
DELETE FROM link_figures WHERE id <= :id;
