/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/model/source.h"

/*
 * Query parameters with a meaning of their own. Ad click ids are the values that an ad network appends per click and
 * wants back on the landing page unchanged; the fresh one a visitor brings must win over one saved in the target.
 * Not in the list although networks send them: `callback`, `cb` and `ranMID`, the shop's number beside the click's
 * `ranSiteID`. Their names are ordinary, and letting a request replace a target's `callback=https://…` would hand the
 * landing page an address of a stranger's choice.
 */
static const str AD_CLICK_PARAMS[] = {
    /* Google Ads, Display; free shopping listings */
    STR_INIT("gclid"), STR_INIT("gbraid"), STR_INIT("wbraid"), STR_INIT("gad_source"), STR_INIT("gad_campaignid"),
    STR_INIT("s_kwcid"), STR_INIT("dclid"), STR_INIT("srsltid"),
    /* Microsoft, Yandex */
    STR_INIT("msclkid"), STR_INIT("yclid"),
    /* Baidu, 360, Tencent, Ocean Engine and Kuaishou */
    STR_INIT("bd_vid"), STR_INIT("qhclickid"), STR_INIT("qh_keywordid"), STR_INIT("qh_planid"), STR_INIT("qh_unitid"),
    STR_INIT("qh_creative"), STR_INIT("gdt_vid"), STR_INIT("qz_gdt"), STR_INIT("clickid"),
    /* Meta, TikTok, X, LinkedIn, Reddit, Pinterest, Snapchat */
    STR_INIT("fbclid"), STR_INIT("igshid"), STR_INIT("ttclid"), STR_INIT("twclid"), STR_INIT("li_fat_id"),
    STR_INIT("rdt_cid"), STR_INIT("epik"), STR_INIT("sccid"),
    /* affiliate networks, mail senders */
    STR_INIT("irclickid"), STR_INIT("awc"), STR_INIT("cjevent"), STR_INIT("ransiteid"), STR_INIT("mc_cid"),
    STR_INIT("mc_eid"), STR_INIT("mkt_tok")};

static const str OWN_PARAMS[] = {STR_INIT("lp_qr"), STR_INIT("lp_ch"), STR_INIT("lp_src")};

/* WeChat's, bound to one reader's session or one opening: noise at best, a leaked ticket at worst. */
static const str VOLATILE_PARAMS[] = {STR_INIT("exportkey"), STR_INIT("pass_ticket"), STR_INIT("nsukey"),
                                      STR_INIT("abtest_cookie")};

bool source_is_own_param(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(OWN_PARAMS); i++) {
        if (str_eq(name, OWN_PARAMS[i])) {
            return true;
        }
    }
    return false;
}

bool source_is_volatile_param(str name)
{
    for (size_t i = 0; i < ARRAY_LEN(VOLATILE_PARAMS); i++) {
        if (str_eq(name, VOLATILE_PARAMS[i])) {
            return true;
        }
    }
    return false;
}

bool source_is_campaign_param(str name)
{
    if (str_istarts(name, STR("utm_"))) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(AD_CLICK_PARAMS); i++) {
        if (str_ieq(name, AD_CLICK_PARAMS[i])) {
            return true;
        }
    }
    return false;
}
