-- SPDX-License-Identifier: MIT
-- part: key_row
SELECT k.id, k.name, k.prefix, k.hash, k.scopes, k.user_id, u.key, u.role, k.owner_id, o.key, k.domain_id, d.host,
    k.created_ms, k.expires_ms, k.revoked_ms, k.used_ms, u.disabled_ms
FROM api_key k JOIN user u ON u.id = k.user_id LEFT JOIN user o ON o.id = k.owner_id
    LEFT JOIN domain d ON d.id = k.domain_id

-- name: key_insert
INSERT INTO api_key (name, scopes, owner_id, domain_id, expires_ms, prefix, hash, user_id, created_ms)
VALUES (:name, :scopes, :owner_id, :domain_id, :expires_ms, :prefix, :hash, :user_id, :created_ms);

-- name: key_rekey
UPDATE api_key SET prefix = :prefix, hash = :hash WHERE id = :id AND revoked_ms IS NULL;

-- name: key_find
-- use: key_row
WHERE k.id = :id;

-- name: key_find_hash
-- use: key_row
WHERE k.hash = :hash;

-- name: key_each
-- use: key_row
ORDER BY k.id;

-- name: key_revoke
UPDATE api_key SET revoked_ms = :now_ms WHERE id = :id AND revoked_ms IS NULL;

-- name: key_used
UPDATE api_key SET used_ms = :now_ms WHERE id = :id;
