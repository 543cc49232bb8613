-- SPDX-License-Identifier: MIT
-- The ledger. Every batch lands at the end, and a report reads ranges of ids.

-- The last batch of a segment; its bytes only when they are few.
-- name: click_batch_last
SELECT first_id, last_id, CASE WHEN length(clicks) <= :bytes_max THEN clicks END
FROM click_batch WHERE first_id BETWEEN :from_id AND :to_id ORDER BY first_id DESC LIMIT 1;

-- name: click_batch_insert
INSERT INTO click_batch (first_id, last_id, rows, clicks) VALUES (:first_id, :last_id, :rows, :clicks);

-- name: click_batch_update
UPDATE click_batch SET first_id = :first_id, last_id = :last_id, rows = :rows, clicks = :clicks WHERE first_id = :id;

-- name: click_batch_delete
DELETE FROM click_batch WHERE first_id = :id;

-- name: click_count
SELECT (SELECT COALESCE(sum(rows), 0) FROM click_batch) + (SELECT COALESCE(sum(rows), 0) FROM chunk);

-- The first batch may begin before the range.
-- part: click_batch_range
SELECT first_id, last_id, rows, clicks FROM click_batch
WHERE first_id BETWEEN
    COALESCE((SELECT max(first_id) FROM click_batch WHERE first_id <= :from_id), :from_id) AND :to_id
    AND last_id >= :from_id
ORDER BY first_id

-- name: click_batch_scan
-- use: click_batch_range
;

-- name: click_batch_scan_desc
-- use: click_batch_range
DESC;
