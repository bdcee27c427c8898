/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftcheck - may libnftnl see this nf_tables message?
 *
 * It trusts the kernel: it ends the program where an attribute has a wrong
 * length and follows null pointers where one is missing. What may have come
 * out of a file passes here first.
 */
#ifndef NFTCHECK_H
#define NFTCHECK_H

#include <linux/netlink.h>

#include "nlfield.h"

/*
 * 0, -EBADMSG where the message (at least NLMSG_HDRLEN bytes) is not one that a
 * kernel makes, or -EOPNOTSUPP where it is of a newer kernel: an expression, or
 * an attribute of one, that is not known here.
 */
int nft_check(const struct nlmsghdr *nlh);

/* The same of one expression, a member of a rule's list. */
int nft_check_expression(struct nlspan e);

#endif
