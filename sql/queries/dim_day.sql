-- SPDX-License-Identifier: MIT
-- The most frequent values of days whose clicks were deleted.

-- name: dim_day_find
SELECT tops FROM dim_day WHERE day_ms = :day_ms AND dim = :dim;

-- name: dim_day_put
REPLACE INTO dim_day (day_ms, dim, kept, tops) VALUES (:day_ms, :dim, :kept, :tops);

-- name: dim_days_in
SELECT day_ms, tops FROM dim_day WHERE dim = :dim AND day_ms >= :from_ms AND day_ms < :to_ms ORDER BY day_ms;

-- Days that are over and still hold more than is kept of such.
-- name: dim_days_open
SELECT day_ms, dim FROM dim_day WHERE kept > :kept AND day_ms < :before_ms ORDER BY day_ms, dim LIMIT 1;
