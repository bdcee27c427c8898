#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
summary.py EXIT FILE - what --json said, one line a fact, fields divided by tabs; and "schema" lines for everything that
is not as documented (schema 1): first the types of every field, then what has to be true of any diagnosis.

It runs some thousand times in a run of all tests: nothing but json is imported.
"""
import json
import sys

TARGET = {"name": "string?", "kind": "string", "netns": "string?", "netns_inode": "count?", "address": "string?"}

# A type is told by a string: "number", "string?" (may be null), "a|b|c" (one of these words), "[T]" (list), "{NAME}" (an
# object that has the fields of SHAPES[NAME]). Fields whose names begin with "?" may be missing; others may not be there.
SHAPES = {
    "top": {
        "schema": "number", "version": "string", "verdict": "reachable|degraded|unreachable|unknown",
        "error": "string?", "summary": "string?", "source": "{target}?", "destination": "{destination}?",
        "probes": "[{probe}]", "path": "[{hop}]", "findings": "[{finding}]", "fix": "{repair}?",
        "unchecked": "[{unchecked}]", "timing_ms": "{timing}",
    },
    "target": TARGET,
    "destination": {**TARGET, "port": "count?", "protocol": "icmp|tcp|udp"},
    "probe": {
        "protocol": "icmp|tcp|udp", "port": "count?", "size": "count", "question": "boolean", "control": "boolean",
        "sent": "count", "answered": "count", "result": "answered|refused|rejected|lost|not-sent",
        "rtt_us": "number?", "icmp": "{icmp}?", "errno": "number?",
    },
    "icmp": {"type": "count", "code": "count", "from": "string"},
    "hop": {
        "netns": "string", "ifname": "string?", "role": "source|port|bridge|forward|uplink|target|local",
        "bridge": "string?", "address": "string?", "mtu": "count?", "request": "{passage}", "reply": "{passage}",
        "?reply_only": "boolean",
    },
    "passage": {"state": "seen|lost|not-reached|unobserved", "packets": "count", "first_us": "number?"},
    "finding": {
        "code": "string", "role": "cause|next|note", "confidence": "confirmed|likely|possible",
        "direction": "request|reply", "protocols": "[icmp|tcp|udp]", "netns": "string", "object": "string?",
        "message": "string", "evidence": "[string]", "rule": "{rule}?", "fix": "{fix}?",
    },
    "rule": {
        "backend": "nft|iptables-nft|iptables-legacy", "family": "string", "table": "string", "chain": "string",
        "handle": "count?", "policy": "boolean", "text": "string", "owner": "string?",
    },
    "fix": {"safety": "safe|consent|manual", "commands": "[string]", "undo": "[string]", "persist": "[string]"},
    "unchecked": {"what": "string", "why": "string"},
    "repair": {
        "applied": "[{applied}]", "verdict_before": "reachable|degraded|unreachable|unknown", "journal": "string?",
    },
    "applied": {"code": "string", "commands": "[string]", "kept": "boolean"},
    "timing": {"collect": "number", "probe": "number", "total": "number"},
}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


PLAIN = {
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "number": is_number,
    "count": lambda v: is_number(v) and v >= 0 and v == int(v),
}


def check_object(value, shape, where):
    """What is wrong with the fields of an object."""
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    known = {name.lstrip("?"): kind for name, kind in SHAPES[shape].items()}
    for name in SHAPES[shape]:
        if name not in value and not name.startswith("?"):
            yield f"{where}.{name} is missing"
    for name, field in value.items():
        if name not in known:
            yield f"{where}.{name} is not in the schema"
        else:
            yield from check(field, known[name], f"{where}.{name}")


def check(value, kind, where):
    """What is wrong with a value and all within it."""
    if kind.endswith("?"):
        if value is not None:
            yield from check(value, kind[:-1], where)
    elif kind.startswith("{"):
        yield from check_object(value, kind[1:-1], where)
    elif kind.startswith("["):
        if not isinstance(value, list):
            yield f"{where} is no list"
            return
        for i, item in enumerate(value):
            yield from check(item, kind[1:-1], f"{where}[{i}]")
    elif not (PLAIN[kind](value) if kind in PLAIN else value in kind.split("|")):
        yield f"{where} is {json.dumps(value)}, not {kind}"


def check_finding(f):
    """What has to be true of any finding."""
    if f["role"] == "cause" and not f["evidence"]:
        yield "no evidence"
    if f["role"] == "next" and f["confidence"] == "confirmed":
        yield "a next is confirmed"
    if not f["protocols"]:
        yield "no protocol"
    words = f["code"].split("-")
    if not all(w and w.isascii() and w.isalnum() and w == w.lower() for w in words):
        yield "not a code"
    if not f["message"]:
        yield "no message"
    if f["object"] == "":
        yield "an object without a name, which should be null"
    if f["fix"] and f["fix"]["safety"] != "manual" and not (f["fix"]["commands"] and f["fix"]["undo"]):
        yield "a fix without commands or undo"


def check_passage(path, direction):
    """A packet is lost once at most, and not seen afterwards."""
    reply = direction == "reply"
    states = [hop[direction]["state"] for hop in path if reply or not hop.get("reply_only")]
    if states.count("lost") > 1:
        yield f"the {direction} is lost in several places"
    states = [hop[direction]["state"] for hop in path if not hop.get("reply_only")]
    if reply:
        states.reverse()
    end = "lost" if "lost" in states else "not-reached"
    if end in states and "seen" in states[states.index(end) + 1 :]:
        yield f"the {direction} is seen after it is lost"


def check_sense(d, status):
    """What has to be true of any diagnosis."""
    roles = [f["role"] for f in d["findings"]]
    order = ["cause", "next", "note"]
    blamed = [(f["direction"], p) for f in d["findings"] if f["role"] == "cause" for p in f["protocols"]]
    unknown = d["verdict"] == "unknown"

    if d["schema"] != 1:
        yield f"schema is {d['schema']}"
    if status != {"reachable": 0, "degraded": 1, "unreachable": 1, "unknown": 3}[d["verdict"]]:
        yield f"{d['verdict']} with exit {status}"
    if d["verdict"] == "reachable" and any(role != "note" for role in roles):
        yield "reachable with a cause or a next"
    if roles != sorted(roles, key=order.index):
        yield f"roles are out of order: {' '.join(roles)}"
    if "next" in roles and "cause" not in roles:
        yield "a next without a cause"
    if d["verdict"] in ("unreachable", "degraded") and "cause" not in roles:
        yield f"{d['verdict']} without a cause"
    if not unknown and d["summary"] is None:
        yield "no summary"
    if unknown != (d["error"] is not None):
        yield "unknown and error go together"
    if len(blamed) != len(set(blamed)):
        yield f"several causes for one: {blamed}"
    for f in d["findings"]:
        for wrong in check_finding(f):
            yield f"{f['code']}: {wrong}"
    for direction in ("request", "reply"):
        yield from check_passage(d["path"], direction)
    if not unknown and not any(p["question"] for p in d["probes"]):
        yield "no question among the probes"
    if any(ms < 0 for ms in d["timing_ms"].values()):
        yield "time runs backwards"


def summary(d):
    """The facts that tests ask for."""
    blamed = [f for f in d["findings"] if f["role"] != "note"]

    yield "verdict", d["verdict"]
    yield "took", d["timing_ms"]["total"]
    for f in d["findings"]:
        yield (f["role"], f["code"], f["confidence"], f["direction"], ",".join(sorted(f["protocols"])), f["netns"],
               f["object"] or "-", f["fix"]["safety"] if f["fix"] else "none")
    first = d["findings"][0]["fix"] if d["findings"] else None
    yield "safety", first["safety"] if first else "none"
    yield "applied", ",".join(a["code"] for a in (d["fix"] or {"applied": []})["applied"] if a["kept"])
    yield "unfixable", sum(not f["fix"] or f["fix"]["safety"] == "manual" for f in blamed)
    for f in blamed:
        for command in f["fix"]["commands"] if f["fix"] else []:
            yield "command", command
    for f in reversed(blamed):
        for command in f["fix"]["undo"] if f["fix"] else []:
            yield "undo", command


def escaped(field):
    """A field in one line."""
    return str(field).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def main():
    """Without a diagnosis at all it ends with an exception, and not with 0."""
    with open(sys.argv[2], encoding="utf-8") as file:
        d = json.load(file)
    wrong = list(check(d, "{top}", "top"))
    for text in wrong or check_sense(d, int(sys.argv[1])):
        print("schema", text, sep="\t")
    try:
        facts = list(summary(d))
    except (KeyError, TypeError, IndexError) as e:
        print("schema", f"no summary: {e!r}", sep="\t")
        return
    for kind, *fields in facts:
        # commands are told as they are typed
        print(kind, *(fields if kind in ("command", "undo") else map(escaped, fields)), sep="\t")


if __name__ == "__main__":
    main()
