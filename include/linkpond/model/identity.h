/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_IDENTITY_H
#define LINKPOND_MODEL_IDENTITY_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/* By what a customer is known: a kind and a value, of which each belongs to one customer. */
enum identity_kind {
    IDENTITY_VISITOR,         /* the number in a visitor's cookie, in decimal digits */
    IDENTITY_CLICK,           /* the ledger's number of a click, in decimal digits, of which no visitor is known */
    IDENTITY_PAGE,            /* the landing script's number of a browser */
    IDENTITY_OPENID,          /* of one official account or mini program of WeChat */
    IDENTITY_UNIONID,         /* of one subject at WeChat's open platform */
    IDENTITY_EXTERNAL_USERID, /* of one WeCom */
    IDENTITY_PHONE,           /* a keyed hash, never the number itself */
    IDENTITY_EMAIL,           /* likewise */
    IDENTITY_EXTERNAL,        /* the sender's own name for them */
    IDENTITY_KINDS
};
#define IDENTITY_VALUE_MAX 128
/* The most that one event may say of one customer. */
#define IDENTITIES_MAX 16

struct identity {
    enum identity_kind kind;
    str value; /* 1..IDENTITY_VALUE_MAX bytes */
};

/* Does it name a person? A browser, a click and a page are only where somebody was seen: others may use them too. */
bool identity_is_strong(enum identity_kind kind);

str identity_kind_name(enum identity_kind kind); /* "external_userid" */
bool identity_kind_find(str name, enum identity_kind *kind);

/*
 * Phone numbers and mail addresses as one spelling each, so that whatever form or table they come from they are the
 * same person. A phone becomes "+" and 7 to 15 digits (E.164): blanks, dots, dashes and brackets go, full-width digits
 * are digits, 00 before a country is +, and a number without a country is one of China (+86) when it is an 11-digit
 * mobile that begins with 1, or begins with the 0 of an area code. An address is lower-cased (ASCII) with blanks around
 * it gone. False: it is neither a number nor an address.
 */
#define IDENTITY_TEXT_MAX 256
bool identity_phone(str text, char out[IDENTITY_TEXT_MAX], str *normal);
bool identity_email(str text, char out[IDENTITY_TEXT_MAX], str *normal);

/* What is stored of a normal phone or address: HMAC-SHA-256 under the installation's key, in lower hexadecimal. Kinds
 * do not share hashes. */
#define IDENTITY_KEY_BYTES 32
#define IDENTITY_HASH_LEN  64
void identity_hash(const uint8_t key[IDENTITY_KEY_BYTES], enum identity_kind kind, str normal,
                   char out[IDENTITY_HASH_LEN + 1]);
/* What others send as phone_hash or email_hash: SHA-256 of the normal text in hexadecimal, of any case (as ad networks
 * ask for it). The same person as the text itself, since identity_hash is made of that hash. False: it is none. */
bool identity_hash_given(const uint8_t key[IDENTITY_KEY_BYTES], enum identity_kind kind, str hex,
                         char out[IDENTITY_HASH_LEN + 1]);

#endif
