-- SPDX-License-Identifier: MIT
-- name: audit_insert
INSERT INTO audit (time_ms, user_id, api_key_id, action, kind, object_id, name, changes, client)
VALUES (:time_ms, :user_id, :api_key_id, :action, :kind, :object_id, :name, :changes, :client);

-- name: audit_change
UPDATE audit SET changes = :changes WHERE id = :id;

-- name: audit_forget
UPDATE audit SET changes = '', name = '' WHERE kind = :kind AND object_id = :object_id;

-- Lines stand in order of time, so the oldest are the first.
-- name: audit_purge
DELETE FROM audit WHERE time_ms < :before_ms AND id IN (SELECT id FROM audit ORDER BY id LIMIT :limit);

-- What a reader may see: all, or the lines of links that are theirs now.
-- part: audit_row
SELECT a.id, a.time_ms, a.user_id, u.key, u.name, a.api_key_id, k.name, a.action, a.kind, a.object_id, a.name, a.changes,
    a.client
FROM audit a LEFT JOIN user u ON u.id = a.user_id LEFT JOIN api_key k ON k.id = a.api_key_id
WHERE (:before_id IS NULL OR a.id < :before_id) AND (:from_ms IS NULL OR a.time_ms >= :from_ms)
    AND (:to_ms IS NULL OR a.time_ms < :to_ms)
    AND (:owner_id IS NULL OR (a.kind = 'link'
        AND EXISTS (SELECT 1 FROM link l WHERE l.id = a.object_id AND l.tombstone = 0 AND l.owner_id = :owner_id)))

-- part: audit_user
AND (:user_id IS NULL OR a.user_id = :user_id)

-- part: audit_latest
ORDER BY a.id DESC LIMIT :limit

-- name: audit_list
-- use: audit_row
-- use: audit_user
AND (:kind IS NULL OR a.kind = :kind)
-- use: audit_latest
;

-- name: audit_list_object
-- use: audit_row
-- use: audit_user
AND a.kind = :kind AND a.object_id = :object_id
-- use: audit_latest
;

-- name: audit_list_name
-- use: audit_row
-- use: audit_user
AND a.kind = :kind AND a.name = :name
-- use: audit_latest
;

-- name: audit_list_user
-- use: audit_row
AND a.user_id = :user_id AND (:kind IS NULL OR a.kind = :kind)
-- use: audit_latest
;
