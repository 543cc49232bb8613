-- SPDX-License-Identifier: MIT
-- part: user_row
SELECT id, key, name, role, language, password, disabled_ms, signed_in_ms, created_ms, updated_ms FROM user

-- name: user_insert
INSERT INTO user (key, name, role, language, created_ms, updated_ms)
VALUES (:key, :name, :role, :language, :created_ms, :updated_ms);

-- name: user_update
UPDATE user SET name = :name, role = :role, language = :language, disabled_ms = :disabled_ms, updated_ms = :updated_ms
WHERE id = :id;

-- name: user_set_password
UPDATE user SET password = :password WHERE id = :id;

-- name: user_signed_in
UPDATE user SET signed_in_ms = :now_ms WHERE id = :id;

-- name: user_find
-- use: user_row
WHERE id = :id;

-- name: user_find_key
-- use: user_row
WHERE key = :key;

-- name: user_find_login
-- use: user_row
WHERE lower(key) = lower(:login);

-- name: user_each
-- use: user_row
ORDER BY key;

-- name: user_count_admins
SELECT count(*) FROM user WHERE role = 'admin' AND disabled_ms IS NULL AND id <> :but;

-- name: user_any_password
SELECT EXISTS (SELECT 1 FROM user WHERE password IS NOT NULL AND password <> '');

-- name: user_count_links
SELECT count(*) FROM link INDEXED BY link_owner WHERE owner_id = :id AND tombstone = 0;
