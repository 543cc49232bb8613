-- SPDX-License-Identifier: MIT
-- name: user_token_put
INSERT INTO user_token (hash, user_id, kind, created_ms, expires_ms) VALUES (:hash, :user_id, :kind, :created_ms, :expires_ms)
ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, kind = excluded.kind, created_ms = excluded.created_ms,
    expires_ms = excluded.expires_ms;

-- name: user_token_find
SELECT user_id, kind, created_ms, expires_ms FROM user_token WHERE hash = :hash;

-- name: user_token_of_user
SELECT kind, created_ms, expires_ms FROM user_token WHERE user_id = :user_id;

-- name: user_token_delete
DELETE FROM user_token WHERE user_id = :user_id;

-- name: user_token_purge
DELETE FROM user_token WHERE expires_ms <= :now_ms;
