-- SPDX-License-Identifier: MIT
-- part: alias_bounds
AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)

-- name: link_alias_insert
INSERT INTO link_alias (domain_id, folded, alias, link_id, created_ms, position)
VALUES (:domain_id, :folded, :alias, :link_id, :created_ms,
    (SELECT COALESCE(max(position) + 1, 0) FROM link_alias WHERE link_id = :link_id))
ON CONFLICT (domain_id, folded) DO NOTHING;

-- name: link_alias_insert_at
INSERT INTO link_alias (domain_id, folded, alias, link_id, created_ms, position)
VALUES (:domain_id, :folded, :alias, :link_id, :created_ms, :position)
ON CONFLICT (domain_id, folded) DO NOTHING;

-- name: link_alias_holder
SELECT link_id FROM link_alias WHERE domain_id = :domain_id AND folded = :folded;

-- name: link_alias_delete
DELETE FROM link_alias WHERE link_id = :link_id AND domain_id = :domain_id AND folded = :folded;

-- name: link_alias_delete_all
DELETE FROM link_alias WHERE link_id = :link_id;

-- name: link_alias_first
UPDATE link_alias SET position = (SELECT min(position) - 1 FROM link_alias WHERE link_id = :link_id)
WHERE link_id = :link_id AND domain_id = :domain_id AND folded = :folded;

-- name: link_alias_of
SELECT link_id, domain_id, alias, folded, position FROM link_alias WHERE link_id = :link_id
ORDER BY position, domain_id, folded;

-- Only what the index on link_id holds (it ends with the primary key), so that no row is looked up.
-- name: link_alias_each
SELECT link_id, domain_id, folded FROM link_alias ORDER BY link_id;

-- name: link_alias_find
SELECT l.id FROM link_alias a JOIN link l ON l.id = a.link_id
WHERE a.domain_id = :domain_id AND a.folded = :folded AND l.tombstone = 0
-- use: alias_bounds
;

-- name: link_alias_find_anywhere
SELECT DISTINCT l.id FROM link_alias a JOIN link l ON l.id = a.link_id
WHERE a.folded = :folded AND l.tombstone = 0
-- use: alias_bounds
ORDER BY l.id LIMIT :limit;
