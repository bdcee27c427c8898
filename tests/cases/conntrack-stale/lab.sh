# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 (port 5000) ── PORT1 ─ BR ─ host (conntrack: untranslated) ─ UP ── outside

needs python3 conntrack
world
# without a rule that asks for it nothing is tracked
nft_in host <<<'table ip track { chain f { type filter hook forward priority 0; ct state established accept; }; }'
# from_port PORT: a datagram from there to the name server's port, and the answer
from_port()
{
	at "$NS1" timeout 3 python3 - "$1" "$OUT" <<-END
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("", int(sys.argv[1])))
		s.settimeout(0.5)
		s.sendto(b"hello", (sys.argv[2], 53))
		s.recv(99)
	END
}
works() { from_port 5000 2>/dev/null; }
fault()
{
	nat_off
	run conntrack -F 2>/dev/null || true
	from_port 5000 2>/dev/null || true
	nat_on
}
repair() { run conntrack -D -p udp --sport 5000 >/dev/null 2>&1; }
ask --proto udp "$NS1" "$OUT:53/udp"
