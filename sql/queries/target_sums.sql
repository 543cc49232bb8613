-- SPDX-License-Identifier: MIT
-- What became of the targets of live codes in one stretch of time and, beside it, in an earlier one (:before_from_ms =
-- :before_to_ms where nothing is compared). :low_ms and :high_ms span both.

-- part: target_sums_columns
SUM(h.shown * (h.hour_ms >= :from_ms AND h.hour_ms < :to_ms)) AS now_shown,
    SUM(h.visitors * (h.hour_ms >= :from_ms AND h.hour_ms < :to_ms)),
    SUM(h.pressed * (h.hour_ms >= :from_ms AND h.hour_ms < :to_ms)),
    SUM(h.joined * (h.hour_ms >= :from_ms AND h.hour_ms < :to_ms)),
    SUM(h."left" * (h.hour_ms >= :from_ms AND h.hour_ms < :to_ms)),
    SUM(h.shown * (h.hour_ms >= :before_from_ms AND h.hour_ms < :before_to_ms)),
    SUM(h.visitors * (h.hour_ms >= :before_from_ms AND h.hour_ms < :before_to_ms)),
    SUM(h.pressed * (h.hour_ms >= :before_from_ms AND h.hour_ms < :before_to_ms)),
    SUM(h.joined * (h.hour_ms >= :before_from_ms AND h.hour_ms < :before_to_ms)),
    SUM(h."left" * (h.hour_ms >= :before_from_ms AND h.hour_ms < :before_to_ms))

-- What a bound key may see, as in link.sql.
-- part: target_sums_where
WHERE l.tombstone = 0 AND (:link_id = 0 OR t.link_id = :link_id) AND h.hour_ms >= :low_ms AND h.hour_ms < :high_ms
    AND (:by_owner = 0 OR l.owner_id = :bound_owner_id) AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)

-- name: target_sums_by_target
SELECT t.id, COALESCE(u.key, ''), t.name, t.title, t.url, t.kind, t.link_id, t.deleted_ms IS NOT NULL,
-- use: target_sums_columns
FROM target t JOIN link l ON l.id = t.link_id JOIN target_hour h ON h.target_id = t.id LEFT JOIN user u ON u.id = t.staff_id
-- use: target_sums_where
GROUP BY t.id ORDER BY now_shown DESC, t.id;

-- name: target_sums_by_staff
SELECT 0, COALESCE(u.key, ''), COALESCE(u.name, ''), '', '', '', 0, 0,
-- use: target_sums_columns
FROM target t JOIN link l ON l.id = t.link_id JOIN target_hour h ON h.target_id = t.id LEFT JOIN user u ON u.id = t.staff_id
-- use: target_sums_where
GROUP BY u.id ORDER BY now_shown DESC, u.id;

-- name: target_sums_by_link
SELECT t.link_id, '', l.title, '', '', '', t.link_id, l.deleted_ms IS NOT NULL,
-- use: target_sums_columns
FROM target t JOIN link l ON l.id = t.link_id JOIN target_hour h ON h.target_id = t.id
-- use: target_sums_where
GROUP BY t.link_id ORDER BY now_shown DESC, t.link_id;

-- name: target_sums_by_channel
SELECT 0, h.channel, '', '', '', '', 0, 0,
-- use: target_sums_columns
FROM target t JOIN link l ON l.id = t.link_id JOIN target_channel_hour h ON h.target_id = t.id
-- use: target_sums_where
GROUP BY h.channel ORDER BY now_shown DESC, h.channel;

-- name: target_sums_by_hour
SELECT h.hour_ms, '', '', '', '', '', 0, 0,
-- use: target_sums_columns
FROM target t JOIN link l ON l.id = t.link_id JOIN target_hour h ON h.target_id = t.id
-- use: target_sums_where
GROUP BY h.hour_ms ORDER BY h.hour_ms;
