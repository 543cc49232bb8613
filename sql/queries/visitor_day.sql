-- SPDX-License-Identifier: MIT
-- name: visitor_insert
INSERT INTO visitor_day (first_number, day, hashes) VALUES (:first_number, :day, :hashes);

-- Rows follow each other without overlap, so the last one ends highest.
-- name: visitor_max_number
SELECT COALESCE((SELECT first_number + max(length(hashes) / 8, 1) - 1 FROM visitor_day
                 ORDER BY first_number DESC LIMIT 1), 0);

-- name: visitor_delete_before
DELETE FROM visitor_day WHERE day < :day;

-- name: visitor_each
SELECT first_number, hashes FROM visitor_day WHERE day = :day ORDER BY first_number;
