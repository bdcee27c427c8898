# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (OUTPUT: 5 a second, policy DROP) ── PORT1 ─ BR ─ host ─ UP ── outside

world
fault()
{
	ipt_in "$NS1" -A OUTPUT -p tcp -j ACCEPT
	ipt_in "$NS1" -A OUTPUT -p icmp -m limit --limit 5/second --limit-burst 5 -j ACCEPT
	ipt_in "$NS1" -P OUTPUT DROP
}
repair()
{
	ipt_in "$NS1" -P OUTPUT ACCEPT
	ipt_in "$NS1" -F OUTPUT
}
works() { within "$NS1" ping -n -q -c20 -i0.02 -W1 "$OUT" 2>/dev/null | grep -q ' 0% packet loss'; }
ask --count 40 --interval 0.02 "$NS1" "$OUT"
