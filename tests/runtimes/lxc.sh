#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lxc – LXC with its own bridge lxcbr0, as lxc-net makes it with nftables

# shellcheck disable=SC2034 # for lib.sh
set -euo pipefail
. "${LAB_LIB:?}/../runtimes/lib.sh"

wants lxc-start lxc-info dnsmasq busybox nft jq conntrack
net=/usr/libexec/lxc/lxc-net
[ -x "$net" ] || net=/usr/lib/x86_64-linux-gnu/lxc/lxc-net
[ -x "$net" ] || give_up everything 'lxc-net is not installed'
machine

echo 'USE_LXC_BRIDGE="true"' >/etc/default/lxc-net
mkdir -p /var/lib/lxc/web
"$net" start >"$LAB_TMP/daemon.log" 2>&1 || give_up everything "no bridge: $(tail -n 1 "$LAB_TMP/daemon.log")"
rootfs /var/lib/lxc/web/rootfs
cat >/var/lib/lxc/web/config <<-END
	lxc.uts.name = web
	lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs
	lxc.init.cmd = /bin/sleep 100000
	lxc.net.0.type = veth
	lxc.net.0.link = lxcbr0
	lxc.net.0.flags = up
	lxc.net.0.ipv4.address = 10.0.3.10/24
	lxc.net.0.ipv4.gateway = 10.0.3.1
	lxc.apparmor.profile = unconfined
	lxc.mount.auto =
END
lxc-start -n web -l INFO -o "$LAB_TMP/daemon.log" || give_up everything "no container starts: $(tail -n 1 "$LAB_TMP/daemon.log")"
comes_up lxc-info -n web -pH
TARGET=lxc:web
PID=$(lxc-info -n web -pH)

nat_off() { nft list table ip lxc >"$LAB_TMP/nat" && nft delete table ip lxc && forget_flows; }
nat_on() { nft -f "$LAB_TMP/nat"; forget_flows; }
drop() { nft "insert rule inet lxc forward ip saddr ${ADDRESS%/*} drop"; }
undrop() { nft delete rule inet lxc forward handle "$(nft -a list chain inet lxc forward | sed -n 's/.* drop # handle //p')"; }
examine
