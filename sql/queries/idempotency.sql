-- SPDX-License-Identifier: MIT
-- name: idempotency_find
SELECT request_hash, status, headers, body, created_ms FROM idempotency WHERE api_key_id = :api_key_id AND key = :key;

-- name: idempotency_insert
INSERT INTO idempotency (api_key_id, key, request_hash, status, headers, body, created_ms)
VALUES (:api_key_id, :key, :request_hash, :status, :headers, :body, :created_ms);

-- name: idempotency_purge
DELETE FROM idempotency WHERE created_ms < :before_ms;
