-- SPDX-License-Identifier: MIT
-- Which links may hold a text (include/linkpond/store/link_grams.h).

-- name: link_gram_last_id
SELECT COALESCE(max(id), 0) FROM link;

-- Whole blocks that have no row: new ones, and those in which a text has changed.
-- name: link_gram_missing
WITH RECURSIVE whole (block) AS (SELECT 0 WHERE :blocks > 0
    UNION ALL SELECT block + 1 FROM whole WHERE block + 1 < :blocks)
SELECT w.block FROM whole w WHERE NOT EXISTS (SELECT 1 FROM link_gram g WHERE g.block = w.block) LIMIT :limit;

-- name: link_gram_texts
SELECT url, title, code, notes FROM link WHERE id >= :from_id AND id < :to_id AND tombstone = 0;

-- name: link_gram_aliases
SELECT alias FROM link_alias INDEXED BY link_alias_link WHERE link_id >= :from_id AND link_id < :to_id;

-- name: link_gram_put
INSERT INTO link_gram (block, grams) VALUES (:block, :grams) ON CONFLICT (block) DO UPDATE SET grams = excluded.grams;

-- name: link_gram_each
SELECT block, grams FROM link_gram;
