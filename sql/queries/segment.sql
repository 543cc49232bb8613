-- SPDX-License-Identifier: MIT
-- max() and min() of a NULL are NULL, hence the COALESCE.
-- name: segment_ingested
INSERT INTO segment (id, ingested_to, closed, rows, min_ms, max_ms)
VALUES (:id, :ingested_to, :closed, :rows, :min_ms, :max_ms)
ON CONFLICT (id) DO UPDATE SET ingested_to = excluded.ingested_to, closed = excluded.closed,
    rows = rows + excluded.rows,
    min_ms = COALESCE(min(min_ms, excluded.min_ms), min_ms, excluded.min_ms),
    max_ms = COALESCE(max(max_ms, excluded.max_ms), max_ms, excluded.max_ms);

-- name: segment_folded
UPDATE segment SET folded_to = :folded_to WHERE id = :id;

-- name: segment_unfold_all
UPDATE segment SET folded_to = sealed_to;

-- A segment that has no rows left has no times either.
-- name: segment_sealed
UPDATE segment SET sealed_to = :sealed_to, rows = max(rows - :rows, 0),
    min_ms = CASE WHEN rows > :rows THEN min_ms END, max_ms = CASE WHEN rows > :rows THEN max_ms END
WHERE id = :id;

-- name: segment_sealed_to
SELECT sealed_to FROM segment WHERE id = :id;

-- name: segment_rows_removed
UPDATE segment SET rows = max(rows - :rows, 0) WHERE id = :id;

-- part: segment_row
SELECT id, ingested_to, folded_to, sealed_to, closed, rows, min_ms, max_ms FROM segment

-- name: segment_each
-- use: segment_row
ORDER BY id;

-- name: segment_each_in
-- use: segment_row
WHERE max_ms >= :from_ms AND min_ms < :to_ms ORDER BY id;

-- name: segment_each_unfolded
-- use: segment_row
WHERE folded_to < ingested_to ORDER BY id;

-- name: segment_each_unsealed
-- use: segment_row
WHERE sealed_to < folded_to ORDER BY min_ms;
