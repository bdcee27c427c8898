# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (INPUT, OUTPUT drop) ─ UP ── outside
#   NS2 (everything drop)

world
nft_in "$NS2" <<-END
	table inet filter {
		chain input { type filter hook input priority filter; policy drop; }
		chain output { type filter hook output priority filter; policy drop; }
		chain forward { type filter hook forward priority filter; policy drop; }
	}
END
nft_in "$NS1" <<-END
	table inet filter {
		chain forward { type filter hook forward priority filter; policy drop; }
	}
END
nft_in host <<-END
	table inet filter {
		chain input {
			type filter hook input priority filter; policy drop;
			iifname "$UP" accept
			ip6 nexthdr icmpv6 accept
		}
		chain never_called {
			drop
		}
		chain output {
			type filter hook output priority filter; policy drop;
			oifname "$UP" accept
		}
	}
END
ask "$NS1" "$OUT"
