#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# podman – rootful Podman with netavark, a container with a published port

# shellcheck disable=SC2034 # for lib.sh
set -euo pipefail
. "${LAB_LIB:?}/../runtimes/lib.sh"

wants podman conmon runc busybox iptables jq conntrack
[ -x /usr/lib/podman/netavark ] || [ -x /usr/libexec/podman/netavark ] || give_up everything 'netavark is not installed'
machine

mkdir -p /etc/containers
cat >/etc/containers/containers.conf <<-END
	[containers]
	default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
	[engine]
	runtime = "runc"
	cgroup_manager = "cgroupfs"
	events_logger = "none"
	[network]
	network_backend = "netavark"
END
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >/etc/containers/policy.json
rootfs "$LAB_TMP/root"
tar -C "$LAB_TMP/root" -c . | podman import -q - lab >"$LAB_TMP/daemon.log" 2>&1 ||
	give_up everything "no image: $(tail -n 1 "$LAB_TMP/daemon.log")"
podman run -d --name web -p 5000:5000 lab sleep 100000 >"$LAB_TMP/run" 2>&1 ||
	give_up everything "no container starts: $(tail -n 1 "$LAB_TMP/run")"
TARGET=podman:web
PID=$(podman inspect -f '{{.State.Pid}}' web)
"$LAB_LISTEN" -n "/proc/$PID/ns/net" 0.0.0.0:5000 >>"$LAB_TMP/pids"
keep_tables
examine

expect published 'reachable -' outside "$UPADDR:5000"
iptables -w -I FORWARD -i "$UP" -d "${ADDRESS%/*}" -j DROP
expect 'published, and dropped' 'unreachable forward-drop' outside "$UPADDR:5000"
