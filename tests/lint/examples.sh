#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# examples.sh – every example is one that its tool accepts, and calls nsdoctor with options that it has

. "$(dirname "$0")/lint.sh"

dir=docs/examples

# checked NAME TOOL COMMAND...: by a tool that need not be there
checked()
{
	name=$1 tool=$2
	shift 2
	if ! command -v "$tool" >/dev/null; then
		skip "$name" "$tool is not installed"
		return
	fi
	if output=$("$@" 2>&1); then
		verdict "$name" ''
	else
		verdict "$name" "$output"
	fi
}

units()
{
	# nsdoctor need not be installed here
	work=$(mktemp -d) || return 1
	sed "s,/usr/bin/nsdoctor,$(command -v true)," "$dir/nsdoctor.service" >"$work/nsdoctor.service"
	cp "$dir/nsdoctor.timer" "$work"
	systemd-analyze verify --man=no "$work/nsdoctor.service" "$work/nsdoctor.timer"
	status=$?
	rm -rf "$work"
	return "$status"
}

checked 'lint: examples: YAML' yamllint yamllint -s -d '{extends: default, rules: {line-length: {max: 120}}}' "$dir"
checked 'lint: examples: systemd units' systemd-analyze units
checked 'lint: examples: alert rules' promtool promtool check rules "$dir/prometheus-rules.yml"
# Ansible takes no other encoding than UTF-8
checked 'lint: examples: Ansible play' ansible-lint env LC_ALL=C.UTF-8 ansible-lint --offline -q "$dir/ansible.yml"

# every "nsdoctor --option" there is one of the option table
complaints=$(
	grep -rhoE '(^|[ /])nsdoctor( [^|&;>]*)?' "$dir" | grep -oE ' --[a-z-]+' | sort -u | while read -r option; do
		grep -q "\.name = \"${option#--}\"" src/options.c || case $option in
		--rm | --privileged | --network | --pid) ;; # podman's
		*) echo "an example uses $option, which nsdoctor does not have" ;;
		esac
	done
)
verdict 'lint: examples: options' "$complaints"

finish
