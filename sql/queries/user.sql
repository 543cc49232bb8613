-- SPDX-License-Identifier: MIT
-- part: user_row
SELECT id, key, name, role, created_ms, updated_ms FROM user

-- name: user_insert
INSERT INTO user (key, name, role, created_ms, updated_ms) VALUES (:key, :name, :role, :created_ms, :updated_ms);

-- name: user_find
-- use: user_row
WHERE id = :id;

-- name: user_find_key
-- use: user_row
WHERE key = :key;

-- name: user_each
-- use: user_row
ORDER BY key;
