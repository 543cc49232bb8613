-- SPDX-License-Identifier: MIT
-- What is known of domains in apps.

-- name: domain_block_put
INSERT INTO domain_block (domain_id, app, state, since_ms, user_id, found, note, updated_ms)
VALUES (:domain_id, :app, :state, :since_ms, :user_id, :found, :note, :updated_ms)
ON CONFLICT (domain_id, app) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms,
    user_id = excluded.user_id, found = excluded.found, note = excluded.note, updated_ms = excluded.updated_ms;

-- part: domain_block_row
SELECT b.domain_id, b.app, b.state, b.since_ms, b.user_id, coalesce(u.key, ''), b.note, b.updated_ms,
    b.found
FROM domain_block b LEFT JOIN user u ON u.id = b.user_id

-- name: domain_block_find
-- use: domain_block_row
WHERE b.domain_id = :domain_id AND b.app = :app;

-- name: domain_block_each
-- use: domain_block_row
WHERE b.domain_id = :domain_id ORDER BY b.app;
