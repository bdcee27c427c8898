# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
#   NS1 ── PORT1 ┐
#   NS2 ── PORT2 ─ BR ─ host

world
listen "$NS2" "$NS2ADDR:5000"
finish_checksums "$NS1" "$NS1IF"
fault() { unfinished host "$PORT2" 'tcp dport 5000'; }
repair() { run nft delete table netdev card; }
ask "$NS1" "$NS2ADDR:5000"
