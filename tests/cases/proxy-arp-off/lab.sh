# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 10.55.0.7/32 (via 169.254.1.1) ── PORT1 (proxy_arp) host ─ UP ── outside

plain_sysctls host
setup_ns "$NS1"
attach "$NS1" "$NS1IF" 10.55.0.7/32 "$PORT1" -
at "$NS1" ip route add 169.254.1.1 dev "$NS1IF" scope link
at "$NS1" ip route add default via 169.254.1.1
uplink
run ip route add 10.55.0.7 dev "$PORT1"
sysctl4 host "$PORT1" proxy_arp 1
forward_on
nft_in host <<-END
	table ip edge {
		chain leave {
			type nat hook postrouting priority srcnat; policy accept;
			ip saddr 10.55.0.0/26 oifname "$UP" masquerade
		}
	}
END
wait_for link_is_up "$NS1" "$NS1IF"

LAB_ADDRESS_OF[$NS1]=10.55.0.7
forget() { at "$NS1" ip neigh flush dev "$NS1IF"; }
fault()
{
	sysctl4 host "$PORT1" proxy_arp 0
	forget
}
repair() { sysctl4 host "$PORT1" proxy_arp 1; }
ask "$NS1" "$OUT"
