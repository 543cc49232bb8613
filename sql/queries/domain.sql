-- SPDX-License-Identifier: MIT
-- part: domain_row
SELECT id, host, scheme, is_default, enabled, shareable, serves, root_url, not_found_url, expired_url, code_length,
    created_ms, updated_ms
FROM domain

-- name: domain_insert
INSERT INTO domain (host, scheme, is_default, enabled, shareable, serves, root_url, not_found_url, expired_url,
    code_length, updated_ms, created_ms)
VALUES (:host, :scheme, :is_default, :enabled, :shareable, :serves, :root_url, :not_found_url, :expired_url,
    :code_length, :updated_ms, :created_ms);

-- name: domain_update
UPDATE domain SET host = :host, scheme = :scheme, is_default = :is_default, enabled = :enabled, shareable = :shareable,
    serves = :serves, root_url = :root_url, not_found_url = :not_found_url, expired_url = :expired_url,
    code_length = :code_length, updated_ms = :updated_ms
WHERE id = :id;

-- name: domain_undefault
UPDATE domain SET is_default = 0 WHERE is_default = 1 AND id <> :id;

-- name: domain_find
-- use: domain_row
WHERE id = :id;

-- name: domain_find_host
-- use: domain_row
WHERE host = :host;

-- name: domain_find_default
-- use: domain_row
WHERE is_default = 1;

-- name: domain_each
-- use: domain_row
ORDER BY id;

-- name: domain_delete
DELETE FROM domain WHERE id = :id;
