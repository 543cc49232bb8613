-- SPDX-License-Identifier: MIT
-- Every target of a pool that visits may be sent to, with the places it has taken where they are limited.
-- name: alarm_targets
SELECT t.link_id, l.title, d.scheme || '://' || d.host || '/' || l.code, t.id, t.name, u.key, t.enabled,
    t.valid_from_ms, t.valid_until_ms, t.cap_total,
    CASE WHEN t.cap_total IS NULL THEN 0
        WHEN t.cap_on = 'joined'
        THEN (SELECT coalesce(sum(h.joined), 0) FROM target_hour h WHERE h.target_id = t.id) - t.joined_before
        ELSE (SELECT coalesce(sum(h.reserved), 0) FROM target_hour h WHERE h.target_id = t.id) - t.reserved_before END,
    coalesce(t.replaced_ms, 0)
FROM target t JOIN link l ON l.id = t.link_id JOIN domain d ON d.id = l.domain_id LEFT JOIN user u ON u.id = t.staff_id
WHERE t.deleted_ms IS NULL AND l.deleted_ms IS NULL AND l.tombstone = 0 AND l.enabled = 1 AND l.archived = 0
ORDER BY t.link_id, t.position;
