# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host ✗─ UP ── outside
#
# Behind the goto nobody comes back: the chain that it left does not accept it.

world
fault()
{
	nft_in host <<-END
		table ip mapped {
			set ends {
				type ipv4_addr . ipv4_addr; flags interval;
				elements = { $SUBNET . 0.0.0.0/0 }
			}
			map verdicts {
				type ipv4_addr . inet_proto : verdict; flags interval;
				elements = { $SUBNET . udp : accept, $SUBNET . icmp : drop, $SUBNET . tcp : drop }
			}
			chain judge { ip saddr . ip protocol vmap @verdicts; }
			chain fourth { ip saddr . ip daddr @ends goto judge; accept; }
			chain third { jump fourth; }
			chain second { oifname "$UP" jump third; }
			chain first { ip saddr $OTHER accept; jump second; }
			chain forward {
				type filter hook forward priority filter; policy accept;
				ct state new jump first
			}
		}
	END
}
repair() { run nft delete table ip mapped; }
ask "$NS1" "$OUT"
