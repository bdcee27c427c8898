/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redact - a file of --save that tells of nobody: for sharing in public
 *
 * Names, addresses, MAC addresses and comments are replaced so that everything which decides finds the same (see
 * redact/map.h); packets themselves, texts and what is not looked at are left out. What can only be known to be right by
 * trying is tried: the new file has to lead to the same answer, and none of what was replaced may be left in it.
 */
#ifndef REDACT_H
#define REDACT_H

struct strbuf;

/*
 * Replaces a file by its redacted version. Else the file is as it was, and the result is -errno with one sentence (free
 * it) that says what it is that cannot be hidden.
 */
int redact_file(struct strbuf *file, char **ret_error);

#endif
