# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (firewalld) ─ UP ── outside

world
nat_off
nft_in host <<-END
	table inet firewalld {
		chain mangle_PREROUTING {
			type filter hook prerouting priority mangle + 10; policy accept;
		}
		chain filter_INPUT {
			type filter hook input priority filter + 10; policy accept;
			ct state { established, related } accept
			iifname "lo" accept
			ct state invalid drop
			reject with icmpx admin-prohibited
		}
		chain filter_FORWARD {
			type filter hook forward priority filter + 10; policy accept;
			ct state { established, related } accept
			ct status dnat accept
			iifname "lo" accept
			ct state invalid drop
			jump filter_FORWARD_POLICIES
			reject with icmpx admin-prohibited
		}
		chain filter_FORWARD_POLICIES {
			iifname "$BR" oifname "$UP" jump filter_FWD_policy_inner
			iifname "$BR" oifname "$UP" reject with icmpx admin-prohibited
			iifname "$UP" jump filter_FWD_policy_public
			iifname "$UP" reject with icmpx admin-prohibited
		}
		chain filter_FWD_policy_inner {
			jump filter_FWD_policy_inner_pre
			jump filter_FWD_policy_inner_allow
			drop
		}
		chain filter_FWD_policy_inner_pre {
		}
		chain filter_FWD_policy_inner_allow {
			accept
		}
		chain filter_FWD_policy_public {
		}
		chain nat_POSTROUTING {
			type nat hook postrouting priority srcnat + 10; policy accept;
			jump nat_POSTROUTING_POLICIES
		}
		chain nat_POSTROUTING_POLICIES {
			iifname "$BR" oifname "$UP" jump nat_POST_policy_inner
			iifname "$BR" oifname "$UP" return
			oifname "$UP" jump nat_POST_policy_public
		}
		chain nat_POST_policy_inner {
			meta nfproto ipv4 oifname != "lo" masquerade
		}
		chain nat_POST_policy_public {
		}
	}
END
ask "$NS1" "$OUT"
