-- SPDX-License-Identifier: MIT
-- The stored sums: link_stat, link_day, scope_day.

-- max() of a NULL is NULL, hence the COALESCE. (An UPDATE, and an INSERT when it met no row, gains a tenth on links that
-- were counted before and loses a third on new ones.)
-- name: sums_stat_add
INSERT INTO link_stat (link_id, clicks, visitors, bots, total, scans, reserved, last_ms)
VALUES (:link_id, :clicks, :visitors, :bots, :total, :scans, :reserved, :last_ms)
ON CONFLICT (link_id) DO UPDATE SET clicks = clicks + excluded.clicks, visitors = visitors + excluded.visitors,
    bots = bots + excluded.bots, total = total + excluded.total, scans = scans + excluded.scans,
    reserved = reserved + excluded.reserved,
    last_ms = COALESCE(max(last_ms, excluded.last_ms), last_ms, excluded.last_ms);

-- name: sums_stat_set_last
UPDATE link_stat SET last_ms = :into_ms WHERE link_id = :link_id AND last_ms = :from_ms;

-- part: sums_stat_row
SELECT link_id, clicks, visitors, bots, total, scans, reserved, last_ms FROM link_stat

-- name: sums_stat_find
-- use: sums_stat_row
WHERE link_id = :link_id;

-- name: sums_stats_each
-- use: sums_stat_row
ORDER BY link_id;

-- name: sums_reserved_each
SELECT link_id, reserved FROM link_stat WHERE reserved <> 0;

-- name: sums_link_find
SELECT clicks, visitors, bots, total, scans, reserved, last_ms, day, quarters, older FROM link_stat
WHERE link_id = :link_id;

-- name: sums_link_put
REPLACE INTO link_stat (link_id, clicks, visitors, bots, total, scans, reserved, last_ms, day, quarters, older)
VALUES (:link_id, :clicks, :visitors, :bots, :total, :scans, :reserved, :last_ms, :day, :quarters, :older);

-- name: sums_link_day_find
SELECT quarters FROM link_day WHERE link_id = :link_id AND day = :day;

-- name: sums_link_day_put
REPLACE INTO link_day (link_id, day, quarters) VALUES (:link_id, :day, :quarters);

-- name: sums_link_day_delete
DELETE FROM link_day WHERE link_id = :link_id AND day = :day;

-- name: sums_link_day_latest
SELECT quarters, day FROM link_day WHERE link_id = :link_id ORDER BY day DESC LIMIT 1;

-- name: sums_scope_day_find
SELECT quarters FROM scope_day WHERE scope = :scope AND scope_id = :scope_id AND day = :day;

-- name: sums_scope_day_put
REPLACE INTO scope_day (scope, scope_id, day, quarters) VALUES (:scope, :scope_id, :day, :quarters);

-- name: sums_scope_day_delete
DELETE FROM scope_day WHERE scope = :scope AND scope_id = :scope_id AND day = :day;

-- Days: whose, which, and packed in its row those before it. Of the row of figures only the newest day is looked at here.
-- name: sums_link_days
SELECT link_id, day, quarters, NULL FROM link_day WHERE link_id = :link_id AND day >= :from_day AND day < :to_day
UNION ALL
SELECT link_id, day, quarters, older FROM link_stat WHERE link_id = :link_id AND day >= :from_day
ORDER BY day;

-- name: sums_scope_days
SELECT scope_id, day, quarters, NULL FROM scope_day
WHERE scope = :scope AND scope_id = :scope_id AND day >= :from_day AND day < :to_day ORDER BY day;

-- name: sums_all_link_days
SELECT link_id, day, quarters, NULL FROM link_day WHERE day >= :from_day AND day < :to_day
UNION ALL
SELECT link_id, day, quarters, older FROM link_stat WHERE day >= :from_day
ORDER BY link_id, day;

-- name: sums_all_scope_days
SELECT scope_id, day, quarters, NULL FROM scope_day
WHERE scope = :scope AND day >= :from_day AND day < :to_day ORDER BY scope_id, day;

-- name: sums_link_delete_stat
DELETE FROM link_stat WHERE link_id = :link_id;

-- name: sums_link_delete_days
DELETE FROM link_day WHERE link_id = :link_id;

-- name: sums_scope_delete
DELETE FROM scope_day WHERE scope = :scope AND scope_id = :scope_id;

-- name: sums_reset_stats
DELETE FROM link_stat;

-- name: sums_reset_link_days
DELETE FROM link_day;

-- name: sums_reset_scope_days
DELETE FROM scope_day;
