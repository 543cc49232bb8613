/* SPDX-License-Identifier: MIT */
#include "labels_template.h"

#include "linkpond/model/utm.h"

enum err label_take_template(struct label *label, const struct json *json, struct fault *fault)
{
    if (!json) {
        memset(label->utm, 0, sizeof(label->utm));
        return OK;
    }
    if (json->type != JSON_OBJECT) {
        return fault_set(fault, ERR_INVALID, "utm_template", "wrong_type", "An object with utm_source to utm_id.",
                         "应为包含 utm_source 等字段的对象。");
    }
    JSON_EACH(item, json)
    {
        int field = utm_find(item->name);
        if (field < 0) {
            return fault_set(fault, ERR_INVALID, "utm_template", "unknown_field",
                             "Only utm_source, utm_medium, utm_campaign, utm_term, utm_content and utm_id.",
                             "只能包含 utm_source、utm_medium、utm_campaign、utm_term、utm_content、utm_id。");
        }
        if (item->type != JSON_STRING && item->type != JSON_NULL) {
            return fault_setf(fault, ERR_INVALID, "utm_template", "wrong_type", "%s is a text.",
                              utm_name((enum utm)field).ptr);
        }
        label->utm[field] = item->type == JSON_STRING ? item->string : (str){0};
    }
    return OK;
}

void label_write_template(struct json_writer *json, const struct label *label)
{
    bool some = false;
    for (int i = 0; i < UTM_COUNT; i++) {
        some = some || label->utm[i].len > 0;
    }
    json_name(json, "utm_template");
    if (!some) {
        json_null(json);
        return;
    }
    json_object(json);
    for (int i = 0; i < UTM_COUNT; i++) {
        json_put_opt(json, utm_name((enum utm)i).ptr, label->utm[i]);
    }
    json_object_end(json);
}
