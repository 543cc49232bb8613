-- SPDX-License-Identifier: MIT
-- name: session_insert
INSERT INTO session (hash, user_id, api_key_id, csrf, browser, network, created_ms, seen_ms)
VALUES (:hash, :user_id, :api_key_id, :csrf, :browser, :network, :created_ms, :seen_ms);

-- name: session_find
SELECT user_id, api_key_id, csrf, created_ms, seen_ms FROM session WHERE hash = :hash;

-- name: session_of_user
SELECT hash, api_key_id, browser, network, created_ms, seen_ms FROM session WHERE user_id = :user_id ORDER BY seen_ms DESC, hash;

-- name: session_seen
UPDATE session SET seen_ms = :now_ms WHERE hash = :hash;

-- name: session_delete
DELETE FROM session WHERE hash = :hash;

-- name: session_delete_of_key
DELETE FROM session WHERE api_key_id = :api_key_id;

-- name: session_delete_of_user
DELETE FROM session WHERE user_id = :user_id AND hash <> :but;

-- name: session_purge
DELETE FROM session WHERE seen_ms < :seen_before_ms OR created_ms < :created_before_ms;
