-- SPDX-License-Identifier: MIT
-- part: image_row
SELECT id, name, sha256, kind, width, height, bytes, qr_text, owner_id, created_ms
FROM image

-- name: image_insert
INSERT INTO image (name, sha256, kind, width, height, bytes, qr_text, owner_id, created_ms, data)
VALUES (:name, :sha256, :kind, :width, :height, :bytes, :qr_text, :owner_id, :created_ms, :data);

-- name: image_find
-- use: image_row
WHERE id = :id;

-- name: image_find_same
-- use: image_row
WHERE sha256 = :sha256 AND owner_id IS :owner_id;

-- name: image_again
UPDATE image SET unused_ms = NULL, created_ms = :now_ms WHERE id = :id;

-- name: image_data
SELECT kind, data FROM image WHERE id = :id;

-- name: image_data_named
SELECT kind, data FROM image WHERE name = :name;

-- name: image_is_shown
SELECT EXISTS (SELECT 1 FROM target JOIN link ON link.id = target.link_id
    WHERE target.image_id = :id AND target.deleted_ms IS NULL AND (NOT :by_owner OR link.owner_id = :bound_owner_id)
        AND (NOT :by_domain OR link.domain_id = :bound_domain_id));

-- name: image_note_unused
UPDATE image SET unused_ms = :now_ms
WHERE unused_ms IS NULL AND created_ms < :before_ms
    AND NOT EXISTS (SELECT 1 FROM target WHERE image_id = image.id AND deleted_ms IS NULL);

-- name: image_note_used
UPDATE image SET unused_ms = NULL
WHERE unused_ms IS NOT NULL AND EXISTS (SELECT 1 FROM target WHERE image_id = image.id AND deleted_ms IS NULL);

-- name: image_delete_unused
DELETE FROM image WHERE unused_ms < :before_ms;
