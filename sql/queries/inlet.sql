-- SPDX-License-Identifier: MIT
-- part: wecom_row
SELECT id, name, path, receiver, token, aes_key, members, heard_ms, created_ms, updated_ms FROM wecom_callback

-- name: wecom_each
-- use: wecom_row
ORDER BY id;

-- name: wecom_find
-- use: wecom_row
WHERE id = :id;

-- name: wecom_find_path
-- use: wecom_row
WHERE path = :path;

-- name: wecom_insert
INSERT INTO wecom_callback (name, path, receiver, token, aes_key, members, created_ms, updated_ms)
VALUES (:name, :path, :receiver, :token, :aes_key, :members, :created_ms, :updated_ms);

-- name: wecom_update
UPDATE wecom_callback SET name = :name, receiver = :receiver, token = :token, aes_key = :aes_key, members = :members,
    updated_ms = :updated_ms
WHERE id = :id;

-- name: wecom_delete
DELETE FROM wecom_callback WHERE id = :id;

-- name: wecom_heard
UPDATE wecom_callback SET heard_ms = :heard_ms WHERE id = :id;

-- part: postback_row
SELECT id, name, hash, prefix, type, currency, major, params, secret, signed, heard_ms, created_ms, updated_ms, paused,
    failed_ms, failed_status, failed_slug, failed_field, failed_code FROM postback

-- name: postback_each
-- use: postback_row
ORDER BY id;

-- name: postback_find
-- use: postback_row
WHERE id = :id;

-- name: postback_find_hash
-- use: postback_row
WHERE hash = :hash;

-- name: postback_insert
INSERT INTO postback (name, hash, prefix, type, currency, major, params, secret, signed, paused, created_ms, updated_ms)
VALUES (:name, :hash, :prefix, :type, :currency, :major, :params, :secret, :signed, :paused, :created_ms, :updated_ms);

-- name: postback_update
UPDATE postback SET name = :name, type = :type, currency = :currency, major = :major, params = :params,
    signed = :signed, paused = :paused, updated_ms = :updated_ms
WHERE id = :id;

-- name: postback_delete
DELETE FROM postback WHERE id = :id;

-- name: postback_failed
UPDATE postback SET failed_ms = :failed_ms, failed_status = :failed_status, failed_slug = :failed_slug,
    failed_field = :failed_field, failed_code = :failed_code
WHERE id = :id;

-- name: postback_heard
UPDATE postback SET heard_ms = :heard_ms WHERE id = :id;
