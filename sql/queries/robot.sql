-- SPDX-License-Identifier: MIT
-- part: robot_row
SELECT r.id, r.name, r.kind, r.url, r.url_shown, r.secret, r.secret_before, r.secret_before_ms, r.markdown, r.language,
    r.quiet_from, r.quiet_to, r.zone, r.enabled, r.gone_ms, r.notices, r.owner_id, o.key, r.paced_ms, r.held_ms,
    r.created_ms, r.updated_ms
FROM robot r LEFT JOIN user o ON o.id = r.owner_id

-- name: robot_insert
INSERT INTO robot (name, kind, url, url_shown, secret, secret_before, secret_before_ms, markdown, language, quiet_from,
    quiet_to, zone, enabled, gone_ms, notices, owner_id, updated_ms, created_ms)
VALUES (:name, :kind, :url, :url_shown, :secret, :secret_before, :secret_before_ms, :markdown, :language, :quiet_from,
    :quiet_to, :zone, :enabled, :gone_ms, :notices, :owner_id, :updated_ms, :created_ms);

-- name: robot_update
UPDATE robot SET name = :name, kind = :kind, url = :url, url_shown = :url_shown, secret = :secret,
    secret_before = :secret_before, secret_before_ms = :secret_before_ms, markdown = :markdown, language = :language,
    quiet_from = :quiet_from, quiet_to = :quiet_to, zone = :zone, enabled = :enabled, gone_ms = :gone_ms,
    notices = :notices, owner_id = :owner_id, updated_ms = :updated_ms, held_ms = 0
WHERE id = :id;

-- name: robot_delete
DELETE FROM robot WHERE id = :id;

-- name: robot_find
-- use: robot_row
WHERE r.id = :id;

-- name: robot_each
-- use: robot_row
ORDER BY r.id;

-- name: robot_size
SELECT count(*) FROM robot;

-- Who is told of a kind of notice: its bit; of all robots or of one user's.
-- name: robot_told
SELECT id FROM robot WHERE enabled = 1 AND notices >> :bit & 1 AND (:owner_id IS NULL OR owner_id = :owner_id)
ORDER BY id;

-- name: robot_paced
UPDATE robot SET paced_ms = :paced_ms, held_ms = :held_ms WHERE id = :id;

-- name: robot_gone
UPDATE robot SET enabled = 0, gone_ms = :now_ms WHERE id = :id;
