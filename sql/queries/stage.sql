-- SPDX-License-Identifier: MIT
-- name: stage_list
SELECT id, key, name_zh, name_en FROM stage WHERE enabled = 1 ORDER BY position;

-- name: stage_events
SELECT type, nth FROM stage_event WHERE stage_id = :stage_id ORDER BY nth, type;

-- name: stage_find
SELECT id FROM stage WHERE key = :key AND enabled = 1;

-- Steps that leave the list keep their rows: customers and a later list may name them.
-- name: stage_none
UPDATE stage SET enabled = 0, updated_ms = :now_ms WHERE enabled = 1;

-- name: stage_put
INSERT INTO stage (key, name_zh, name_en, position, enabled, created_ms, updated_ms)
VALUES (:key, :name_zh, :name_en, :position, 1, :now_ms, :now_ms)
ON CONFLICT (key) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, position = excluded.position,
    enabled = 1, updated_ms = excluded.updated_ms
RETURNING id;

-- name: stage_events_drop
DELETE FROM stage_event WHERE stage_id = :stage_id;

-- name: stage_event_put
INSERT INTO stage_event (type, nth, stage_id) VALUES (:type, :nth, :stage_id);
