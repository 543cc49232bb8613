/* SPDX-License-Identifier: MIT */
#include "names.h"

enum err names_decode(const struct json *object, struct names *out, struct fault *fault)
{
    *out = (struct names){.has_zh = !object, .has_en = !object};
    if (object && object->type != JSON_OBJECT) {
        return fault_set(fault, ERR_INVALID, "names", "wrong_type", "An object with zh and en.",
                         "应为包含 zh、en 的对象。");
    }
    JSON_EACH(item, object)
    {
        bool zh = str_eq(item->name, STR("zh"));
        if (!zh && !str_eq(item->name, STR("en"))) {
            return fault_set(fault, ERR_INVALID, "names", "unknown_field", "Only zh and en.", "只能包含 zh 和 en。");
        }
        if (item->type != JSON_STRING && item->type != JSON_NULL) {
            return fault_set(fault, ERR_INVALID, "names", "wrong_type", "Names are texts.", "名称应为文本。");
        }
        *(zh ? &out->zh : &out->en) = item->type == JSON_STRING ? item->string : (str){0};
        *(zh ? &out->has_zh : &out->has_en) = true;
    }
    return OK;
}
