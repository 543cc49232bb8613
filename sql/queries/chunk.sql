-- SPDX-License-Identifier: MIT
-- name: chunk_insert
INSERT INTO chunk (rows, min_ms, max_ms, min_id, max_id, columns, folded)
VALUES (:rows, :min_ms, :max_ms, :min_id, :max_id, :columns, :folded);

-- A new one's place is its id.
-- name: chunk_settle
UPDATE chunk SET bytes = :bytes, seq = CASE WHEN :seq > 0 THEN :seq ELSE id END WHERE id = :id;

-- name: chunk_set_folded
UPDATE chunk SET folded = 1 WHERE id = :id;

-- name: chunk_unfold_all
UPDATE chunk SET folded = 0;

-- name: chunk_delete
DELETE FROM chunk WHERE id = :id;

-- part: chunk_row
SELECT id, rows, min_ms, max_ms, min_id, max_id, bytes, folded, seq FROM chunk

-- name: chunk_each
-- use: chunk_row
ORDER BY id;

-- name: chunk_each_in
-- use: chunk_row
WHERE max_ms >= :from_ms AND min_ms < :to_ms ORDER BY id;

-- name: chunk_each_unfolded
-- use: chunk_row
WHERE folded = 0 ORDER BY id;

-- name: chunk_each_with
-- use: chunk_row
WHERE min_id <= :click_id AND max_id >= :click_id ORDER BY id;

-- name: chunk_find
-- use: chunk_row
WHERE id = :id;

-- In the order of sealing, whatever has been written anew meanwhile.
-- name: chunk_next
-- use: chunk_row
WHERE seq > :after_seq AND seq <= :seq_end ORDER BY seq LIMIT 1;

-- name: chunk_extent
SELECT count(*), COALESCE(max(seq), 0) FROM chunk;

-- name: chunk_columns
SELECT columns FROM chunk WHERE id = :id;

-- name: chunk_column_insert
INSERT INTO chunk_column (id, data) VALUES (:id, :data);

-- name: chunk_column_find
SELECT data FROM chunk_column WHERE id = :id;

-- name: chunk_columns_delete
DELETE FROM chunk_column WHERE id BETWEEN :from_id AND :to_id;
