-- SPDX-License-Identifier: MIT
-- What was spent, on which day, on what.

-- name: cost_insert
INSERT INTO cost (day, last_day, campaign_id, channel_id, link_id, owner_id, amount, currency, note, external_id, created_ms, updated_ms)
VALUES (:day, :last_day, :campaign_id, :channel_id, :link_id, :owner_id, :amount, :currency, :note, :external_id, :now_ms, :now_ms);

-- name: cost_update
UPDATE cost SET day = :day, last_day = :last_day, campaign_id = :campaign_id, channel_id = :channel_id, link_id = :link_id, owner_id = :owner_id,
    amount = :amount, currency = :currency, note = :note, external_id = :external_id, updated_ms = :now_ms
WHERE id = :id;

-- name: cost_delete
DELETE FROM cost WHERE id = :id;

-- name: cost_by_external_id
SELECT id FROM cost WHERE external_id = :external_id;

-- part: cost_row
SELECT c.id, c.day, c.campaign_id, c.channel_id, c.link_id, c.owner_id, c.amount, c.currency, c.note, COALESCE(c.external_id, ''),
    c.created_ms, c.updated_ms, COALESCE(ca.key, ''), COALESCE(ch.key, ''), COALESCE(u.key, ''), c.last_day
FROM cost c LEFT JOIN label ca ON ca.id = c.campaign_id LEFT JOIN label ch ON ch.id = c.channel_id LEFT JOIN user u ON u.id = c.owner_id

-- name: cost_find
-- use: cost_row
WHERE c.id = :id;

-- Newest first day first.
-- name: cost_list
-- use: cost_row
WHERE c.last_day >= :from_day AND c.day < :to_day AND (c.day < :before_day OR (c.day = :before_day AND c.id < :before_id))
    AND (:campaign = '' OR ca.key = :campaign) AND (:channel = '' OR ch.key = :channel) AND (:owner = '' OR u.key = :owner)
    AND (:link_id = 0 OR c.link_id = :link_id) AND (:currency = '' OR c.currency = :currency)
ORDER BY c.day DESC, c.id DESC LIMIT :limit;

-- What reports read: the days each is spread over, and where it belongs; what is of a link is of its campaign, channel and owner.
-- name: cost_spending
SELECT c.day, c.last_day, c.amount, c.currency, COALESCE(c.campaign_id, 0), COALESCE(c.channel_id, 0), COALESCE(c.link_id, 0),
    COALESCE(c.owner_id, 0), COALESCE(ca.key, ''), COALESCE(ch.key, ''), COALESCE(ch.channel_group, ''), COALESCE(u.key, '')
FROM cost c LEFT JOIN link l ON l.id = c.link_id LEFT JOIN label ca ON ca.id = COALESCE(c.campaign_id, l.campaign_id)
    LEFT JOIN label ch ON ch.id = COALESCE(c.channel_id, l.channel_id) LEFT JOIN user u ON u.id = COALESCE(c.owner_id, l.owner_id)
WHERE c.last_day >= :from_day AND c.day <= :to_day;
