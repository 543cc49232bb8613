/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/agent.h"

/*
 * Goal: the kind of device is told by the name its maker gave it where nothing else says it (a tablet that says Mobile,
 * a phone that does not, a television that says neither), and no name makes one kind of another.
 */

static struct agent_rules *rules;

static struct agent recognise(const struct agent_rules *by, const char *user_agent)
{
    struct agent_request request = {.user_agent = str_from_c(user_agent)};
    struct agent agent;

    agent_recognise(by, &request, &agent);
    return agent;
}

/* Of Chrome on Android, which every device answers alike but for its name. */
static void assert_device(const char *name, const char *mobile, const char *expected)
{
    char text[256];

    snprintf(text, sizeof text,
             "Mozilla/5.0 (Linux; Android 12; %s) AppleWebKit/537.36 (KHTML, like Gecko) "
             "Chrome/116.0.0.0%s Safari/537.36",
             name, mobile);
    struct agent agent = recognise(rules, text);
    if (agent.class != CLASS_HUMAN || !str_eq(agent.device, str_from_c(expected))) {
        fail_msg("%s%s: " STR_FMT ", a " STR_FMT " and no %s", name, mobile, STR_ARG(agent.rule), STR_ARG(agent.device),
                 expected);
    }
}

static void agent__a_tablet_that_says_mobile_is_told_by_its_name(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const names[] = {
        "AGS3-W09", "BAH4-AL10", "HarmonyOS; MRX-W09; HMSCore 6.9.0.302", "BTKR-W00", "DBY2-L09CK", "KOB2-L09",
        "JDN2-AL50HN", "HEY3-W00", "GDI-W09HN Build/HONORGDI-W09HN; wv", "23043RP34C", "24018RPACC", "2405CPCFBG",
        "22081283C", "M2105K81AC", "Redmi Pad Pro 5G", "OPD2101", "OPD2403", "RMP2105", "PA2473", "iPA2451",
        "TB-X606F", "TB371FC", "Lenovo TB-J616X", "Lenovo YT-K606F", "YT3-X90F", "SM-X216B", "SM-P613", "SM-T505",
        "GT-N8010", "SAMSUNG GT-P5200", "ZTE T1002", "NP03J", "9032X_EEA", "8094T", "9132G", "Nokia T20", "KFMAWI",
        "KFTRWI", "Nexus 7", "Pixel Tablet", "SGP621", "LG-V525", "B3-A40", "P01Z", "A1-840FHD", "D-01K", "SO-05G",
        "iPlay50_mini_Pro", "iPlay_60", "M40Pro_EEA", "P30S_ROW", "Hi10 X", "RCT6B06P23", "TZ858", "PMT4337_3G_D_EU",
        "BQ-1024L", "CITI 8592 3G CS8209MG", "TM-1058", "LIFETAB_P10912", "SurfTab breeze 10.1", "SlidePad704CE",
        "myTab10Pro", "Dragon_Kids_7", "Slate 8 Pro", "M7_WIFI", "G10_US", "T60_ROW", "H11-EEA", "P108_T_EEA",
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_device(names[i], " Mobile", "tablet");
        assert_device(names[i], "", "tablet");
    }
}

static void agent__a_phone_stays_one_whatever_its_name_begins_with(void **state)
{
    (void)state;
    /* clang-format off */
    static const char *const names[] = {
        "BAC-AL00", "AGA-AL00", "KOZ-AL00", "BTA-AL10", "ELE-AL00", "ELS-AN00", "WEB", "GOT", "HEYOU60", "VOG-AL10",
        "ANA-NX9", "PCT-AL10", "MHA-AL00", "PCAM00", "PADM00", "PACM00", "PAR-AL00", "PEGM00", "PMT110", "OPPO R11",
        "V2148A", "V2034A", "vivo X9", "RMX3700", "22041211AC", "23127PN0CC", "24069PC21G", "2312DRA50C", "M2102J2SC",
        "M2012K11AC", "Redmi K30", "Lenovo A3500", "Lenovo K520", "Coolpad 8720L", "Coolpad 8675-W00", "KLIPAD_KL600",
        "PadFone 2", "SM-G9980", "SM-W2022", "SM-T2558", "SM-S9180", "ZTE A2022", "ZTE BV0850", "8050D", "9008J",
        "5033D_EEA", "Nokia 7 plus", "Nokia X20", "HTC A9u", "LG-M700", "Nexus 5", "Pixel 8", "X98i", "M5 Note", "T1",
        "GLX Spider 1", "itel-W6004", "Tecno P", "S920_ROW; Lenovo", "Metabo", "Mega5 DTV", "WP17_EEA",
        "RX710_EEA", "en_US; X1", "X8 Wifix",
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_device(names[i], " Mobile", "phone");
    }
}

/* What a program that draws pages in an app leaves out at the end, "Mobile Safari/537.36", says nothing of the device.
 */
static void agent__a_text_cut_short_in_an_app_is_a_phones(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"Mozilla/5.0 (Linux; Android 11; PEGM00 Build/RKQ1; wv) AppleWebKit/537.36 Version/4.0 Chrome/83.0", "phone"},
        {"Mozilla/5.0 (Linux; Android 11; OPD2101 Build/RKQ1; wv) AppleWebKit/537.36 Version/4.0 Chrome/83.0",
         "tablet"},
        {"Mozilla/5.0 (Linux; Android 11; X1 Build/R; wv) AppleWebKit/537.36 Chrome/83.0 Safari/537.36", "tablet"},
    };

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_true(str_eq(recognise(rules, texts[i][0]).device, str_from_c(texts[i][1])));
    }
}

static void agent__televisions_and_laptops_on_android_are_neither(void **state)
{
    (void)state;
    static const struct {
        const char *name, *mobile, *device;
    } cases[] = {
        {"Smart TV Pro", "", "other"},     {"duoTV", "", "other"},
        {"H-LED43F1", " Mobile", "other"}, {"50U6100; BOX", "", "other"},
        {"55U6H", " Mobile", "other"},     {"43LF7010", "", "other"},
        {"rk3368-box", "", "other"},       {"Digma Shell X", "", "other"},
        {"H96 Max", " Mobile", "other"},   {"550U Note", "", "tablet"},
        {"43", " Mobile", "phone"},        {"Turbox5 Hero", " Mobile", "phone"},
        {"Latitude 7390", "", "desktop"},  {"HP Chromebook 14", "", "desktop"},
        {"TDTV43U1", " Mobile", "other"},  {"HTY_32F06B-VZ", " Mobile", "other"},
        {"SM-G943U", " Mobile", "phone"},  {"A032F", " Mobile", "phone"},
        {"duoATV", " Mobile", "other"},    {"LeTv 1s", " Mobile", "phone"},
        {"DV8235", " Mobile", "other"},    {"DVX", " Mobile", "phone"},
        {"SM-R890", " Mobile", "other"},   {"ASUS ZenWatch 2", " Mobile", "other"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_device(cases[i].name, cases[i].mobile, cases[i].device);
    }
}

/* The branch of Android that a build was made of: T behind the first letter for televisions, W for watches. */
static void agent__a_televisions_build_tells_it(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"X1 Build/PTT1.181214.002; wv", "other"},
        {"X1 Build/RTM6.230109.197; wv", "other"},
        {"X1 Build/UTT1.240131.001", "other"},
        {"X1 Build/QT; wv", "other"},
        {"X1 Build/PPR2.180905.006.A1; wv", "other"},
        {"Pixel 2 Build/PPR2.180905.006.A1; wv", "phone"},
        {"X1 Build/OWDE.180707.001.E1", "other"},
        {"X1 Build/RP1A.200720.011; wv", "phone"},
        {"moto g(20) Build/RTAS31.68-34-2; wv", "phone"},
        {"X1 Build/KTU84P", "phone"},
        {"X1 Build/GRK39F", "phone"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_device(cases[i][0], " Mobile", cases[i][1]);
    }
}

static void agent__a_phone_that_does_not_say_mobile_is_told_by_its_name(void **state)
{
    (void)state;
    static const char *const phones[] = {
        "SM-F936B",  "SAMSUNG SM-F900U", "VER-AN00",  "GRL-LX9",  "CPH2671",    "RMX2040",  "V2178A", "Pixel 8",
        "moto g(8)", "M1906G7G",         "Redmi K30", "LG-M700N", "TECNO AE10", "GT-N7000", "XT1058",
    };
    static const char *const tablets[] = {
        "SM-T505", "SM-N8000", "SCM-AL09", "Redmi Pad SE", "Pixel C", "LG-V521", "OPD2101", "XT", "moto tab g70", "V10",
    };

    for (size_t i = 0; i < ARRAY_LEN(phones); i++) {
        assert_device(phones[i], "", "phone");
    }
    for (size_t i = 0; i < ARRAY_LEN(tablets); i++) {
        assert_device(tablets[i], "", "tablet");
    }
}

static void agent__what_is_no_android_says_its_kind_in_its_own_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Mozilla/5.0 (X11; Linux x86_64; Quest 2) Chrome/108.0 VR Safari/537.36 OculusBrowser/25.1", "other"},
        {"Mozilla/5.0 (X11; GNU/Linux) Chromium/79.0 Chrome/79.0 Safari/537.36 Tesla/2020.16.2.1", "other"},
        {"Mozilla/5.0 (X11; FreeBSD; U; Viera; de-DE) Viera/3.10.0 Chrome/23.0 Safari/537.11", "other"},
        {"Mozilla/5.0 (X11; Linux i686) Chrome/11.0 Large Screen Safari/534.24 GoogleTV/092754", "other"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 11_0 like Mac OS X) Mobile/15A432 (AirWatch Browser v6.5.1)", "phone"},
        {"Mozilla/5.0 (Tablet; rv:26.0) Gecko/26.0 Firefox/26.0", "tablet"},
        {"Mozilla/5.0 (X11; U; Linux x86_64; en-gb) Chrome/30.0 Safari/537.36 Puffin/4.6.1.2083AP", "phone"},
        {"Mozilla/5.0 (X11; U; Linux x86_64; en-gb) Chrome/30.0 Safari/537.36 Puffin/4.6.1IT", "tablet"},
        {"Mozilla/5.0 (X11; U; Linux x86_64; en-gb) Chrome/30.0 Safari/537.36 Puffin/8.2.4.705LD", "desktop"},
        {"Mozilla/5.0 (Windows NT 10.0; ARM; Lumia 950) Chrome/51.0 Safari/537.36 Edge/15.15063", "phone"},
        {"Mozilla/5.0 (Windows NT 6.3; ARM; Trident/7.0; Touch; rv:11.0) like Gecko", "tablet"},
        {"Mozilla/5.0 (Windows NT 6.1; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko", "desktop"},
        {"Nokia2690/2.0 Profile/MIDP-2.1 Mozilla/5.0 (Windows; U; Windows NT 6.0; Desktop) UCBrowser/9.5", "phone"},
        {"Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10", "phone"},
        {"Opera/9.80 (iPad; Opera Mini/7.0.5/28.2051; U; en) Presto/2.8.119 Version/11.10", "tablet"},
        {"Mozilla/5.0 (webOS/1.4.0; U; en-US) AppleWebKit/532.2 Version/1.0 Safari/532.2 Pre/1.1", "phone"},
        {"Mozilla/5.0 (2in1; OpenHarmony 5.0) Chrome/114.0 Safari/537.36 ArkWeb/4.1.6.1", "desktop"},
        {"Mozilla/4.0 (compatible; MSIE 5.0; Mac_PowerPC)", "desktop"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct agent agent = recognise(rules, cases[i][0]);
        if (!str_eq(agent.device, str_from_c(cases[i][1]))) {
            fail_msg("%s: a " STR_FMT " and no %s", cases[i][0], STR_ARG(agent.device), cases[i][1]);
        }
    }
}

static enum err compile(const char *apps, struct agent_rules **out, struct fault *fault)
{
    const struct agent_table tables[] = {
        {AGENT_BOTS, "bots.tsv", STR("")},
        {AGENT_APPS, "apps.tsv", str_from_c(apps)},
    };

    return agent_rules_compile(tables, ARRAY_LEN(tables), out, fault);
}

static void rules__a_row_may_have_several_needles_and_ask_where_a_device_is_named(void **state)
{
    (void)state;
    struct agent_rules *own = NULL;
    static const char *const cases[][2] = {
        {"(Linux; Android 9; XY1)", "start"},
        {"(Linux; Android 9; xz)", "start"},
        {"(Linux; Android 9;XY1)", "other"},
        {"(Linux; Android 9; AXY1)", "other"},
        {"(Linux; Android 9; 7a)", "size"},
        {"(Linux; Android 9; 71)", "other"},
        {"(Linux; Android 9; 7)", "other"},
        {"(Linux; Android 9; 7", "other"},
        {"(Linux; Android 9; big b)", "blank"},
        {"(Linux; Android 9; bigb)", "other"},
        {"(Linux; Android 9; lots of Zed)", "inside"},
        {"(Zed; Android 9; lots)", "other"},
        {"(Linux; Android 9) Zed", "other"},
        {"(Linux; Android 9; Zed", "other"},
        {"(Zed; Linux)", "other"},
        {"(Linux) A7x", "number"},
        {"7x", "number"},
        {"(Linux) A77x", "other"},
    };

    assert_int_equal(compile("device\tstart\tXY|xz\tmodel\ndevice\tsize\t7\tmodel,letter\n"
                             "device\tblank\tlittle|\"big \"\tmodel\ndevice\tinside\tZed\tinside\n"
                             "device\tnumber\t7x\tnumber\n",
                             &own, NULL),
                     OK);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct agent agent = recognise(own, cases[i][0]);
        if (!str_eq(agent.device, str_from_c(cases[i][1]))) {
            fail_msg("%s: " STR_FMT ", not %s", cases[i][0], STR_ARG(agent.device), cases[i][1]);
        }
    }
    agent_rules_free(own);
}

static void rules__a_broken_list_of_needles_names_the_line(void **state)
{
    (void)state;
    struct agent_rules *own = NULL;
    static const char *const broken[] = {
        "\ndevice\tx\ta||b",          "\ndevice\tx\ta|",          "\ndevice\tx\t|a", "\ndevice\tx\ta\tmodel,model",
        "\npackage\tx\tcom.x\tmodel", "\ndevice\tx\ta|b\tmodels",
    };

    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct fault fault = {0};
        assert_int_equal(compile(broken[i], &own, &fault), ERR_INVALID);
        assert_null(own);
        assert_non_null(strstr(fault.message, "apps.tsv:2:"));
    }
}

/* 128 bytes are a needle's most, and what "model" puts in front takes two of them. */
static void rules__a_device_name_has_room_for_what_stands_before_it(void **state)
{
    (void)state;
    char table[256];

    for (int bytes = 126; bytes <= 127; bytes++) {
        struct agent_rules *own = NULL;
        snprintf(table, sizeof table, "device\tx\t%0*d\tmodel", bytes, 0);
        assert_int_equal(compile(table, &own, NULL), bytes == 126 ? OK : ERR_INVALID);
        agent_rules_free(own);
    }
}

static int setup(void **state)
{
    (void)state;
    rules = agent_rules_builtin();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    agent_rules_free(rules);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agent__a_tablet_that_says_mobile_is_told_by_its_name),
        cmocka_unit_test(agent__a_phone_stays_one_whatever_its_name_begins_with),
        cmocka_unit_test(agent__a_text_cut_short_in_an_app_is_a_phones),
        cmocka_unit_test(agent__televisions_and_laptops_on_android_are_neither),
        cmocka_unit_test(agent__a_televisions_build_tells_it),
        cmocka_unit_test(agent__a_phone_that_does_not_say_mobile_is_told_by_its_name),
        cmocka_unit_test(agent__what_is_no_android_says_its_kind_in_its_own_words),
        cmocka_unit_test(rules__a_row_may_have_several_needles_and_ask_where_a_device_is_named),
        cmocka_unit_test(rules__a_broken_list_of_needles_names_the_line),
        cmocka_unit_test(rules__a_device_name_has_room_for_what_stands_before_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
