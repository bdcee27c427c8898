# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 UPNOBODY ── macvlan on UP ── outside

plain_sysctls host
setup_ns "$NS1"
uplink
run ip link add name mv0 link "$UP" type macvlan mode bridge 2>/dev/null || skip 'the kernel has no macvlan'
run ip link set dev mv0 netns "$NS1" name "$NS1IF"
at "$NS1" ip addr add "$UPNOBODY/$UPPFX" dev "$NS1IF"
at "$NS1" ip link set dev "$NS1IF" up
at "$NS1" ip route add default via "$GW"
nft_in host <<-END
	table inet filter {
		chain forward { type filter hook forward priority filter; policy drop; }
	}
END
wait_for link_is_up "$NS1" "$NS1IF"
ask "$NS1" "$OUT"
