-- SPDX-License-Identifier: MIT
-- name: link_tag_insert
INSERT INTO link_tag (link_id, tag_id) VALUES (:link_id, :tag_id) ON CONFLICT DO NOTHING;

-- name: link_tag_delete_all
DELETE FROM link_tag WHERE link_id = :link_id;

-- name: link_tag_of
SELECT t.key FROM link_tag x JOIN label t ON t.id = x.tag_id WHERE x.link_id = :link_id ORDER BY t.key;
