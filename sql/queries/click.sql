-- SPDX-License-Identifier: MIT
-- The ledger. Every row lands at the end, and a report reads ranges of ids.

-- name: click_insert
INSERT INTO click (id, time_ms, link_id, class, outcome, signals, flags, visitor, visitor_by, source_by, channel_by, scene, ip,
    rule, host, code, target, location, country, region, city, app, os, device, browser, language, net, referrer,
    referrer_host, query, utm_source, utm_medium, utm_campaign, utm_term, utm_content, utm_id, source, channel,
    ad_click_source, ad_click_id, request_id, user_agent)
VALUES (:id, :time_ms, :link_id, :class, :outcome, :signals, :flags, :visitor, :visitor_by, :source_by, :channel_by,
    :scene, :ip, :rule, :host, :code, :target, :location, :country, :region, :city, :app, :os, :device, :browser,
    :language, :net, :referrer, :referrer_host, :query, :utm_source, :utm_medium, :utm_campaign, :utm_term,
    :utm_content, :utm_id, :source, :channel, :ad_click_source, :ad_click_id, :request_id, :user_agent);

-- name: click_delete_link
DELETE FROM click WHERE link_id = :link_id;

-- name: click_delete_range
DELETE FROM click WHERE id BETWEEN :from_id AND :to_id;

-- name: click_count
SELECT count(*) FROM click;

-- Scans. SQLite computes every column of a result row, so a scan of few columns is a statement of few columns.

-- part: click_facts
id, time_ms, link_id, class, outcome, signals, flags, visitor, visitor_by, source_by, channel_by, scene

-- part: click_range
FROM click WHERE id BETWEEN :from_id AND :to_id ORDER BY id

-- part: click_all
SELECT
-- use: click_facts
, ip, rule, host, code, target, location, country, region, city, app, os, device, browser, language, net, referrer,
    referrer_host, query, utm_source, utm_medium, utm_campaign, utm_term, utm_content, utm_id, source, channel,
    ad_click_source, ad_click_id, request_id, user_agent

-- name: click_scan_all
-- use: click_all
-- use: click_range
;

-- name: click_scan_all_desc
-- use: click_all
-- use: click_range
DESC;

-- name: click_scan_facts
SELECT
-- use: click_facts
-- use: click_range
;

-- name: click_scan_rule
SELECT
-- use: click_facts
, rule
-- use: click_range
;

-- name: click_scan_host
SELECT
-- use: click_facts
, host
-- use: click_range
;

-- name: click_scan_code
SELECT
-- use: click_facts
, code
-- use: click_range
;

-- name: click_scan_target
SELECT
-- use: click_facts
, target
-- use: click_range
;

-- name: click_scan_location
SELECT
-- use: click_facts
, location
-- use: click_range
;

-- name: click_scan_country
SELECT
-- use: click_facts
, country
-- use: click_range
;

-- name: click_scan_region
SELECT
-- use: click_facts
, region
-- use: click_range
;

-- name: click_scan_city
SELECT
-- use: click_facts
, city
-- use: click_range
;

-- name: click_scan_app
SELECT
-- use: click_facts
, app
-- use: click_range
;

-- name: click_scan_os
SELECT
-- use: click_facts
, os
-- use: click_range
;

-- name: click_scan_device
SELECT
-- use: click_facts
, device
-- use: click_range
;

-- name: click_scan_browser
SELECT
-- use: click_facts
, browser
-- use: click_range
;

-- name: click_scan_language
SELECT
-- use: click_facts
, language
-- use: click_range
;

-- name: click_scan_net
SELECT
-- use: click_facts
, net
-- use: click_range
;

-- name: click_scan_referrer
SELECT
-- use: click_facts
, referrer
-- use: click_range
;

-- name: click_scan_referrer_host
SELECT
-- use: click_facts
, referrer_host
-- use: click_range
;

-- name: click_scan_query
SELECT
-- use: click_facts
, query
-- use: click_range
;

-- name: click_scan_utm_source
SELECT
-- use: click_facts
, utm_source
-- use: click_range
;

-- name: click_scan_utm_medium
SELECT
-- use: click_facts
, utm_medium
-- use: click_range
;

-- name: click_scan_utm_campaign
SELECT
-- use: click_facts
, utm_campaign
-- use: click_range
;

-- name: click_scan_utm_term
SELECT
-- use: click_facts
, utm_term
-- use: click_range
;

-- name: click_scan_utm_content
SELECT
-- use: click_facts
, utm_content
-- use: click_range
;

-- name: click_scan_utm_id
SELECT
-- use: click_facts
, utm_id
-- use: click_range
;

-- name: click_scan_source
SELECT
-- use: click_facts
, source
-- use: click_range
;

-- name: click_scan_channel
SELECT
-- use: click_facts
, channel
-- use: click_range
;

-- name: click_scan_ad_click_source
SELECT
-- use: click_facts
, ad_click_source
-- use: click_range
;

-- name: click_scan_ad_click_id
SELECT
-- use: click_facts
, ad_click_id
-- use: click_range
;

-- name: click_scan_request_id
SELECT
-- use: click_facts
, request_id
-- use: click_range
;

-- name: click_scan_user_agent
SELECT
-- use: click_facts
, user_agent
-- use: click_range
;
