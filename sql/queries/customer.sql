-- SPDX-License-Identifier: MIT
-- Who has it. What was merged has no identities any more.
-- name: identity_find
SELECT customer_id FROM identity WHERE kind = :kind AND value = :value;

-- name: identity_insert
INSERT INTO identity (kind, value, customer_id, created_ms) VALUES (:kind, :value, :customer_id, :now_ms)
ON CONFLICT (kind, value) DO NOTHING;

-- name: identity_of
SELECT kind, value, created_ms FROM identity WHERE customer_id = :customer_id ORDER BY kind, value;

-- name: identity_move
UPDATE identity SET customer_id = :into_id WHERE customer_id = :from_id;

-- Both have an identity of one of the kinds that name people.
-- name: identity_conflict
SELECT EXISTS (SELECT 1 FROM identity x JOIN identity y ON y.kind = x.kind AND y.customer_id = :b
    WHERE x.customer_id = :a AND x.kind IN ('openid', 'unionid', 'external_userid', 'phone', 'email', 'external'));

-- name: identity_has_kind
SELECT EXISTS (SELECT 1 FROM identity WHERE customer_id = :customer_id AND kind = :kind);

-- name: identity_has_visitor
SELECT EXISTS (SELECT 1 FROM identity WHERE customer_id = :customer_id AND kind = 'visitor');

-- name: customer_insert
INSERT INTO customer (created_ms, updated_ms) VALUES (:now_ms, :now_ms);

-- part: customer_row
SELECT c.id, c.merged_into, c.name,
    (SELECT group_concat(notes, char(10)) FROM (SELECT m.notes AS notes FROM customer m
        WHERE (m.id = c.id OR m.merged_into = c.id) AND m.notes <> '' ORDER BY m.id)),
    c.owner_id, u.key, c.stage_id, s.key, c.first_touch_ms, c.last_touch_ms, c.last_event_ms, c.touches, c.events,
    c.touched_ms, c.forgotten_ms, c.created_ms, c.updated_ms, c.revision,
    (SELECT h.key FROM stage h WHERE h.id = c.stage_set_id)
FROM customer c LEFT JOIN user u ON u.id = c.owner_id LEFT JOIN stage s ON s.id = c.stage_id

-- name: customer_find
-- use: customer_row
WHERE c.id = :id;

-- Who it is now.
-- name: customer_now
SELECT coalesce(merged_into, id) FROM customer WHERE id = :id;

-- What was said last of name and owner wins; both sides are compared before either is written.
-- name: customer_take_over
UPDATE customer SET
    name = CASE WHEN l.wins_name THEN l.name ELSE customer.name END,
    name_ms = CASE WHEN l.wins_name THEN l.name_ms ELSE customer.name_ms END,
    owner_id = CASE WHEN l.wins_owner THEN l.owner_id ELSE customer.owner_id END,
    owner_ms = CASE WHEN l.wins_owner THEN l.owner_ms ELSE customer.owner_ms END,
    stage_set_id = CASE WHEN l.further THEN l.stage_set_id ELSE customer.stage_set_id END,
    created_ms = min(customer.created_ms, l.created_ms),
    touched_ms = :touched_ms, updated_ms = :now_ms, revision = customer.revision + 1
FROM (SELECT f.name, f.name_ms, f.owner_id, f.owner_ms, f.created_ms, f.stage_set_id,
        coalesce((SELECT position FROM stage WHERE id = f.stage_set_id), -1)
            > coalesce((SELECT position FROM stage WHERE id = i.stage_set_id), -1) AS further,
        f.name <> '' AND (i.name = '' OR f.name_ms > i.name_ms OR (f.name_ms = i.name_ms AND f.name < i.name)) AS wins_name,
        f.owner_id IS NOT NULL AND (i.owner_id IS NULL OR f.owner_ms > i.owner_ms
            OR (f.owner_ms = i.owner_ms AND f.owner_id < i.owner_id)) AS wins_owner
    FROM customer f, customer i WHERE f.id = :from_id AND i.id = :into_id) l
WHERE customer.id = :into_id;

-- Those that were merged into it before go along, so that one step always leads to who it is.
-- name: customer_gone
UPDATE customer SET merged_into = :into_id, updated_ms = :now_ms, revision = revision + 1,
    owner_id = NULL, stage_id = NULL, stage_set_id = NULL, name = '', name_ms = 0, owner_ms = 0, touches = 0, events = 0,
    first_touch_ms = NULL, last_touch_ms = NULL, last_event_ms = NULL
WHERE id = :from_id;

-- name: customer_flatten
UPDATE customer SET merged_into = :into_id WHERE merged_into = :from_id;

-- name: customer_move_events
UPDATE event SET customer_id = :into_id WHERE customer_id = :from_id;

-- The same click may have been copied to both.
-- name: customer_move_touches
INSERT INTO touch (customer_id, time_ms, click_id, generation, link_id, host, source, channel, utm_source, utm_medium,
    utm_campaign, utm_term, utm_content, utm_id, app, code, scene, flags)
SELECT :into_id, time_ms, click_id, generation, link_id, host, source, channel, utm_source, utm_medium, utm_campaign,
    utm_term, utm_content, utm_id, app, code, scene, flags
FROM touch WHERE customer_id = :from_id
ON CONFLICT (customer_id, time_ms, click_id, generation) DO NOTHING;

-- name: customer_drop_touches
DELETE FROM touch WHERE customer_id = :from_id;

-- name: customer_move_tags
INSERT INTO customer_tag (customer_id, tag_id, created_ms)
SELECT :into_id, tag_id, created_ms FROM customer_tag WHERE customer_id = :from_id
ON CONFLICT (customer_id, tag_id) DO UPDATE SET created_ms = min(created_ms, excluded.created_ms);

-- name: customer_drop_tags
DELETE FROM customer_tag WHERE customer_id = :from_id;

-- name: customer_merge_insert
INSERT INTO customer_merge (time_ms, from_id, into_id, kind, event_id)
VALUES (:now_ms, :from_id, :into_id, :kind, :event_id);

-- name: customer_touched_ms
SELECT touched_ms FROM customer WHERE id = :id;

-- name: customer_touched
UPDATE customer SET touched_ms = :touched_ms WHERE id = :id;

-- How many events of a type lead somewhere.
-- name: customer_events_of_type
SELECT count(*) FROM event WHERE customer_id = :id AND type = :type AND (value IS NULL OR value >= 0);

-- Is the type a step at all, and must its events be counted for it?
-- name: stage_of_type
SELECT max(m.nth) FROM stage_event m JOIN stage s ON s.id = m.stage_id WHERE s.enabled = 1 AND m.type = :type;

-- name: customer_note_event
UPDATE customer SET events = events + 1, last_event_ms = max(coalesce(last_event_ms, :time_ms), :time_ms),
    updated_ms = :now_ms
WHERE id = :id;

-- The furthest step of that many events of a type, where it is further than the one before. Most events lead nowhere new:
-- then two looks at a few rows are all it takes. UPDATE FROM made a table of them for every event.
-- name: customer_advance
UPDATE customer SET stage_id = (SELECT s.id FROM stage_event m JOIN stage s ON s.id = m.stage_id
    WHERE s.enabled = 1 AND m.type = :type AND m.nth <= :nth ORDER BY s.position DESC LIMIT 1)
WHERE id = :id AND (SELECT max(s.position) FROM stage_event m JOIN stage s ON s.id = m.stage_id
        WHERE s.enabled = 1 AND m.type = :type AND m.nth <= :nth)
    > coalesce((SELECT b.position FROM stage b WHERE b.id = customer.stage_id AND b.enabled = 1), -1);

-- name: customer_note_touch
UPDATE customer SET touches = touches + 1, first_touch_ms = min(coalesce(first_touch_ms, :time_ms), :time_ms),
    last_touch_ms = max(coalesce(last_touch_ms, :time_ms), :time_ms), updated_ms = :now_ms,
    stage_id = coalesce(stage_id, (SELECT id FROM stage WHERE enabled = 1 ORDER BY position LIMIT 1))
WHERE id = :id;

-- part: stage_reached
-- Where a customer stands: the furthest step that its events lead to or a person said, else the first when there is a
-- touch.
coalesce(
    (SELECT s.id FROM stage s WHERE s.enabled = 1 AND (s.id = customer.stage_set_id OR s.id IN (
        SELECT m.stage_id FROM (SELECT e.type, count(*) AS n FROM event e
            WHERE e.customer_id = customer.id AND (e.value IS NULL OR e.value >= 0) GROUP BY e.type) t
        JOIN stage_event m ON m.type = t.type AND m.nth <= t.n)) ORDER BY s.position DESC LIMIT 1),
    CASE WHEN EXISTS (SELECT 1 FROM touch x WHERE x.customer_id = customer.id)
        THEN (SELECT id FROM stage WHERE enabled = 1 ORDER BY position LIMIT 1) END)

-- name: customer_recount
UPDATE customer SET events = (SELECT count(*) FROM event e WHERE e.customer_id = customer.id),
    last_event_ms = (SELECT max(e.time_ms) FROM event e WHERE e.customer_id = customer.id),
    touches = (SELECT count(*) FROM touch x WHERE x.customer_id = customer.id),
    first_touch_ms = (SELECT min(x.time_ms) FROM touch x WHERE x.customer_id = customer.id),
    last_touch_ms = (SELECT max(x.time_ms) FROM touch x WHERE x.customer_id = customer.id),
    stage_id =
-- use: stage_reached
WHERE id = :id;

-- Behind a change of the steps.
-- name: customer_restage
UPDATE customer SET stage_id =
-- use: stage_reached
WHERE merged_into IS NULL;

-- name: customer_say_name
UPDATE customer SET name = :name, name_ms = :time_ms
WHERE id = :id AND (name = '' OR :time_ms > name_ms OR (:time_ms = name_ms AND :name < name));

-- name: customer_say_owner
UPDATE customer SET owner_id = :owner_id, owner_ms = :time_ms
WHERE id = :id AND (owner_id IS NULL OR :time_ms > owner_ms OR (:time_ms = owner_ms AND :owner_id < owner_id));

-- name: customer_tag_by_type
INSERT INTO customer_tag (customer_id, tag_id, created_ms)
SELECT :id, tag_id, :now_ms FROM tag_rule WHERE type = :type
ON CONFLICT (customer_id, tag_id) DO NOTHING;

-- name: customer_tag_by_link
INSERT INTO customer_tag (customer_id, tag_id, created_ms)
SELECT :id, r.tag_id, :now_ms FROM tag_rule r
WHERE r.link_id = :link_id
    OR r.label_id IN (SELECT campaign_id FROM link WHERE id = :link_id)
    OR r.label_id IN (SELECT channel_id FROM link WHERE id = :link_id)
    OR r.label_id IN (SELECT tag_id FROM link_tag WHERE link_id = :link_id)
ON CONFLICT (customer_id, tag_id) DO NOTHING;

-- name: tag_rule_any
SELECT EXISTS (SELECT 1 FROM tag_rule);

-- Whom a bound caller sees: those they answer for, or who touched a link of their domain.
-- part: customer_bounds
AND (:by_owner = 0 OR c.owner_id = :bound_owner_id)
AND (:by_domain = 0 OR EXISTS (SELECT 1 FROM touch x JOIN link l ON l.id = x.link_id
    WHERE x.customer_id = c.id AND l.domain_id = :bound_domain_id))

-- name: customer_see
-- use: customer_row
WHERE c.id = (SELECT coalesce(merged_into, id) FROM customer WHERE id = :id)
-- use: customer_bounds
;

-- name: customer_update
UPDATE customer SET name = :name, name_ms = iif(name = :name, name_ms, :now_ms), notes = :notes,
    owner_ms = iif(owner_id IS :owner_id, owner_ms, :now_ms), owner_id = :owner_id, updated_ms = :now_ms,
    revision = revision + 1
WHERE id = :id;

-- name: customer_set_stage
UPDATE customer SET stage_set_id = :stage_id WHERE id = :id;

-- name: customer_clear_notes
UPDATE customer SET notes = '' WHERE merged_into = :id;

-- name: customer_forget
UPDATE customer SET name = '', notes = '', owner_id = NULL, forgotten_ms = :now_ms, updated_ms = :now_ms,
    revision = revision + 1
WHERE id = :id OR merged_into = :id;

-- name: identity_forget
DELETE FROM identity WHERE customer_id = :id;

-- The sender's own names for events stay, or what is told again would happen again.
-- name: customer_forget_events
UPDATE event SET metadata = '' WHERE customer_id = :id;

-- name: customer_forget_tags
DELETE FROM customer_tag WHERE customer_id = :id;

-- name: customer_hand_over
UPDATE customer SET owner_id = :into_id, owner_ms = :now_ms, updated_ms = :now_ms, revision = revision + 1
WHERE id IN (SELECT id FROM customer WHERE owner_id = :from_id ORDER BY id LIMIT :most);

-- name: customer_count_of_owner
SELECT count(*) FROM customer WHERE owner_id = :id;

-- part: customer_matches
WHERE c.merged_into IS NULL AND c.forgotten_ms IS NULL
    AND (:pattern IS NULL OR c.name LIKE :pattern ESCAPE '\' OR c.notes LIKE :pattern ESCAPE '\'
        OR c.id IN (SELECT i.customer_id FROM identity i WHERE (i.kind, i.value) IN (VALUES ('openid', :q), ('unionid', :q),
            ('external_userid', :q), ('external', :q), ('phone', :phone), ('email', :email))))
    AND (:stage_id IS NULL OR c.stage_id = :stage_id) AND (:owner_id IS NULL OR c.owner_id = :owner_id)
    AND (:tag_id IS NULL OR EXISTS (SELECT 1 FROM customer_tag g WHERE g.tag_id = :tag_id AND g.customer_id = c.id))
    AND (:link_id IS NULL OR EXISTS (SELECT 1 FROM touch t WHERE t.link_id = :link_id AND t.customer_id = c.id))
-- use: customer_bounds

-- part: customer_list_row
SELECT c.id, c.merged_into, c.name, NULL, c.owner_id, u.key, c.stage_id, s.key, c.first_touch_ms, c.last_touch_ms,
    c.last_event_ms, c.touches, c.events, c.touched_ms, c.forgotten_ms, c.created_ms, c.updated_ms, c.revision,
    (SELECT h.key FROM stage h WHERE h.id = c.stage_set_id)
FROM customer c LEFT JOIN user u ON u.id = c.owner_id LEFT JOIN stage s ON s.id = c.stage_id

-- name: customer_list_latest
-- use: customer_list_row
-- use: customer_matches
AND (c.last_event_ms, c.id) < (:after_ms, :after_id) ORDER BY c.last_event_ms DESC, c.id DESC LIMIT :limit;

-- name: customer_list_earliest
-- use: customer_list_row
-- use: customer_matches
AND (c.last_event_ms, c.id) > (:after_ms, :after_id) ORDER BY c.last_event_ms, c.id LIMIT :limit;

-- name: customer_list_newest
-- use: customer_list_row
-- use: customer_matches
AND c.id < :after_id ORDER BY c.id DESC LIMIT :limit;

-- name: customer_list_oldest
-- use: customer_list_row
-- use: customer_matches
AND c.id > :after_id ORDER BY c.id LIMIT :limit;

-- name: customer_count
SELECT count(*) FROM (SELECT 1 FROM customer c
-- use: customer_matches
LIMIT :limit);

-- name: customer_tags
SELECT b.key FROM customer_tag g JOIN label b ON b.id = g.tag_id WHERE g.customer_id = :id ORDER BY b.key;

-- name: customer_tag
INSERT INTO customer_tag (customer_id, tag_id, created_ms) VALUES (:id, :tag_id, :now_ms)
ON CONFLICT (customer_id, tag_id) DO NOTHING;

-- name: customer_untag
DELETE FROM customer_tag WHERE customer_id = :id AND tag_id = :tag_id;

-- All that ended in it, by whatever way.
-- name: customer_merges
SELECT time_ms, from_id, into_id, kind, event_id FROM customer_merge
WHERE into_id = :id OR into_id IN (SELECT id FROM customer WHERE merged_into = :id) ORDER BY id;

-- Events stand before the touches of the same moment; `is_event` is 1 or 0.
-- name: customer_timeline
SELECT m.is_event, m.time_ms, m.id, m.generation, l.id, l.code, l.title, d.host, cg.key, ch.key,
    t1.text, t2.text, t3.text, t4.text, t5.text, t6.text, t7.text, t8.text, m.scene,
    m.type, m.event_id, m.origin, m.state, m.currency, u.key, m.metadata, m.value, m.click_id, t9.text
FROM (
    SELECT 1 AS is_event, e.time_ms, e.id, e.generation, e.link_id, 0 AS source, 0 AS channel, 0 AS app, 0 AS utm_source,
        0 AS utm_medium, 0 AS utm_campaign, 0 AS utm_term, 0 AS utm_content, 0 AS code, 0 AS scene, e.type, e.event_id, e.origin,
        e.state, e.currency, e.owner_id, e.metadata, e.value, e.click_id
    FROM event e WHERE e.customer_id = :id AND e.time_ms <= :before_ms
    UNION ALL
    SELECT 0, x.time_ms, x.click_id, x.generation, x.link_id, x.source, x.channel, x.app, x.utm_source, x.utm_medium,
        x.utm_campaign, x.utm_term, x.utm_content, x.code, x.scene, '', NULL, '', '', '', NULL, '', NULL, x.click_id
    FROM touch x WHERE x.customer_id = :id AND x.time_ms <= :before_ms
) m
LEFT JOIN link l ON l.id = m.link_id AND l.tombstone = 0 AND (:by_owner = 0 OR l.owner_id = :bound_owner_id)
    AND (:by_domain = 0 OR l.domain_id = :bound_domain_id)
LEFT JOIN domain d ON d.id = l.domain_id
LEFT JOIN label cg ON cg.id = l.campaign_id LEFT JOIN label ch ON ch.id = l.channel_id
LEFT JOIN term t1 ON t1.id = m.source LEFT JOIN term t2 ON t2.id = m.channel LEFT JOIN term t3 ON t3.id = m.app
LEFT JOIN term t4 ON t4.id = m.utm_source LEFT JOIN term t5 ON t5.id = m.utm_medium
LEFT JOIN term t6 ON t6.id = m.utm_campaign LEFT JOIN term t7 ON t7.id = m.utm_term
LEFT JOIN term t8 ON t8.id = m.utm_content LEFT JOIN term t9 ON t9.id = m.code
LEFT JOIN user u ON u.id = m.owner_id
WHERE (m.is_event = 1 OR l.id IS NOT NULL OR (:by_owner = 0 AND :by_domain = 0))
    AND (m.time_ms, m.is_event, m.id) < (:before_ms, :before_event, :before_id)
ORDER BY m.time_ms DESC, m.is_event DESC, m.id DESC LIMIT :limit;

-- name: tag_rule_insert
INSERT INTO tag_rule (tag_id, link_id, label_id, type, created_ms) VALUES (:tag_id, :link_id, :label_id, :type, :now_ms);

-- name: tag_rule_delete
DELETE FROM tag_rule WHERE id = :id;

-- name: tag_rule_size
SELECT count(*) FROM tag_rule;

-- name: tag_rule_each
SELECT r.id, r.tag_id, r.link_id, r.label_id, r.type, g.key, b.kind, b.key, r.created_ms
FROM tag_rule r JOIN label g ON g.id = r.tag_id LEFT JOIN label b ON b.id = r.label_id ORDER BY r.id;
