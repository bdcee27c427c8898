/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jsonwrite - JSON, member by member
 *
 * What is written is valid UTF-8 whatever the strings hold: control characters
 * are escaped, bytes that are no UTF-8 become the text \xNN. Names of members
 * are ours and need no quoting; commas come by themselves.
 */
#ifndef JSONWRITE_H
#define JSONWRITE_H

#include "op.h"

void jw_open_object(struct strbuf *b);
void jw_close_object(struct strbuf *b);
void jw_open_array(struct strbuf *b);
void jw_close_array(struct strbuf *b);

/* A member's name; its value follows. */
void jw_key(struct strbuf *b, const char *name);

/* NULL is null. */
void jw_value_string(struct strbuf *b, const char *s);
void jw_member_string(struct strbuf *b, const char *name, const char *s);
void jw_member_strings(struct strbuf *b, const char *name, const op_strings *v);
void jw_member_bool(struct strbuf *b, const char *name, bool value);
void jw_member_null(struct strbuf *b, const char *name);
void jw_member_number(struct strbuf *b, const char *name, int64_t value);
/* null where the value is below the least that there can be */
void jw_member_number_from(struct strbuf *b, const char *name, int64_t value, int64_t least);
/* Milliseconds with one decimal. */
void jw_member_ms(struct strbuf *b, const char *name, double ms);
/* null where it is not set */
void jw_member_address(struct strbuf *b, const char *name, const struct addr *a);

#endif
