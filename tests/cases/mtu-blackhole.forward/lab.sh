# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (FORWARD: no "too big") ─ UP ── outside ──(1400) far

world
# behind the first router outside there is a narrower link
FAR=198.51.100.7
setup_hidden_ns far
at outside ip link add far0 type veth peer name up0 netns "$(netns_file far)"
at outside ip addr add 198.18.9.1/24 dev far0
at outside ip link set dev far0 mtu 1400 up
at far ip addr add 198.18.9.2/24 dev up0
at far ip addr add "$FAR/32" dev lo
at far ip link set dev up0 mtu 1400 up
at far ip route add default via 198.18.9.1 advmss 1460 # as if the narrow link were further on
at outside ip route add "$FAR/32" via 198.18.9.2
at outside sysctl -qw net.ipv4.ip_forward=1
listen far "$FAR:443"
wait_for link_is_up outside far0
fault()
{
	at "$NS1" ip route flush cache # a path MTU that was learned before
	nft_in host <<-END
		table ip quiet {
			chain forward {
				type filter hook forward priority filter; policy accept;
				icmp type destination-unreachable drop
			}
		}
	END
}
repair() { run nft delete table ip quiet; }
# an upload of more than a few packets
works()
{
	within "$NS1" timeout 2 bash -c \
		"exec 3<>/dev/tcp/$FAR/443; head -c 50000 /dev/zero >&3; head -c 50000 <&3 | wc -c | grep -qx 50000" 2>/dev/null
}
ask "$NS1" "$FAR"
