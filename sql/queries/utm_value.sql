-- SPDX-License-Identifier: MIT
-- part: utm_value_row
SELECT v.id, v.field, v.value, v.name_zh, v.name_en, v.archived, v.created_ms, v.updated_ms
FROM utm_value v

-- name: utm_value_insert
INSERT INTO utm_value (value, name_zh, name_en, archived, updated_ms, field, created_ms)
VALUES (:value, :name_zh, :name_en, :archived, :updated_ms, :field, :created_ms);

-- name: utm_value_update
UPDATE utm_value SET value = :value, name_zh = :name_zh, name_en = :name_en, archived = :archived,
    updated_ms = :updated_ms
WHERE id = :id;

-- name: utm_value_delete
DELETE FROM utm_value WHERE id = :id;

-- name: utm_value_find
-- use: utm_value_row
WHERE v.id = :id;

-- name: utm_value_find_spelling
-- use: utm_value_row
JOIN utm_spelling s ON s.utm_value_id = v.id WHERE s.field = :field AND s.folded = :folded;

-- name: utm_value_size
SELECT count(*) FROM utm_value;

-- Does a field have values, and are any of them for new links?
-- name: utm_value_any
SELECT EXISTS (SELECT 1 FROM utm_value WHERE field = :field),
    EXISTS (SELECT 1 FROM utm_value WHERE field = :field AND archived = 0);

-- part: utm_value_matches
WHERE (:field IS NULL OR v.field = :field) AND (:archived < 0 OR v.archived = :archived)
    AND (:pattern IS NULL OR v.name_zh LIKE :pattern ESCAPE '\' OR v.name_en LIKE :pattern ESCAPE '\'
        OR EXISTS (SELECT 1 FROM utm_spelling s
            WHERE s.utm_value_id = v.id AND s.spelling LIKE :pattern ESCAPE '\'))

-- name: utm_value_list
-- use: utm_value_row
-- use: utm_value_matches
AND v.id > :after_id ORDER BY v.id LIMIT :limit;

-- name: utm_value_count
SELECT count(*) FROM utm_value v
-- use: utm_value_matches
;

-- name: utm_spelling_insert
INSERT INTO utm_spelling (field, folded, spelling, utm_value_id, position)
VALUES (:field, :folded, :spelling, :utm_value_id, :position);

-- name: utm_spelling_drop
DELETE FROM utm_spelling WHERE utm_value_id = :utm_value_id;

-- name: utm_spelling_aliases
SELECT spelling FROM utm_spelling WHERE utm_value_id = :utm_value_id AND position > 0 ORDER BY position;

-- name: utm_spelling_each
SELECT s.folded, v.value, v.archived FROM utm_spelling s JOIN utm_value v ON v.id = s.utm_value_id
WHERE s.field = :field;
