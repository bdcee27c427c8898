# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (dnat of every 443 to NS2, which answers NS1 straight) ─ UP ── outside

world
run sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || : # else the host takes part in the answer
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
