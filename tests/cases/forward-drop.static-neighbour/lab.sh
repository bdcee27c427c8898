# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗ UP (✗ ND; both ends know the other's MAC for good) ── outside

world
mac() { within "$1" ip link show dev "$2" | awk '/ether/ { print $2 }'; }
at outside ip neigh replace "$UPADDR" lladdr "$(mac host "$UP")" nud permanent dev up0
run ip neigh replace "$GW" lladdr "$(mac outside up0)" nud permanent dev "$UP"
nft_in host <<-END
	table ip6 quiet {
		chain in {
			type filter hook input priority filter; policy accept;
			iifname "$UP" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } drop
		}
		chain forward {
			type filter hook forward priority filter; policy accept;
		}
	}
END
NO_BEFORE=1
fault() { run nft "add rule ip6 quiet forward ip6 saddr $NS1ADDR drop"; }
repair() { run nft flush chain ip6 quiet forward; }
ask --no-trace "$NS1" "$OUT"
