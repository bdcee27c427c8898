#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# docker nft|legacy – dockerd with iptables of that kind, a container with a published port

# shellcheck disable=SC2034 # for lib.sh
set -euo pipefail
. "${LAB_LIB:?}/../runtimes/lib.sh"

wants dockerd docker containerd runc busybox "xtables-$1-multi" jq conntrack
iptables_are() { command -v "xtables-$1-multi"; }
machine

# dockerd calls iptables by its name: the first in PATH says which one it is
mkdir "$LAB_TMP/bin"
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
	ln -s "$(iptables_are "$1")" "$LAB_TMP/bin/$name"
done
PATH=$LAB_TMP/bin:$PATH
iptables -w -t nat -S >/dev/null 2>&1 || give_up everything "the kernel has no tables for iptables-$1"

start dockerd --exec-opt native.cgroupdriver=cgroupfs --default-ulimit nofile=4096:4096
comes_up docker info
rootfs "$LAB_TMP/root"
tar -C "$LAB_TMP/root" -c . | docker import - lab >/dev/null
docker run -d --name web -p 5000:5000 lab sleep 100000 >"$LAB_TMP/run" 2>&1 ||
	give_up everything "no container starts: $(tail -n 1 "$LAB_TMP/run")"
TARGET=docker:web
PID=$(docker inspect -f '{{.State.Pid}}' web)
"$LAB_LISTEN" -n "/proc/$PID/ns/net" 0.0.0.0:5000 >>"$LAB_TMP/pids"
keep_tables

drop() { iptables -w -I DOCKER-USER -s "${ADDRESS%/*}" -j DROP; }
undrop() { iptables -w -D DOCKER-USER -s "${ADDRESS%/*}" -j DROP; }
examine

expect published 'reachable -' outside "$UPADDR:5000"
iptables -w -I FORWARD -i "$UP" -d "${ADDRESS%/*}" -j DROP
expect 'published, and dropped' 'unreachable forward-drop' outside "$UPADDR:5000"
