-- SPDX-License-Identifier: MIT
-- Hosts that links may not, or may alone, lead to.

-- name: destination_insert
INSERT INTO destination (list, pattern, note, user_id, created_ms)
VALUES (:list, :pattern, :note, :user_id, :created_ms);

-- part: destination_row
SELECT d.id, d.list, d.pattern, d.note, d.user_id, coalesce(u.key, ''), d.created_ms
FROM destination d LEFT JOIN user u ON u.id = d.user_id

-- name: destination_find
-- use: destination_row
WHERE d.id = :id;

-- name: destination_each
-- use: destination_row
ORDER BY d.id;

-- name: destination_size
SELECT count(*) FROM destination;

-- name: destination_delete
DELETE FROM destination WHERE id = :id;
