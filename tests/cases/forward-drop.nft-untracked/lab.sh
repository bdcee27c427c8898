# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR (notrack) ─ host ✗─ UP ── outside

world
nat_off
at outside ip route add "$SUBNET" via "$UPADDR"
fault()
{
	nft_in host <<-END
		table ip untracked {
			chain raw {
				type filter hook prerouting priority raw; policy accept;
				ip saddr $SUBNET notrack
			}
			chain forward {
				type filter hook forward priority filter; policy accept;
				ct state untracked drop
			}
		}
	END
}
repair() { run nft delete table ip untracked; }
ask "$NS1" "$OUT"
