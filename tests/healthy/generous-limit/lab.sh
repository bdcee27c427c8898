# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ─ BR ─ host (limit) ─ UP ── outside

world
nft_in host <<-END
	table ip limits {
		chain forward {
			type filter hook forward priority filter; policy accept;
			ip protocol icmp limit rate over 5/second burst 12 packets drop
			tcp flags syn limit rate over 5/second burst 12 packets drop
		}
	}
END
# Twelve are what three attempts of two sizes and their answers are, should a busy machine need them.
# what was sent to see that the world works has taken its part of the limits
fault() { sleep 1; }
ask "$NS1" "$OUT"
