#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# everyone – containers by their names, the list of all namespaces, and the question for all of them
#
#   NS1 ── PORT1 ─ BR ─ host ─ UP ── outside
#   NS2 ── PORT2 ┘
#
# No runtime is installed: the host's root is a tree whose state files say that the container "web" of Docker is in
# NS2, "web" of Podman in NS1, and that others do not run. What a file says of a process is played by a folder of
# /proc, so that the container can have a root directory of its own.

set -euo pipefail

if [ "${1:-}" = --variants ]; then
	printf '%s\n' names list all crowd traps
	exit
fi

. "${LAB_LIB:?}/lab.sh"
. "$LAB_LIB/check.sh"
choose_set "${LAB_SET:-3}"
world

root=$LAB_TMP/root
id1=$(printf '1%.0s' {1..64})
id2=$(printf '2%.0s' {1..64})

# process PID NAMESPACE: a process in it, with a root directory of its own
process()
{
	mkdir -p "$root/proc/$1/ns" "$root/box/$1/etc"
	echo "$1 (app) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 77 0 0 1 1" >"$root/proc/$1/stat"
	echo '0::/' >"$root/proc/$1/cgroup"
	printf 'app' >"$root/proc/$1/cmdline"
	ln -s "/run/netns/$2" "$root/proc/$1/ns/net"
	ln -s "$root/box/$1" "$root/proc/$1/root"
}

# docker ID NAME PID
docker()
{
	mkdir -p "$root/var/lib/docker/containers/$1"
	cat >"$root/var/lib/docker/containers/$1/config.v2.json" <<-END
		{"ID":"$1","Name":"/$2","State":{"Running":$([ "$3" -ne 0 ] && echo true || echo false),"Pid":$3}}
	END
}

mkdir -p "$root/run" "$root/proc" "$root/etc"
ln -s /run/netns "$root/run/netns"
process 4001 "$NS2"
docker "$id1" app 4001
docker "$id2" asleep 0

found=$LAB_TMP/found
inspects() { doctor "$found" --host-root "$root" "$@" || true; }
says() { jq -r "$1" "$found"; }

# verdict_is WANTED WHAT
verdict_is()
{
	[ "$(says .verdict)" = "$1" ] || fail "$2: $(says .verdict), not $1: $(says '.error // .summary')"
}

case $1 in
names)
	for name in docker:app app "docker:${id1:0:3}" "${id1:0:12}"; do
		inspects "$name" "$OUT"
		verdict_is reachable "$name"
		[ "$(says .source.kind)" = container ] || fail "$name: the kind is $(says .source.kind)"
		[ "$(says .path[0].ifname)" = "$NS2IF" ] || fail "$name: begins at $(says .path[0].ifname)"
	done
	inspects "$NS1" app
	verdict_is reachable 'a container as destination'
	[ "$(says .destination.address)" = "$NS2ADDR" ] || fail "the destination is $(says .destination.address)"
	inspects "$NS1" "$NS2ADDR"
	[ "$(says .destination.netns)" != null ] || fail 'the address of a container is not known as one of this host'

	inspects asleep "$OUT"
	[[ $STATUS = 3 && $(says .error) = *'docker:asleep is not running'* ]] || fail "asleep: $(says .error)"
	inspects docker:ap "$OUT"
	[[ $STATUS = 3 && $(says .error) = *'did you mean docker:app?'* ]] || fail "docker:ap: $(says .error)"
	# somebody else has one of that name
	store=$root/var/lib/containers/storage/overlay-containers
	mkdir -p "$store" "$root/run/containers/storage/overlay-containers/$id2/userdata"
	echo "[{\"id\":\"$id2\",\"names\":[\"app\"]}]" >"$store/containers.json"
	echo 4002 >"$root/run/containers/storage/overlay-containers/$id2/userdata/pidfile"
	process 4002 "$NS1"
	inspects app "$OUT"
	[[ $STATUS = 3 && $(says .error) = *'docker:app and podman:app'* ]] || fail "two of a name: $(says .error)"
	inspects podman:app "$OUT"
	[ "$(says .path[0].ifname)" = "$NS1IF" ] || fail 'podman:app is not the one of Podman'
	# another process has the number by now
	mkdir -p "$root/run/crun/$id2"
	echo '{"pid":4002,"process-start-time":76}' >"$root/run/crun/$id2/status"
	inspects podman:app "$OUT"
	[[ $STATUS = 3 && $(says .error) = *'not running'* ]] || fail "a number used again: $(says .error)"

	# what a container may be told by its own hosts file, and what is said about no network of its own
	echo "$OUT somewhere.example" >"$root/box/4001/etc/hosts"
	inspects docker:app somewhere.example
	verdict_is reachable "a name of the container's hosts file"
	process 4003 "$NS1"
	rm "$root/proc/4003/ns/net"
	ln -s /proc/self/ns/net "$root/proc/4003/ns/net"
	docker "$(printf '3%.0s' {1..64})" hosted 4003
	inspects hosted "$OUT"
	verdict_is reachable 'a container in the network of the host'
	says '.unchecked[].why' | grep -q "it runs in the host's" || fail 'nobody says that it is the network of the host'

	# a repair is made in the namespace, and taken back there
	run ip -n "$NS2" route del default
	state "$LAB_TMP/before"
	inspects --fix --yes docker:app "$OUT"
	verdict_is reachable 'after --fix'
	"$NSDOCTOR" --undo >>"$LAB_TMP/details" 2>&1 || fail '--undo failed'
	same_state "$LAB_TMP/before" >>"$LAB_TMP/details" || fail 'after --undo it is not as it was'
	;;

list)
	"$NSDOCTOR" --host-root "$root" --list >"$LAB_TMP/list" || fail "--list ended with $?"
	cat "$LAB_TMP/list" >>"$LAB_TMP/details"
	grep -qE "^docker:app, $NS2 +$NS2IF +$NS2ADDR/$PFX +$PORT2 in $BR\$" "$LAB_TMP/list" || fail 'no line for docker:app'
	grep -qE "^$NS1 +$NS1IF +$NS1ADDR/$PFX +$PORT1 in $BR\$" "$LAB_TMP/list" || fail "no line for $NS1"
	grep -qE "^docker:asleep +not running\$" "$LAB_TMP/list" || fail 'no line for what does not run'
	"$NSDOCTOR" --host-root "$root" --list --json >"$found" || fail "--list --json ended with $?"
	[ "$(says '.namespaces[] | select(.netns == "docker:app") | [.names[], .interfaces[0].host_ifname, .interfaces[0].bridge] | join(" ")')" = \
		"docker:app $NS2 $PORT2 $BR" ] || fail '--list --json: docker:app'
	[ "$(says '.stopped | join(" ")')" = docker:asleep ] || fail '--list --json: stopped'
	;;

all)
	state "$LAB_TMP/before"
	metrics=$LAB_TMP/metrics.prom
	everybody() # WANTED-STATUS [DESTINATION]
	{
		local want=$1 status=0
		shift
		timeout 60 "$NSDOCTOR" --host-root "$root" --all --json --openmetrics "$metrics" "$@" \
			>"$LAB_TMP/lines" 2>"$LAB_TMP/err" || status=$?
		cat "$LAB_TMP/lines" "$LAB_TMP/err" >>"$LAB_TMP/details"
		[ "$status" -eq "$want" ] || fail "--all $*: exit $status, not $want"
		[ "$(wc -l <"$LAB_TMP/lines")" -eq 2 ] || fail "--all $*: $(wc -l <"$LAB_TMP/lines") lines"
		jq -s -r '.[] | "\(.source.name) \(.verdict) \(.findings[0].code)"' "$LAB_TMP/lines" | sort >"$LAB_TMP/said"
	}
	expect_said()
	{
		printf '%s\n' "$@" | sort | diff - "$LAB_TMP/said" >>"$LAB_TMP/details" || fail "not: $*"
	}
	everybody 0 "$OUT"
	expect_said "docker:app reachable null" "$NS1 reachable null"
	everybody 0
	expect_said "docker:app reachable null" "$NS1 reachable null"
	grep -q "^nsdoctor_reachable{netns=\"docker:app\",destination=\"\"} 1\$" "$metrics" || fail 'no metric'
	[ "$(tail -1 "$metrics")" = '# EOF' ] || fail 'the metrics are not whole'
	[ "$(find "$LAB_TMP" -maxdepth 1 -name 'metrics.prom*' | wc -l)" -eq 1 ] || fail 'something lies beside the metrics'
	unchanged 'a look at all'

	# one is broken; the answer is the one that it gets alone
	run ip -n "$NS2" route del default
	everybody 1 "$OUT"
	expect_said "docker:app unreachable no-route" "$NS1 reachable null"
	grep -q "^nsdoctor_cause{netns=\"docker:app\",destination=\"$OUT\",code=\"no-route\",direction=\"request\"} 1\$" \
		"$metrics" || fail 'no cause among the metrics'
	"$NSDOCTOR" --host-root "$root" --all "$OUT" >"$LAB_TMP/text" && fail 'exit 0 and one is broken'
	cat "$LAB_TMP/text" >>"$LAB_TMP/details"
	grep -q "docker:app *unreachable *no-route" "$LAB_TMP/text" || fail 'no line with the cause'
	tail -1 "$LAB_TMP/text" | grep -q '^2 namespaces: 1 reachable, 1 unreachable, in ' || fail 'no last line'

	# all are
	run forward_off
	everybody 1 "$OUT"
	expect_said "docker:app unreachable no-route" "$NS1 unreachable ip-forward-off"

	# a container without a network is not asked
	echo '{"NetworkMode":"none"}' >"$root/var/lib/docker/containers/$id1/hostconfig.json"
	"$NSDOCTOR" --host-root "$root" --all "$OUT" >"$LAB_TMP/text" || true
	tail -1 "$LAB_TMP/text" | grep -q '; 1 without a network was not asked' || fail 'none: asked'
	;;

crowd)
	# bystanders of whom not all are read: that they could have an address is known, and nothing else changes
	for i in {1..70}; do
		echo "netns add bystander$i"
	done | run ip -batch -
	inspects "$NS1" "$OUT"
	verdict_is reachable 'among a crowd'
	run forward_off
	inspects "$NS1" "$OUT"
	[[ $STATUS = 1 && $(says '.findings[0].code') = ip-forward-off ]] || fail "among a crowd: $(says .summary)"
	;;

traps)
	# a container cannot have us read the host's files, wait for ever, or harm a terminal
	echo 'nameserver 192.0.2.1' >"$root/box/4001/etc/real"
	box=$root/box/4001/etc
	ln -s ../../../../../../../../../../etc/passwd "$box/resolv.conf"
	inspects docker:app somewhere.example
	[[ $STATUS = 1 && $(says '.findings[0].code') = dns-no-resolver ]] || fail "a link out: $(says .summary)"
	rm "$box/resolv.conf"
	mkfifo "$box/resolv.conf"
	inspects docker:app somewhere.example
	[[ $STATUS = 3 && $(says .error) = *'no ordinary file'* ]] || fail "a pipe: $(says .error)"
	rm "$box/resolv.conf"
	truncate -s 10G "$box/resolv.conf"
	inspects docker:app somewhere.example
	[[ $STATUS = 3 && $(says .error) = *'larger than'* ]] || fail "a large file: $(says .error)"
	rm "$box/resolv.conf"
	printf 'nameserver \033[2J\nnameserver 192.0.2.1\nsearch \033]0;x\007\n' >"$box/resolv.conf"
	inspects docker:app 'some\where.example'
	jq -e . "$found" >/dev/null || fail 'no JSON'
	# names of a runtime that a user may write
	store=$root/var/lib/containers/storage/overlay-containers
	mkdir -p "$store"
	printf '[{"id":"%s","names":["\\u001b[2Jx\\u0007\\ud83d"]},{"id":7},{"id":"../../x","names":["y"]},[],0]' "$id2" \
		>"$store/containers.json"
	printf '[{"id":"%s","names":["\\u001b[2Jx\\u0007"]},{"id":7},{"id":"../../x","names":["y"]},[],0]' "$id2" \
		>"$store/volatile-containers.json"
	"$NSDOCTOR" --host-root "$root" --list >"$LAB_TMP/list" || fail "--list ended with $?"
	LC_ALL=C grep -q "$(printf '[\001-\010\016-\037]')" "$LAB_TMP/list" && fail 'control characters on the terminal'
	"$NSDOCTOR" --host-root "$root" --list --json | jq -e . >/dev/null || fail 'no JSON'
	grep -qF 'podman:\x1b[2Jx\x07' "$LAB_TMP/list" || fail 'the odd name is not shown'
	;;
esac
finish
