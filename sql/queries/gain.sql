-- SPDX-License-Identifier: MIT
-- What folds counted of links and have not brought home yet (include/linkpond/store/gains.h).

-- name: gain_insert
INSERT INTO link_gain (id, links, numbers, days) VALUES (:id, :links, :numbers, :days);

-- name: gain_last
SELECT id, links FROM link_gain WHERE id >= :from_id AND id < :to_id ORDER BY id DESC LIMIT 1;

-- part: gain_row
SELECT numbers, days FROM link_gain WHERE id >= :from_id AND id < :to_id ORDER BY id;

-- One statement for each reader, because they are read within each other's rows.
-- name: gain_of_part
-- use: gain_row

-- name: gain_days
-- use: gain_row

-- name: gain_numbers
SELECT numbers FROM link_gain WHERE id >= :from_id AND id < :to_id ORDER BY id;

-- name: gain_next
SELECT id FROM link_gain WHERE id >= :from_id ORDER BY id LIMIT 1;

-- name: gain_delete
DELETE FROM link_gain WHERE id >= :from_id AND id < :to_id;
