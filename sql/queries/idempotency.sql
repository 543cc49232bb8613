-- SPDX-License-Identifier: MIT
-- name: idempotency_find
SELECT request_hash, status, headers, body, created_ms FROM idempotency WHERE caller = :caller AND key = :key;

-- name: idempotency_insert
INSERT INTO idempotency (caller, key, request_hash, status, headers, body, created_ms)
VALUES (:caller, :key, :request_hash, :status, :headers, :body, :created_ms);

-- name: idempotency_purge
DELETE FROM idempotency WHERE created_ms < :before_ms;
