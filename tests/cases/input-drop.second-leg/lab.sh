# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#                   ┌ PORT2 ── NS2IF NS2 NS2ADDR
#   NS1 ── PORT1 ─ BR ─ leg2 ── eth7 NS2 NOBODY (drop)

world
attach "$NS2" eth7 "$NOBODY/$PFX" leg2 "$BR"
# each address is answered for where it is
sysctl4 "$NS2" all arp_ignore 1
sysctl4 "$NS2" all arp_announce 2
wait_for port_forwards host leg2
fault()
{
	nft_in "$NS2" <<-END
		table ip filter {
			chain in {
				type filter hook input priority 0; policy accept;
				iifname "eth7" drop
			}
		}
	END
}
repair() { at "$NS2" nft delete table ip filter; }
ask "$NS1" "$NOBODY"
