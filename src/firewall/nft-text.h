/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft-text - a rule in the words of the tool that people know it from
 *
 * Touches the kernel: asks libnftables inside the rule's namespace. Only for
 * rules that are printed.
 */
#ifndef FIREWALL_NFT_TEXT_H
#define FIREWALL_NFT_TEXT_H

#include "firewall.h"

/*
 * The rule's line of `nft -a list chain`, without handle and indentation; of a
 * policy the "type … hook … policy drop;" line. NULL where the rule is gone,
 * cannot be listed, or is not a native one (ref->text is as iptables prints it then). Free it.
 */
char *fw_text(int ns_fd, const struct rule_ref *ref);

#endif
