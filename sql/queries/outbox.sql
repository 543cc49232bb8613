-- SPDX-License-Identifier: MIT
-- part: outbox_row
SELECT b.id, b.message, b.robot_id, r.name, r.kind, b.kind, b.urgent, b.subject, b.facts, b.digest_id, b.state,
    b.created_ms, b.due_ms, b.attempts, b.tried_ms, b.status, b.error, b.sent_ms
FROM outbox b JOIN robot r ON r.id = b.robot_id

-- name: outbox_insert
INSERT INTO outbox (message, robot_id, kind, urgent, subject, facts, dedupe, created_ms, due_ms)
SELECT :message, :robot_id, :kind, :urgent, :subject, :facts, :dedupe, :created_ms, :created_ms
WHERE NOT EXISTS (SELECT 1 FROM outbox_told t WHERE t.robot_id = :robot_id AND t.dedupe = :dedupe)
ON CONFLICT (robot_id, dedupe) DO NOTHING;

-- name: outbox_find
-- use: outbox_row
WHERE b.id = :id;

-- What a robot is to be told, in the order in which it falls due.
-- name: outbox_due
-- use: outbox_row
WHERE b.robot_id = :robot_id AND b.state = 'waiting' AND b.digest_id IS NULL AND b.due_ms <= :now_ms
    AND b.urgent >= :urgent
ORDER BY b.due_ms, b.id LIMIT :limit;

-- name: outbox_next
SELECT min(due_ms) FROM outbox
WHERE robot_id = :robot_id AND state = 'waiting' AND digest_id IS NULL AND urgent >= :urgent;

-- name: outbox_members
-- use: outbox_row
WHERE b.digest_id = :digest_id ORDER BY b.id;

-- name: outbox_join
UPDATE outbox SET digest_id = :digest_id
WHERE id = :id AND state = 'waiting' AND digest_id IS NULL;

-- A digest's notices share its fate.
-- name: outbox_record
UPDATE outbox SET state = :state, due_ms = :due_ms, attempts = :attempts, tried_ms = :now_ms, status = :status,
    error = :error, sent_ms = :sent_ms
WHERE state = 'waiting' AND (id = :id OR digest_id = :id);

-- Not of what was sent. A notice of a digest goes again with all of it.
-- name: outbox_retry
UPDATE outbox SET state = 'waiting', due_ms = :now_ms, attempts = 0
WHERE (id = :id OR digest_id = :id) AND state <> 'sent';

-- name: outbox_list
-- use: outbox_row
WHERE (:state IS NULL OR b.state = :state) AND (:robot_id IS NULL OR b.robot_id = :robot_id)
    AND (:before_id IS NULL OR b.id < :before_id)
ORDER BY b.id DESC LIMIT :limit;

-- name: outbox_count
SELECT count(*) FROM outbox b
WHERE (:state IS NULL OR b.state = :state) AND (:robot_id IS NULL OR b.robot_id = :robot_id);

-- name: outbox_counts
SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead'),
    min(created_ms) FILTER (WHERE state = 'waiting')
FROM outbox WHERE state IN ('waiting', 'dead') AND kind <> 'digest';

-- Robots that notices do not get through to: what is dead of each, and those that said nobody is there.
-- name: outbox_troubled
SELECT r.id, r.name, r.kind, r.gone_ms, count(b.id), max(b.tried_ms)
FROM robot r LEFT JOIN outbox b ON b.robot_id = r.id AND b.state = 'dead' AND b.kind <> 'digest'
GROUP BY r.id HAVING count(b.id) > 0 OR (r.gone_ms IS NOT NULL AND r.enabled = 0) ORDER BY r.id;

-- name: outbox_drop_robot
DELETE FROM outbox WHERE robot_id = :robot_id AND digest_id IS NOT NULL;

-- name: outbox_drop_digests
DELETE FROM outbox WHERE robot_id = :robot_id;

-- Of what is found for as long as it is so, the names stay; those of a day are never put again.
-- name: outbox_keep_told
INSERT OR IGNORE INTO outbox_told (robot_id, dedupe)
SELECT robot_id, dedupe FROM outbox
WHERE state = 'sent' AND created_ms < :before_ms AND kind IN ('target_full', 'target_nearly_full', 'pool_empty')
    AND dedupe NOT GLOB '*:day:*' AND dedupe NOT GLOB '*:hour:*';

-- Notices of a digest before the digest.
-- name: outbox_purge
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE state = :state AND created_ms < :before_ms
        AND NOT EXISTS (SELECT 1 FROM outbox m WHERE m.digest_id = outbox.id)
    LIMIT :limit);
