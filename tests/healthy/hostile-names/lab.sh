# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside

world
run ip link add name "x\"y\$z" type bridge
run ip link add name "-rf" type bridge 2>/dev/null || true
nft_in host <<-END
	table inet odd {
		comment "drop"
		chain policy_drop {
			type filter hook forward priority filter; policy accept;
			iifname "$BR" counter accept comment "$(printf '\033[31mdrop everything\033[0m %%s %%n')"
			counter comment "{ 'verdict': 'unreachable' } \\ %n"
		}
	}
END
ask "$NS1" "$OUT"
