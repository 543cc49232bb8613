-- SPDX-License-Identifier: MIT
-- The rules of live codes. A link's list is always written whole.

-- name: rule_insert
INSERT INTO rule (id, link_id, position, name, enabled, sticky, choice)
VALUES (:id, :link_id, :position, :name, :enabled, :sticky, :choice);

-- name: rule_condition_insert
INSERT INTO rule_condition (rule_id, condition, position, fact, negated, name, holiday, value)
VALUES (:rule_id, :condition, :position, :fact, :negated, :name, :holiday, :value);

-- name: rule_target_insert
INSERT INTO rule_target (rule_id, position, target_id) VALUES (:rule_id, :position, :target_id);

-- name: rule_drop_conditions
DELETE FROM rule_condition WHERE rule_id IN (SELECT id FROM rule WHERE link_id = :link_id);

-- name: rule_drop_targets
DELETE FROM rule_target WHERE rule_id IN (SELECT id FROM rule WHERE link_id = :link_id);

-- name: rule_drop
DELETE FROM rule WHERE link_id = :link_id;

-- A target that leaves the pool leaves the rules that name others too; one that names only it is the caller's to refuse.
-- name: rule_target_leave
DELETE FROM rule_target WHERE target_id = :target_id;

-- name: rule_of
SELECT id, name, enabled, sticky, choice FROM rule WHERE link_id = :link_id ORDER BY position;

-- name: rule_conditions_of
SELECT c.rule_id, c.condition, c.fact, c.negated, c.name, c.holiday, c.value FROM rule r
JOIN rule_condition c ON c.rule_id = r.id WHERE r.link_id = :link_id ORDER BY r.position, c.condition, c.position;

-- name: rule_targets_of
SELECT t.rule_id, t.target_id FROM rule r
JOIN rule_target t ON t.rule_id = r.id WHERE r.link_id = :link_id ORDER BY r.position, t.position;
