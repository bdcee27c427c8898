# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   inner 10.88.0.2/24 ── leg0 10.88.0.1 NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
setup_ns inner
run ip link add name leg0 type veth peer name eth0 netns inner
run ip link set dev leg0 netns "$NS1"
at "$NS1" ip addr add 10.88.0.1/24 dev leg0
at "$NS1" ip link set dev leg0 up
at inner ip addr add 10.88.0.2/24 dev eth0
at inner ip link set dev eth0 up
at inner ip route add default via 10.88.0.1
at "$NS1" sysctl -qw net.ipv4.ip_forward=1
# the namespace in between translates, so that the host needs to know nothing
nft_in "$NS1" <<-END
	table ip edge {
		chain leave {
			type nat hook postrouting priority srcnat; policy accept;
			ip saddr 10.88.0.0/24 masquerade
		}
	}
END
wait_for link_is_up inner eth0
ask inner "$OUT"
