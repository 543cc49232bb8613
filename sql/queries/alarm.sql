-- SPDX-License-Identifier: MIT
-- Every target of a pool that visits may be sent to, with the places it has taken where they are limited: in total since
-- it was replaced, since :day_ms, since :hour_ms; and what is known of its picture.
-- name: alarm_targets
SELECT t.link_id, l.title, d.scheme || '://' || d.host || '/' || l.code, t.id, t.kind, t.name, u.key, t.enabled,
    t.valid_from_ms, t.valid_until_ms, coalesce(t.replaced_ms, 0), t.cap_total,
    CASE WHEN t.cap_total IS NULL THEN 0
        WHEN t.cap_on = 'joined'
        THEN (SELECT coalesce(sum(h.joined - h."left"), 0) FROM target_hour h WHERE h.target_id = t.id)
            - t.joined_before
        ELSE (SELECT coalesce(sum(h.reserved), 0) FROM target_hour h WHERE h.target_id = t.id) - t.reserved_before END,
    t.cap_day,
    CASE WHEN t.cap_day IS NULL THEN 0
        ELSE (SELECT coalesce(sum(iif(t.cap_on = 'joined', h.joined - h."left", h.reserved)), 0)
            FROM target_hour h WHERE h.target_id = t.id AND h.hour_ms >= :day_ms) END,
    t.cap_hour,
    CASE WHEN t.cap_hour IS NULL THEN 0
        ELSE (SELECT coalesce(sum(iif(t.cap_on = 'joined', h.joined - h."left", h.reserved)), 0)
            FROM target_hour h WHERE h.target_id = t.id AND h.hour_ms >= :hour_ms) END,
    t.url <> '', i.id IS NOT NULL, coalesce(i.qr_text, '') <> ''
FROM target t JOIN link l ON l.id = t.link_id JOIN domain d ON d.id = l.domain_id LEFT JOIN user u ON u.id = t.staff_id
    LEFT JOIN image i ON i.id = t.image_id
WHERE t.deleted_ms IS NULL AND l.deleted_ms IS NULL AND l.tombstone = 0 AND l.enabled = 1 AND l.archived = 0
    AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)
ORDER BY t.link_id, t.position;

-- Also of targets that left the pool.
-- name: alarm_pool_edited
SELECT coalesce(max(updated_ms), 0) FROM target WHERE link_id = :link_id;
