-- SPDX-License-Identifier: MIT
-- Clicks that are an earlier one's request again.

-- name: click_repeat_put
INSERT INTO click_repeat (click_id, first_id) VALUES (:click_id, :first_id) ON CONFLICT (click_id) DO NOTHING;

-- name: click_repeat_first
SELECT first_id FROM click_repeat WHERE click_id = :click_id;
