# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (one connection) ─ UP ── outside

world
fault()
{
	nft_in host <<-END
		table ip few {
			set connections {
				type ipv4_addr
				flags dynamic
			}
			chain f {
				type filter hook forward priority 0; policy accept;
				tcp dport 443 ct state new add @connections { ip saddr ct count over 1 } drop
			}
		}
	END
	at "$NS1" bash -c "exec 3<>/dev/tcp/$OUT/443; exec 4<>/dev/tcp/$OUT/443; sleep 30" 2>/dev/null &
	HOLDER=$!
	wait_for holds_connections
}
holds_connections() { at "$NS1" ss -Htn state established dst "$OUT" | grep -q .; }
repair()
{
	run nft delete table ip few
	kill "$HOLDER"
}
ask "$NS1" "$OUT:443"
