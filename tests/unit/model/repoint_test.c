/* SPDX-License-Identifier: MIT */
/* Goal: an address goes to another host with every other byte as it was. */
#include "assert_str.h"
#include "linkpond/model/repoint.h"

static char memory[512];

static str on(const char *url, const char *host)
{
    struct buf out;

    buf_init_fixed(&out, memory, sizeof memory);
    return repoint_url(str_from_c(url), str_from_c(host), &out) ? buf_str(&out) : STR("none");
}

static void repoint_url__keeps_every_other_byte(void **state)
{
    (void)state;
    assert_str(on("https://old.example/a%2Fb?x=%E4&pid==1#!/top?y", "new.example"),
               "https://new.example/a%2Fb?x=%E4&pid==1#!/top?y");
    assert_str(on("HTTP://OLD.example:8080", "new.example:81"), "HTTP://new.example:81");
    assert_str(on("https://old.example:8443?u=https://old.example/", "new.example"),
               "https://new.example?u=https://old.example/");
    assert_str(on("https://old.example#a@b", "new.example"), "https://new.example#a@b");
    assert_str(on("https://[2001:db8::1]:443/x", "192.0.2.1"), "https://192.0.2.1/x");
    assert_str(on("weixin://dl/business?t=1", "new.example"), "weixin://new.example/business?t=1");
    assert_str(on("mailto:a@example.com", "new.example"), "none");
    assert_str(on("no address", "new.example"), "none");
}

static void repoint_url__says_when_it_does_not_fit(void **state)
{
    (void)state;
    struct buf out;
    char small[16];

    buf_init_fixed(&out, small, sizeof small);
    assert_false(repoint_url(STR("https://old.example/"), STR("new.example"), &out));
}

static void repoint_leads_to__is_about_this_very_host(void **state)
{
    (void)state;
    assert_true(repoint_leads_to(STR("https://OLD.example.:81/x"), STR("old.example")));
    assert_false(repoint_leads_to(STR("https://www.old.example/"), STR("old.example")));
    assert_false(repoint_leads_to(STR("https://new.example/old.example"), STR("old.example")));
    assert_false(repoint_leads_to(STR("mailto:a@old.example"), STR("old.example")));
}

/* A site that moves takes the targets there along; a group's own address on another host is not touched. */
static void repoint_along__names_the_host_that_moves(void **state)
{
    (void)state;
    char host[HOST_TEXT_MAX];

    assert_str(repoint_along(REPOINT_HOST, STR(""), STR("https://Old.example:81/x"), host), "old.example");
    assert_str(repoint_along(REPOINT_HOST, STR("a.example"), STR("https://old.example/"), host), "a.example");
    assert_str(repoint_along(REPOINT_URL, STR("a.example"), STR("https://old.example/"), host), "a.example");
    assert_str(repoint_along(REPOINT_URL, STR(""), STR("https://old.example/"), host), "");
    assert_str(repoint_along(REPOINT_DOMAIN, STR("a.example"), STR("https://a.example/"), host), "");
    assert_str(repoint_along(REPOINT_HOST, STR(""), STR("mailto:a@old.example"), host), "");
}

static void repoint_how__has_words(void **state)
{
    (void)state;
    for (int how = 0; how < REPOINT_HOWS; how++) {
        assert_int_equal(repoint_how_find(repoint_how_name((enum repoint_how)how)), how);
    }
    assert_int_equal(repoint_how_find(STR("elsewhere")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repoint_url__keeps_every_other_byte),
        cmocka_unit_test(repoint_url__says_when_it_does_not_fit),
        cmocka_unit_test(repoint_leads_to__is_about_this_very_host),
        cmocka_unit_test(repoint_along__names_the_host_that_moves),
        cmocka_unit_test(repoint_how__has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
