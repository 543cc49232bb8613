/* SPDX-License-Identifier: MIT */
#include "linkpond/model/money.h"

#include <stdio.h>

/* ISO 4217:2015 list one (six-group.com, "Currency codes"), digits where they are not 2. Order matters: by code. */
static const struct {
    char code[4];
    int digits;
} currencies[] = {
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2}, {"AWG", 2}, {"AZN", 2},
    {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2}, {"BOB", 2},
    {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2}, {"BZD", 2}, {"CAD", 2}, {"CDF", 2}, {"CHF", 2},
    {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CRC", 2}, {"CUP", 2}, {"CVE", 2}, {"CZK", 2}, {"DJF", 0}, {"DKK", 2},
    {"DOP", 2}, {"DZD", 2}, {"EGP", 2}, {"ERN", 2}, {"ETB", 2}, {"EUR", 2}, {"FJD", 2}, {"FKP", 2}, {"GBP", 2},
    {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GTQ", 2}, {"GYD", 2}, {"HKD", 2}, {"HNL", 2},
    {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2}, {"ISK", 0}, {"JMD", 2},
    {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2}, {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3},
    {"KYD", 2}, {"KZT", 2}, {"LAK", 2}, {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LYD", 3}, {"MAD", 2},
    {"MDL", 2}, {"MGA", 2}, {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRU", 2}, {"MUR", 2}, {"MVR", 2},
    {"MWK", 2}, {"MXN", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2}, {"NOK", 2}, {"NPR", 2},
    {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2}, {"PLN", 2}, {"PYG", 0},
    {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0}, {"SAR", 2}, {"SBD", 2}, {"SCR", 2}, {"SDG", 2},
    {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2}, {"SOS", 2}, {"SRD", 2}, {"SSP", 2}, {"STN", 2}, {"SVC", 2},
    {"SYP", 2}, {"SZL", 2}, {"THB", 2}, {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRY", 2}, {"TTD", 2},
    {"TWD", 2}, {"TZS", 2}, {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"UYU", 2}, {"UZS", 2}, {"VES", 2}, {"VND", 0},
    {"VUV", 0}, {"WST", 2}, {"XAF", 0}, {"XCD", 2}, {"XOF", 0}, {"XPF", 0}, {"YER", 2}, {"ZAR", 2}, {"ZMW", 2},
    {"ZWG", 2},
};
_Static_assert(ARRAY_LEN(currencies) <= MONEY_CURRENCIES_MAX, "numbers of currencies fit into a byte");

int money_currencies(void)
{
    return (int)ARRAY_LEN(currencies);
}

int money_find(str code)
{
    int low = 0, high = money_currencies();

    while (low < high) {
        int middle = (low + high) / 2;
        int order = str_cmp(money_code(middle), code);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

str money_code(int currency)
{
    return currency >= 0 && currency < money_currencies() ? str_from_c(currencies[currency].code) : STR("");
}

int money_digits(int currency)
{
    return currency >= 0 && currency < money_currencies() ? currencies[currency].digits : 2;
}

static uint64_t ten_to(int digits)
{
    uint64_t power = 1;

    while (digits-- > 0) {
        power *= 10;
    }
    return power;
}

str money_text(int64_t amount, int currency, char text[MONEY_TEXT_MAX])
{
    int digits = money_digits(currency);
    uint64_t whole = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount, unit = ten_to(digits);
    const char *sign = amount < 0 ? "-" : "";
    int len = digits == 0 ? snprintf(text, MONEY_TEXT_MAX, "%s%llu", sign, (unsigned long long)whole)
                          : snprintf(text, MONEY_TEXT_MAX, "%s%llu.%0*llu", sign, (unsigned long long)(whole / unit),
                                     digits, (unsigned long long)(whole % unit));

    return (str){text, (size_t)len};
}

static void skip_prefix(str *text, str prefix)
{
    if (str_starts(*text, prefix)) {
        *text = str_from(*text, prefix.len);
    }
}

static bool skip_mark(str *text)
{
    static const str marks[] = {STR_INIT("¥"), STR_INIT("￥"), STR_INIT("$")};
    size_t before = text->len;

    for (size_t i = 0; i < ARRAY_LEN(marks) && text->len == before; i++) {
        skip_prefix(text, marks[i]);
    }
    return text->len != before;
}

/* A sign and a currency's sign, whichever stands first, each once. */
static bool skip_signs(str *text)
{
    bool marked = skip_mark(text), negative = str_starts(*text, STR("-"));

    if (negative || str_starts(*text, STR("+"))) {
        *text = str_from(*text, 1);
    }
    if (!marked) {
        skip_mark(text);
    }
    return negative;
}

static bool push_digit(uint64_t *value, char c)
{
    unsigned digit = (unsigned)(c - '0');

    return !__builtin_mul_overflow(*value, 10U, value) && !__builtin_add_overflow(*value, digit, value);
}

/* Digits with commas between groups of three, or none at all. */
static bool read_whole(str text, uint64_t *value)
{
    bool commas = str_find_char(text, ',', 0) >= 0;
    size_t in_group = 0, groups = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ',') {
            if (in_group == 0 || in_group > 3 || (groups > 0 && in_group != 3)) {
                return false;
            }
            groups++;
            in_group = 0;
        } else if (c >= '0' && c <= '9' && push_digit(value, c)) {
            in_group++;
        } else {
            return false;
        }
    }
    return text.len > 0 && in_group > 0 && (!commas || in_group == 3);
}

static bool read_fraction(str text, int digits, uint64_t *value)
{
    for (size_t i = 0; i < text.len || i < (size_t)digits; i++) {
        char c = i < text.len ? text.ptr[i] : '0';
        if (c < '0' || c > '9' || (i >= (size_t)digits ? c != '0' : !push_digit(value, c))) {
            return false;
        }
    }
    return true;
}

bool money_parse(str text, int currency, int64_t *amount)
{
    uint64_t value = 0;
    str whole = str_trim(text), fraction = {0};
    bool negative = skip_signs(&whole);

    str_cut(whole, '.', &whole, &fraction);
    if (!read_whole(whole, &value) || !read_fraction(fraction, money_digits(currency), &value) || value > INT64_MAX) {
        return false;
    }
    *amount = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

int64_t money_of_days(int64_t amount, int64_t days, int64_t count)
{
    int64_t rest = amount % days;

    return amount / days * count + (count < rest ? count : rest);
}

bool money_add(int64_t *sum, int64_t amount)
{
    return !__builtin_add_overflow(*sum, amount, sum);
}
