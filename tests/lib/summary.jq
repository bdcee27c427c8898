# SPDX-License-Identifier: GPL-2.0-or-later
#
# summary.jq – what --json said, one line a fact, fields divided by tabs; and "schema" lines for everything that is not
# as documented (schema 1): first the types of every field, then what has to be true of any diagnosis.
#
#   jq -r --argjson exit N -f summary.jq

# --- types ------------------------------------------------------------------------------------------------------------

# a type is told by a string: "number", "string?" (may be null), "a|b|c" (one of these words), "[T]" (list)
def is($t):
	if $t | endswith("?") then . == null or is($t[:-1])
	elif $t | startswith("[") then type == "array" and all(.[]; is($t[1:-1]))
	elif $t == "number" or $t == "string" or $t == "boolean" or $t == "object" or $t == "array" then type == $t
	elif $t == "count" then type == "number" and . >= 0 and floor == .
	else type == "string" and (. as $v | $t | split("|") | index([$v]) != null)
	end;

# fields($where; {name: type}; {name: type}): the second ones may be missing; others may not be there
def fields($where; $must; $may):
	if type != "object" then "\($where) is \(type), not an object"
	else
		. as $o |
		(($must | keys[]) as $k | select($o | has($k) | not) | "\($where).\($k) is missing"),
		(keys[] as $k | select(($must + $may) | has($k) | not) | "\($where).\($k) is not in the schema"),
		(($must + $may | to_entries[]) as {$key, $value} | select($o | has($key)) |
			select($o[$key] | is($value) | not) | "\($where).\($key) is \($o[$key] | tojson), not \($value)")
	end;
def fields($where; $must): fields($where; $must; {});

def each($list; f): $list | arrays | to_entries[] | f;

def target_fields: {
	name: "string?", kind: "string", netns: "string?", netns_inode: "count?", address: "string?"
};

def passage($where): fields($where; {
	state: "seen|lost|not-reached|unobserved", packets: "count", first_us: "number?"
});

def probe($where): fields($where; {
	protocol: "icmp|tcp|udp", port: "count?", size: "count", question: "boolean", control: "boolean",
	sent: "count", answered: "count", result: "answered|refused|rejected|lost|not-sent",
	rtt_us: "number?", icmp: "object?", errno: "number?"
}),
	(select(.icmp) | .icmp | fields("\($where).icmp"; { type: "count", code: "count", from: "string" }));

def hop($where): fields($where; {
	netns: "string", ifname: "string?", role: "source|port|bridge|forward|uplink|target|local", bridge: "string?",
	address: "string?", mtu: "count?", request: "object", reply: "object"
}; { reply_only: "boolean" }),
	(.request | passage("\($where).request")),
	(.reply | passage("\($where).reply"));

def rule($where): fields($where; {
	backend: "nft|iptables-nft|iptables-legacy", family: "string", table: "string", chain: "string", handle: "count?",
	policy: "boolean", text: "string", owner: "string?"
});

def fix($where): fields($where; {
	safety: "safe|consent|manual", commands: "[string]", undo: "[string]", persist: "[string]"
});

def finding($where): fields($where; {
	code: "string", role: "cause|next|note", confidence: "confirmed|likely|possible", direction: "request|reply",
	protocols: "[icmp|tcp|udp]", netns: "string", object: "string?", message: "string", evidence: "[string]",
	rule: "object?", fix: "object?"
}),
	(select(.rule) | .rule | rule("\($where).rule")),
	(select(.fix) | .fix | fix("\($where).fix"));

def types:
	fields("top"; {
		schema: "number", version: "string", verdict: "reachable|degraded|unreachable|unknown", error: "string?",
		summary: "string?", source: "object?", destination: "object?", probes: "array", path: "array",
		findings: "array", fix: "object?", unchecked: "array", timing_ms: "object"
	}),
	(select(.source) | .source | fields("source"; target_fields)),
	(select(.destination) | .destination | fields("destination"; target_fields + {
		port: "count?", protocol: "icmp|tcp|udp"
	})),
	each(.probes; .key as $k | .value | probe("probes[\($k)]")),
	each(.path; .key as $k | .value | hop("path[\($k)]")),
	each(.findings; .key as $k | .value | finding("findings[\($k)]")),
	each(.unchecked; .key as $k | .value | fields("unchecked[\($k)]"; { what: "string", why: "string" })),
	(select(.fix) | .fix | fields("fix"; { applied: "array", verdict_before: "reachable|degraded|unreachable|unknown", journal: "string?" }),
		each(.applied; .key as $k | .value | fields("fix.applied[\($k)]"; {
			code: "string", commands: "[string]", kept: "boolean" }))),
	(.timing_ms | fields("timing_ms"; { collect: "number", probe: "number", total: "number" }));

# --- sense ------------------------------------------------------------------------------------------------------------

def roles: [.findings[] | .role];
def must(cond; $text): if cond then empty else $text end;

def sense:
	must(.schema == 1; "schema is \(.schema)"),
	must($exit == { reachable: 0, degraded: 1, unreachable: 1, unknown: 3 }[.verdict]; "\(.verdict) with exit \($exit)"),
	must(.verdict != "reachable" or (roles | all(. == "note")); "reachable with a cause or a next"),
	must(roles == (roles | sort_by({ cause: 0, next: 1, note: 2 }[.])); "roles are out of order: \(roles | join(" "))"),
	must(roles | (index("next") == null or index("cause") != null); "a next without a cause"),
	must((.verdict == "unreachable" or .verdict == "degraded" | not) or (roles | index("cause") != null);
		"\(.verdict) without a cause"),
	must(.verdict == "unknown" or .summary != null; "no summary"),
	must((.verdict == "unknown") == (.error != null); "unknown and error go together"),
	# at most one cause for each direction and protocol
	([.findings[] | select(.role == "cause") | . as $f | .protocols[] | "\($f.direction) \(.)"] |
		must(length == (unique | length); "several causes for one: \(tojson)")),
	(.findings[] |
		must(.role != "cause" or (.evidence | length) > 0; "\(.code): no evidence"),
		must(.role != "next" or .confidence != "confirmed"; "\(.code): a next is confirmed"),
		must((.protocols | length) > 0; "\(.code): no protocol"),
		must(.code | test("^[a-z0-9]+(-[a-z0-9]+)*$"); "\(.code): not a code"),
		must((.message | length) > 0; "\(.code): no message"),
		must(.object != ""; "\(.code): an object without a name, which should be null"),
		must(.fix == null or .fix.safety == "manual" or ((.fix.commands | length) > 0 and (.fix.undo | length) > 0);
			"\(.code): a fix without commands or undo")),
	(["request", "reply"][] as $d |
		([.path[] | select((.reply_only // false) == false or $d == "reply") | .[$d].state] |
			must([.[] | select(. == "lost")] | length <= 1; "the \($d) is lost in several places")),
		([.path[] | select((.reply_only // false) | not) | .[$d].state] | if $d == "reply" then reverse else . end |
			(index("lost") // index("not-reached")) as $i |
			must($i == null or (.[$i + 1:] | all(. != "seen")); "the \($d) is seen after it is lost"))),
	must(.verdict == "unknown" or ([.probes[] | select(.question)] | length) >= 1; "no question among the probes"),
	must(.timing_ms.total >= 0 and .timing_ms.collect >= 0 and .timing_ms.probe >= 0; "time runs backwards");

def summary:
	"verdict\t\(.verdict)",
	"took\t\(.timing_ms.total)",
	(.findings[] | [.role, .code, .confidence, .direction, (.protocols | sort | join(",")), .netns, (if .object == null or .object == "" then "-" else .object end),
		(.fix.safety // "none")] | @tsv),
	"safety\t\(.findings[0].fix.safety // "none")",
	"applied\t\([.fix.applied[]? | select(.kept) | .code] | join(","))",
	([.findings[] | select(.role != "note")] |
		"unfixable\t\([.[] | select(.fix == null or .fix.safety == "manual")] | length)",
		(.[] | .fix.commands[]? | "command\t\(.)"),
		(reverse[] | .fix.undo[]? | "undo\t\(.)"));

. as $top | [types] |
	if length > 0 then .[] | "schema\t\(.)" else $top | sense | "schema\t\(.)" end,
	try ($top | summary) catch "schema\tno summary: \(.)"
