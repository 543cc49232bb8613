-- SPDX-License-Identifier: MIT
-- Many links led elsewhere at once, and back.

-- name: repoint_insert
INSERT INTO repoint (state, how, target, from_host, chosen, note, last_id, user_id, created_ms, updated_ms)
VALUES ('running', :how, :target, :from_host, :chosen, :note,
    (SELECT coalesce(max(id), 0) FROM link), :user_id, :now_ms, :now_ms);

-- part: repoint_row
SELECT r.id, r.state, r.how, r.target, r.from_host, r.chosen, r.note, r.last_id, r.after_id, r.undo_after_id, r.force,
    r.changed, r.unchanged, r.refused, r.undone, r.kept, r.audit_id, coalesce(u.key, ''), r.created_ms, r.updated_ms,
    r.targets
FROM repoint r LEFT JOIN user u ON u.id = r.user_id

-- name: repoint_find
-- use: repoint_row
WHERE r.id = :id;

-- name: repoint_each
-- use: repoint_row
ORDER BY r.id DESC;

-- name: repoint_update
UPDATE repoint SET state = :state, after_id = :after_id, undo_after_id = :undo_after_id, force = :force,
    changed = :changed, unchanged = :unchanged, refused = :refused, undone = :undone, kept = :kept,
    targets = :targets, audit_id = :audit_id, updated_ms = :now_ms
WHERE id = :id;

-- name: repoint_link_put
INSERT INTO repoint_link (repoint_id, link_id, state, before, revision, why)
VALUES (:repoint_id, :link_id, :state, :before, :revision, :why)
ON CONFLICT (repoint_id, link_id) DO UPDATE SET state = excluded.state, why = excluded.why;

-- name: repoint_link_each
SELECT p.link_id, p.state, p.before, p.revision, p.why, l.code
FROM repoint_link p JOIN link l ON l.id = p.link_id
WHERE p.repoint_id = :repoint_id AND p.link_id > :after_id AND (:state = '' OR p.state = :state)
ORDER BY p.link_id;

-- name: repoint_link_each_to_undo
SELECT p.link_id, p.state, p.before, p.revision, p.why, ''
FROM repoint_link p
WHERE p.repoint_id = :repoint_id AND p.link_id > :after_id
    AND (p.state = 'changed' OR (:force = 1 AND p.state = 'kept'))
ORDER BY p.link_id;

-- name: repoint_link_forget
DELETE FROM repoint_link WHERE link_id = :link_id;

-- name: repoint_target_put
INSERT INTO repoint_target (repoint_id, link_id, target_id, before) VALUES (:repoint_id, :link_id, :target_id, :before);

-- name: repoint_target_each
SELECT target_id, before FROM repoint_target WHERE repoint_id = :repoint_id AND link_id = :link_id ORDER BY target_id;

-- name: repoint_target_forget
DELETE FROM repoint_target WHERE link_id = :link_id;
