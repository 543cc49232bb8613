-- SPDX-License-Identifier: MIT
-- name: term_insert
INSERT INTO term (id, text) VALUES (:id, :text);

-- name: term_find
SELECT id FROM term WHERE text = :text;

-- name: term_text
SELECT text FROM term WHERE id = :id;

-- name: term_max_id
SELECT COALESCE(max(id), 0) FROM term;

-- name: term_each
SELECT id, text FROM term WHERE id > :after_id ORDER BY id;
