# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (dnat of every 443 to NS2) ─ UP ── outside

world
listen "$NS2" "0.0.0.0:443"
works() { reaches_outside "$NS1" 443; }
fault()
{
	nft_in host <<-END
		table inet publish {
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
				tcp dport 443 dnat ip to $NS2ADDR
			}
		}
	END
}
repair() { run nft delete table inet publish; }
ask "$NS1" "$OUT:443"
