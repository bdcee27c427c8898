/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump TABLE CHAIN - has nf_tables dump all chains, and the rules of this one of family ip, and discards them
 *
 * The kernel's own share of reading a large ruleset: nobody who asks for it can be faster.
 */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr nlh;
	struct nfgenmsg nfg;
	char attrs[512];
};

static void put_name(struct request *r, unsigned short type, const char *name)
{
	struct nlattr *a = (struct nlattr *)((char *)r + NLMSG_ALIGN(r->nlh.nlmsg_len));

	a->nla_type = type;
	a->nla_len = (unsigned short)(NLA_HDRLEN + strlen(name) + 1);
	memcpy(a + 1, name, strlen(name) + 1);
	r->nlh.nlmsg_len = NLMSG_ALIGN(r->nlh.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

/* Is this datagram the last one? */
static int is_end(const struct nlmsghdr *nlh, long n)
{
	for (; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n))
		if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
			return 1;
	return 0;
}

static int discard(int fd, struct request *r)
{
	/* as much as the kernel puts into one answer */
	static _Alignas(8) char buffer[32768];
	long n = send(fd, r, r->nlh.nlmsg_len, 0);

	do
		n = n < 0 ? -1 : recv(fd, buffer, sizeof(buffer), 0);
	while (n > 0 && !is_end((const struct nlmsghdr *)buffer, n));
	return n > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct request r = {
		.nlh = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
			 .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER), failed;

	if (argc != 3 || strlen(argv[1]) + strlen(argv[2]) > 400 || fd < 0)
		return 2;
	failed = discard(fd, &r);
	r.nlh.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE;
	r.nfg.nfgen_family = NFPROTO_IPV4;
	put_name(&r, NFTA_RULE_TABLE, argv[1]);
	put_name(&r, NFTA_RULE_CHAIN, argv[2]);
	failed |= discard(fd, &r);
	close(fd);
	return failed;
}
