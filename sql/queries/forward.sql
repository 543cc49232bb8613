-- SPDX-License-Identifier: MIT
-- Browsers that showed a landing page with the click id of a click.

-- name: forward_put
INSERT INTO forward (click_id, page, generation, scene, time_ms)
VALUES (:click_id, :page, CASE WHEN EXISTS (SELECT 1 FROM forward f WHERE f.click_id = :click_id) THEN 2 ELSE 1 END, :scene,
    :time_ms)
ON CONFLICT (click_id, page) DO NOTHING;

-- How the page of that click came to the customer.
-- name: forward_scene
SELECT f.scene FROM forward f JOIN identity i ON i.kind = 'page' AND i.value = f.page
WHERE f.click_id = :click_id AND f.generation > 1 AND i.customer_id = :customer_id ORDER BY f.time_ms, f.page LIMIT 1;

-- name: forward_find
SELECT generation, scene, time_ms FROM forward WHERE click_id = :click_id AND page = :page;

-- Some of those first seen before that instant.
-- name: forward_expire
DELETE FROM forward WHERE (click_id, page) IN
    (SELECT click_id, page FROM forward WHERE time_ms < :before_ms ORDER BY time_ms LIMIT :most);
