-- SPDX-License-Identifier: MIT
-- The pools of live codes, and what became of each target.

-- part: target_row
SELECT t.id, t.link_id, t.position, t.kind, t.name, t.url, t.image_id, t.title, t.hint, t.staff_id, u.key, t.weight,
    t.enabled, t.valid_from_ms, t.valid_until_ms, t.cap_total, t.cap_day, t.cap_hour, t.cap_on, t.reserved_before,
    t.joined_before, t.replaced_ms, t.deleted_ms, t.created_ms, t.updated_ms
FROM target t LEFT JOIN user u ON u.id = t.staff_id

-- name: target_insert
INSERT INTO target (link_id, position, kind, name, url, image_id, title, hint, staff_id, weight, enabled,
    valid_from_ms, valid_until_ms, cap_total, cap_day, cap_hour, cap_on, reserved_before, joined_before, replaced_ms,
    updated_ms, created_ms)
VALUES (:link_id, :position, :kind, :name, :url, :image_id, :title, :hint, :staff_id, :weight, :enabled,
    :valid_from_ms, :valid_until_ms, :cap_total, :cap_day, :cap_hour, :cap_on, :reserved_before, :joined_before,
    :replaced_ms, :updated_ms, :created_ms);

-- name: target_update
UPDATE target SET position = :position, kind = :kind, name = :name, url = :url, image_id = :image_id, title = :title,
    hint = :hint, staff_id = :staff_id, weight = :weight, enabled = :enabled, valid_from_ms = :valid_from_ms,
    valid_until_ms = :valid_until_ms, cap_total = :cap_total, cap_day = :cap_day, cap_hour = :cap_hour,
    cap_on = :cap_on, reserved_before = :reserved_before, joined_before = :joined_before, replaced_ms = :replaced_ms,
    updated_ms = :updated_ms
WHERE id = :id AND deleted_ms IS NULL;

-- name: target_move
UPDATE target SET position = :position WHERE id = :id AND link_id = :link_id AND deleted_ms IS NULL;

-- name: target_delete
UPDATE target SET deleted_ms = :now_ms, updated_ms = :now_ms WHERE id = :id AND deleted_ms IS NULL;

-- name: target_find
-- use: target_row
WHERE t.id = :id;

-- name: target_of
-- use: target_row
WHERE t.link_id = :link_id AND t.deleted_ms IS NULL ORDER BY t.position, t.id;

-- name: target_next_position
SELECT COALESCE(max(position) + 1, 0), count(*) FROM target WHERE link_id = :link_id AND deleted_ms IS NULL;

-- Is the link a live code? Its column `more` says so to those who read many links.
-- name: target_mark_link
UPDATE link SET more = CASE
        WHEN EXISTS (SELECT 1 FROM target t WHERE t.link_id = :link_id AND t.deleted_ms IS NULL)
            OR EXISTS (SELECT 1 FROM rule r WHERE r.link_id = :link_id)
        THEN more | 4 ELSE more & 3 END,
    updated_ms = :now_ms, revision = revision + 1
WHERE id = :link_id;

-- name: target_links_each
SELECT id FROM link WHERE more & 4 AND tombstone = 0 ORDER BY id;

-- name: target_purge
DELETE FROM target WHERE link_id = :link_id;

-- name: target_hour_purge
DELETE FROM target_hour WHERE target_id IN (SELECT id FROM target WHERE link_id = :link_id);

-- name: target_channel_purge
DELETE FROM target_channel_hour WHERE target_id IN (SELECT id FROM target WHERE link_id = :link_id);

-- name: target_visitor_purge
DELETE FROM target_visitor WHERE link_id = :link_id;

-- Nothing for a target that is not there (any more): its clicks stay in the ledger by name.
-- name: target_hour_add
INSERT INTO target_hour (target_id, hour_ms, shown, visitors, pressed, joined, "left", reserved)
SELECT :target_id, :hour_ms, :shown, :visitors, :pressed, :joined, :left, :reserved
WHERE EXISTS (SELECT 1 FROM target WHERE id = :target_id)
ON CONFLICT (target_id, hour_ms) DO UPDATE SET shown = shown + excluded.shown, visitors = visitors + excluded.visitors,
    pressed = pressed + excluded.pressed, joined = joined + excluded.joined, "left" = "left" + excluded."left",
    reserved = reserved + excluded.reserved;

-- A term's text, or the text. So many channels of one target and hour: a stranger can put any word into lp_ch, and what is
-- more counts as from none.
-- name: target_channel_add
INSERT INTO target_channel_hour (target_id, hour_ms, channel, shown, visitors, pressed, joined, "left")
SELECT :target_id, :hour_ms, c.key, :shown, :visitors, :pressed, :joined, :left
FROM (SELECT COALESCE((SELECT text FROM term WHERE id = :term), :text) AS key) c
WHERE c.key <> '' AND EXISTS (SELECT 1 FROM target WHERE id = :target_id) AND (
    EXISTS (SELECT 1 FROM target_channel_hour h WHERE h.target_id = :target_id AND h.hour_ms = :hour_ms AND h.channel = c.key)
    OR (SELECT count(*) FROM target_channel_hour h WHERE h.target_id = :target_id AND h.hour_ms = :hour_ms) < :channels_max)
ON CONFLICT (target_id, hour_ms, channel) DO UPDATE SET shown = shown + excluded.shown,
    visitors = visitors + excluded.visitors, pressed = pressed + excluded.pressed, joined = joined + excluded.joined,
    "left" = "left" + excluded."left";

-- name: target_hours
SELECT hour_ms, shown, visitors, pressed, joined, "left", reserved FROM target_hour
WHERE target_id = :target_id AND hour_ms >= :from_ms AND hour_ms < :to_ms ORDER BY hour_ms;

-- name: target_sum
SELECT COALESCE(sum(shown), 0), COALESCE(sum(visitors), 0), COALESCE(sum(pressed), 0), COALESCE(sum(joined), 0),
    COALESCE(sum("left"), 0), COALESCE(sum(reserved), 0)
FROM target_hour WHERE target_id = :target_id AND hour_ms >= :from_ms AND hour_ms < :to_ms;

-- name: target_visitor_put
INSERT INTO target_visitor (link_id, visitor, target_id, seen_ms) VALUES (:link_id, :visitor, :target_id, :seen_ms)
ON CONFLICT (link_id, visitor, target_id) DO UPDATE SET seen_ms = excluded.seen_ms;

-- name: target_visitor_forget
DELETE FROM target_visitor WHERE visitor = :visitor;

-- name: target_visitor_each
SELECT link_id, visitor, target_id, seen_ms FROM target_visitor WHERE seen_ms >= :since_ms ORDER BY seen_ms DESC
LIMIT :limit;

-- name: target_visitor_expire
DELETE FROM target_visitor WHERE (link_id, visitor, target_id) IN (SELECT link_id, visitor, target_id
    FROM target_visitor WHERE seen_ms < :before_ms ORDER BY seen_ms LIMIT :limit);
