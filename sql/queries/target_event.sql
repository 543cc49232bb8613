-- SPDX-License-Identifier: MIT
-- name: target_press
INSERT OR IGNORE INTO target_press (clicked_ms, target_id) VALUES (:clicked_ms, :target_id);

-- name: target_press_expire
DELETE FROM target_press WHERE clicked_ms < :before_ms;

-- name: target_event
INSERT OR IGNORE INTO target_event (target_id, event, time_ms) VALUES (:target_id, :event, :time_ms);

-- name: target_event_purge
DELETE FROM target_event WHERE target_id IN (SELECT id FROM target WHERE link_id = :link_id);
