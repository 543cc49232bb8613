/* SPDX-License-Identifier: MIT */
#include "linkpond/api/routes.h"

/* clang-format off */
const struct route *const api_route_tables[] = {
    http_routes,
    api_link_routes,
    api_bulk_routes,
    api_check_routes,
    api_fan_out_routes,
    api_qr_routes,
    api_image_routes,
    api_domain_routes,
    api_label_routes,
    api_utm_value_routes,
    api_utm_value_bulk_routes,
    api_key_routes,
    api_robot_routes,
    api_outbox_routes,
    api_user_routes,
    api_hand_over_routes,
    api_audit_routes,
    api_session_routes,
    api_me_routes,
    api_stats_routes,
    api_click_routes,
    api_health_routes,
    api_transfer_routes,
    api_word_routes,
    api_form_routes,
    api_create_page_routes,
    api_settings_routes,
    api_upkeep_routes,
    api_rewrite_routes,
    NULL,
};
/* clang-format on */
