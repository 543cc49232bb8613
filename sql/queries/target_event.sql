-- SPDX-License-Identifier: MIT
-- A row: it is the first press of that page.
-- name: target_press
INSERT INTO target_press (clicked_ms, target_id, page, pressed_ms) VALUES (:clicked_ms, :target_id, :page, :pressed_ms)
ON CONFLICT (clicked_ms, target_id, page) DO UPDATE SET pressed_ms = excluded.pressed_ms WHERE pressed_ms IS NULL
RETURNING channel;

-- A row: its channel was not known before. pressed_ms is NULL unless the press came first.
-- name: target_press_channel
INSERT INTO target_press (clicked_ms, target_id, page, channel)
SELECT :clicked_ms, :target_id, :page, c.key
FROM (SELECT COALESCE((SELECT text FROM term WHERE id = :term), :text) AS key) c
WHERE c.key <> ''
ON CONFLICT (clicked_ms, target_id, page) DO UPDATE SET channel = excluded.channel WHERE channel = ''
RETURNING pressed_ms;

-- name: target_press_expire
DELETE FROM target_press WHERE clicked_ms < :before_ms;

-- name: target_event
INSERT OR IGNORE INTO target_event (target_id, event, time_ms) VALUES (:target_id, :event, :time_ms);

-- name: target_event_purge
DELETE FROM target_event WHERE target_id IN (SELECT id FROM target WHERE link_id = :link_id);
