-- SPDX-License-Identifier: MIT
-- What sales are told of visits to links that are for one person.

-- name: radar_any
SELECT EXISTS (SELECT 1 FROM radar_link);

-- name: radar_link_watched
SELECT 1 FROM radar_link WHERE link_id = :link_id;

-- name: radar_link_find
SELECT r.link_id, r.since_ms, r.first_ms, r.last_ms, r.cookie, r.hash, r.hash_day, r.forwarded, l.customer, l.title,
    d.scheme || '://' || d.host || '/' || l.code, l.owner_id, coalesce(u.key, '')
FROM radar_link r JOIN link l ON l.id = r.link_id JOIN domain d ON d.id = l.domain_id
    LEFT JOIN user u ON u.id = l.owner_id
WHERE r.link_id = :link_id AND l.tombstone = 0;

-- name: radar_link_update
UPDATE radar_link SET first_ms = :first_ms, last_ms = :last_ms, cookie = :cookie, hash = :hash, hash_day = :hash_day,
    forwarded = :forwarded
WHERE link_id = :link_id;

-- name: radar_forget_cookie
UPDATE radar_link SET cookie = 0 WHERE cookie = :visitor AND cookie <> 0;

-- name: radar_forget_hash
UPDATE radar_link SET hash = 0 WHERE hash = :visitor AND hash <> 0;

-- name: radar_news_insert
INSERT INTO radar_news (kind, time_ms, link_id, click_id, customer)
VALUES (:kind, :time_ms, :link_id, :click_id, :customer);

-- part: radar_news_of
FROM radar_news n JOIN link l ON l.id = n.link_id JOIN domain d ON d.id = l.domain_id LEFT JOIN user u ON u.id = l.owner_id
WHERE l.tombstone = 0 AND (:by_owner = 0 OR l.owner_id = :bound_owner_id)
    AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)
    AND (:kind IS NULL OR n.kind = :kind) AND (:customer IS NULL OR n.customer = :customer)
    AND (:owner IS NULL OR u.key = :owner) AND (:link_id IS NULL OR n.link_id = :link_id)

-- name: radar_news_list
SELECT n.id, n.kind, n.time_ms, n.link_id, n.customer, l.title, d.scheme || '://' || d.host || '/' || l.code,
    coalesce(u.key, '')
-- use: radar_news_of
AND (:before_id IS NULL OR n.id < :before_id)
ORDER BY n.id DESC LIMIT :limit;

-- name: radar_news_count
SELECT count(*)
-- use: radar_news_of
;
