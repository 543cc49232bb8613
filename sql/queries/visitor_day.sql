-- SPDX-License-Identifier: MIT
-- name: visitor_insert
INSERT INTO visitor_day (number, day, hash) VALUES (:number, :day, :hash);

-- name: visitor_max_number
SELECT COALESCE(max(number), 0) FROM visitor_day;

-- name: visitor_delete_before
DELETE FROM visitor_day WHERE day < :day;

-- name: visitor_each
SELECT number, hash FROM visitor_day WHERE day = :day ORDER BY number;
