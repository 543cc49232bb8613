/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_ROUTES_H
#define LINKPOND_API_ROUTES_H

#include "linkpond/http/router.h"

/* The route tables of this floor, one per resource; each ends with a row whose path is NULL. */
extern const struct route api_link_routes[];
extern const struct route api_bulk_routes[];
extern const struct route api_check_routes[];
extern const struct route api_fan_out_routes[];
extern const struct route api_qr_routes[];
extern const struct route api_image_routes[];
extern const struct route api_target_routes[];
extern const struct route api_target_event_routes[];
extern const struct route api_target_stats_routes[];
extern const struct route api_rule_routes[];
extern const struct route api_event_routes[];
extern const struct route api_simulate_routes[];
extern const struct route api_domain_routes[];
extern const struct route api_destination_routes[];
extern const struct route api_domain_block_routes[];
extern const struct route api_domain_report_routes[];
extern const struct route api_repoint_routes[];
extern const struct route api_label_routes[];
extern const struct route api_inferred_channel_routes[];
extern const struct route api_utm_value_routes[];
extern const struct route api_utm_value_bulk_routes[];
extern const struct route api_key_routes[];
extern const struct route api_click_key_routes[];
extern const struct route api_robot_routes[];
extern const struct route api_outbox_routes[];
extern const struct route api_today_routes[];
extern const struct route api_customer_routes[];
extern const struct route api_customer_timeline_routes[];
extern const struct route api_stage_routes[];
extern const struct route api_tag_rule_routes[];
extern const struct route api_wecom_routes[];
extern const struct route api_wecom_callback_routes[];
extern const struct route api_postback_routes[];
extern const struct route api_postback_call_routes[];
extern const struct route api_radar_routes[];
extern const struct route api_radar_rule_routes[];
extern const struct route api_user_routes[];
extern const struct route api_hand_over_routes[];
extern const struct route api_audit_routes[];
extern const struct route api_session_routes[];
extern const struct route api_me_routes[];
extern const struct route api_stats_routes[];
extern const struct route api_attribution_routes[];
extern const struct route api_journey_routes[];
extern const struct route api_cost_routes[];
extern const struct route api_money_routes[];
extern const struct route api_click_routes[];
extern const struct route api_landing_routes[];
extern const struct route api_health_routes[];
extern const struct route api_transfer_routes[];
extern const struct route api_word_routes[];
extern const struct route api_settings_routes[];
extern const struct route api_upkeep_routes[];
extern const struct route api_rewrite_routes[];
extern const struct route api_form_routes[];
extern const struct route api_create_page_routes[];

/* All of the above and the http floor's own, ended by NULL: what a router is made of. */
extern const struct route *const api_route_tables[];

#endif
