-- SPDX-License-Identifier: MIT
-- Stored history that is being written anew.

-- name: rewrite_insert
INSERT INTO rewrite (kind, dry_run, from_ms, to_ms, created_ms)
VALUES (:kind, :dry_run, :from_ms, :to_ms, :created_ms);

-- part: rewrite_row
SELECT id, kind, state, dry_run, from_ms, to_ms, rules, seq_end, position, chunks, chunks_done, rows, changed, damaged,
    counts, failure, created_ms, started_ms, finished_ms
FROM rewrite

-- name: rewrite_find
-- use: rewrite_row
WHERE id = :id;

-- name: rewrite_first_unfinished
-- use: rewrite_row
WHERE state < 2 ORDER BY id LIMIT 1;

-- name: rewrite_each_unfinished
-- use: rewrite_row
WHERE state < 2 ORDER BY id;

-- name: rewrite_each_latest
-- use: rewrite_row
ORDER BY id DESC;

-- name: rewrite_any_unfinished
SELECT EXISTS (SELECT 1 FROM rewrite WHERE state < 2);

-- name: rewrite_update
UPDATE rewrite SET state = :state, rules = :rules, seq_end = :seq_end, position = :position, chunks = :chunks,
    chunks_done = :chunks_done, rows = :rows, changed = :changed, damaged = :damaged, counts = :counts,
    failure = :failure, started_ms = :started_ms, finished_ms = :finished_ms
WHERE id = :id;

-- name: rewrite_forget_old
DELETE FROM rewrite WHERE state >= 2 AND id NOT IN (SELECT id FROM rewrite ORDER BY id DESC LIMIT :kept);

-- The first word about a subject stays.
-- name: rewrite_subject_insert
INSERT OR IGNORE INTO rewrite_subject (rewrite_id, subject, detail) VALUES (:rewrite_id, :subject, :detail);

-- name: rewrite_subjects
SELECT subject, detail FROM rewrite_subject
WHERE rewrite_id = :rewrite_id AND subject > :after ORDER BY subject LIMIT :limit;

-- name: rewrite_subjects_delete
DELETE FROM rewrite_subject WHERE rewrite_id = :rewrite_id AND subject <= :to;

-- name: rewrite_waiting
SELECT r.id, (SELECT count(*) FROM rewrite_subject s WHERE s.rewrite_id = r.id) FROM rewrite r
WHERE r.state < 2 AND r.state = 0 AND r.kind = :kind ORDER BY r.id LIMIT 1;

-- name: rewrite_count_unfinished
SELECT count(*) FROM rewrite WHERE state < 2;

-- name: rewrite_gone_links
SELECT s.subject, max(s.detail) FROM rewrite r JOIN rewrite_subject s ON s.rewrite_id = r.id
WHERE r.state < 2 AND r.kind = :kind GROUP BY s.subject ORDER BY s.subject;
