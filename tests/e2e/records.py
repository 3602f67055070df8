#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks the folder of a run.

records.py check RUN STATUS...    every record fits the schema, has one of the statuses, and its
                                  figures agree with each other
records.py point FILE             the same of one record, as faultline-point writes it: it is ok
records.py check_one FILE WHAT    the same of one that faultline has printed, and what is said of it, r, in Python holds
records.py same RUN OTHER         each record of RUN is in OTHER, the same to the byte but for wall
"""
import json
import os
import re
import sys

import jsonschema

ROOT = os.path.join(os.path.dirname(__file__), "../..")
SCHEMAS = os.path.join(ROOT, "results/schema")
# What counts by which way a mode is told of each page. One that is not here may be told by any.
TOLD_BY = {"kernel": None, "uffd": "uffd_events", "uffd+exit": "exits", "userfault": "exits",
           "userfault+uffd": "exits", "attributes": "exits", "async-pf": "exits"}
HUGE_PAGES = {"hugetlb2m": 512, "hugetlb1g": 512 * 512}  # pages of 4 KiB that one is, where all are
TICK_NS = 50000  # simulated: the kernel's tick and what comes with it, at most
P999_FAULTS = 10000  # fewer have none
ROUNDS_PAGES_EACH = 16384  # natively, with seconds
MEETING_NS = 20000  # simulated: what of the ways to the start and from the end counts for a vCPU; 16400 seen in 15 draws
PHASES = ["delivery", "fetch", "resolve", "resume"]


def fail(where, what):
    sys.exit(f"{where}: {what}")


def validator(name):
    with open(os.path.join(SCHEMAS, name)) as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def lines(run):
    with open(os.path.join(run, "points.jsonl")) as f:
        return f.read().splitlines()


def shared_workloads():
    """Those whose pages all vCPUs walk, of the table in workload.h."""
    with open(os.path.join(ROOT, "workloads/workload.h")) as f:
        return re.findall(r"\bWORKLOAD\((\w+), SHARED\b", f.read())


def faults(r):
    """Of the pages, one that brings each, with those that come along."""
    return r["pages_total"] // (HUGE_PAGES.get(r["backing"], 512) if r["grain"] == "huge" else 1)


def check_counts(where, r):
    """Every page is fetched once, verified, and known to whom the mode says."""
    pages = r["pages_total"]
    asked = 0 if r["mode"] == "kernel" else faults(r)
    each = 1 if r["workload"] in shared_workloads() else r["vcpus"]
    checks = {
        "pages_total": (pages, r["pages"] * each),
        "pages_verified": (r["pages_verified"], pages),
        "fetches": (r["fetches"], asked),
    }
    if r["mode"] in ("kernel", "uffd"):
        checks["exits"] = (r["exits"], 0)
    if r["mode"] == "kernel":
        checks["uffd_events"] = (r["uffd_events"], 0)
    for name, (is_, should) in checks.items():
        if is_ != should:
            fail(where, f"{name} is {is_}, not {should}")
    told_by = TOLD_BY.get(r["mode"], max(("exits", "uffd_events"), key=r.get))
    if told_by and r[told_by] < asked:
        fail(where, f"{told_by} is {r[told_by]}, less than {asked} faults")
    check_huge_pages(where, r)
    if "async_exits" in r:
        if r["async_exits"] + r["sync_exits"] != r["exits"]:
            fail(where, "exits are neither asynchronous nor not")
        if not 0 <= r["spurious_exits"] <= r["async_exits"]:
            fail(where, f"{r['spurious_exits']} of {r['async_exits']} exits were spurious")


def check_huge_pages(where, r):
    """They are told of where there may be any, and KVM Userfault keeps KVM from mapping them."""
    is_huge = r["thp"] == "always" or r["backing"] in HUGE_PAGES
    if ("huge_kib" in r) != is_huge or ("kvm_huge_kib" in r) != is_huge:
        fail(where, f"thp={r['thp']}, backing={r['backing']}, and huge_kib is {r.get('huge_kib')}")
    if not is_huge:
        return
    kib, kvm_kib = 4 * r["pages_total"], r["kvm_huge_kib"] or 0
    if r["backing"] in HUGE_PAGES and r["huge_kib"] < kib:
        fail(where, f"{r['huge_kib']} KiB are mapped by huge pages, of {kib}")
    if r["mode"] in ("userfault", "userfault+uffd", "async-pf") and r["tier"] in ("simulated", "emulated") and kvm_kib:
        fail(where, f"KVM maps {kvm_kib} KiB by huge pages in spite of the bitmap")


def check_times(where, r):
    """Percentiles ascend, histograms hold every page, phases add up to the total."""
    for phase, d in r["latency_ns"].items():
        if (d["p999"] is None) != (faults(r) < P999_FAULTS):
            fail(where, f"{phase}: p999 is {d['p999']} of {faults(r)} faults")
        ascending = [d[k] for k in ("min", "p50", "p90", "p99", "p999", "max") if d[k] is not None]
        if ascending != sorted(ascending) or not d["min"] <= d["mean"] <= d["max"]:
            fail(where, f"{phase}: {ascending}, mean {d['mean']}")
        uppers = [upper for upper, _ in d["histogram"]]
        if sum(n for _, n in d["histogram"]) != faults(r):
            fail(where, f"{phase}: the histogram does not hold all faults")
        if uppers != sorted(set(uppers)) or uppers[-1] < d["max"]:
            fail(where, f"{phase}: bounds of the histogram: {uppers}")
    if r["mode"] != "kernel":
        total = r["latency_ns"]["total"]["mean"]
        parts = sum(r["latency_ns"][phase]["mean"] for phase in PHASES)
        if abs(total - parts) > 0.001 * total + 1:
            fail(where, f"phases add up to {parts} ns, not {total} ns")
    rate = r["pages_total"] * 1e9 / r["span_ns"]
    if abs(rate - r["rate_span"]) > 0.001 * rate:
        fail(where, f"rate_span is {r['rate_span']}, the span says {rate}")
    # A CPU's tick may come just then, which is much of a point with few pages.
    if r["tier"] == "simulated" and r["vcpus"] <= r["cpus"] and r["start_skewed"] and \
            r["start_skew_ns"] > TICK_NS / r["speed"]:
        fail(where, f"with a CPU each, vCPUs started {r['start_skew_ns']} ns apart")


def check_middle(where, r, each, name, numbers):
    """They are numbered so, and the record is the one in the middle."""
    rates = [e["rate_span"] for e in each]
    if r["rate_span"] != sorted(rates)[(len(rates) - 1) // 2] or [e[name] for e in each] != numbers:
        fail(where, f"rate_span is {r['rate_span']}, the {name}s have {rates}")
    own = each[rates.index(r["rate_span"])]
    for phase, d in own["latency_ns"].items():
        if {**d, "histogram": r["latency_ns"][phase]["histogram"]} != r["latency_ns"][phase]:
            fail(where, f"{phase} is not that of the {name} in the middle")


def check_draws(where, r):
    """As many as were asked for."""
    draws = r.get("each_draw", [])
    if len(draws) != (r["draws"] if r["draws"] > 1 else 0):
        fail(where, f"{len(draws)} draws are there, not {r['draws']}")
    if draws:
        check_middle(where, r, draws, "draw", list(range(len(draws))))


def check_rounds(where, r):
    """As many as it takes, after one that is thrown away."""
    rounds, each = r.get("rounds"), r.get("each_round", [])
    if (rounds is not None) != (r["seconds"] > 0) or bool(each) != (r["seconds"] > 0):
        fail(where, f"seconds={r['seconds']}, {len(each)} rounds: {rounds}")
    if not each:
        return
    thrown_away = 0 if rounds["warm_up_rate_span"] is None else 1
    check_middle(where, r, each, "round", list(range(thrown_away, thrown_away + len(each))))
    span_ns, pages = sum(e["span_ns"] for e in each), r["pages_total"] * len(each) // r["vcpus"]
    if rounds["counted"] != len(each) or rounds["pages_per_vcpu"] != pages or \
            abs(rounds["span_ns"] - span_ns) > 0.001 * span_ns:
        fail(where, f"{len(each)} rounds of {span_ns} ns, {pages} pages a vCPU are told as {rounds}")
    if rounds["is_enough"] != (rounds["span_ns"] >= r["seconds"] * 1e9 and pages >= ROUNDS_PAGES_EACH):
        fail(where, f"seconds={r['seconds']}: {rounds}")


def check_cpu_time(where, r):
    """No more than the CPUs had; and of one that is never idle nearly all of it."""
    used, span = r["cpu_ns_per_page"] * r["pages_total"], r["span_ns"]
    most = r["cpus"] * span + r["vcpus"] * MEETING_NS / r["speed"]
    is_busy = r["cpus"] == 1 and (r["mode"] == "kernel" or r["fetch"] == "0")
    if not (0.95 * span if is_busy else 0) < used < most:
        fail(where, f"{used} ns of CPU time in {span} ns on {r['cpus']} CPUs")
    handlers = r.get("handler_cpu_ns_per_page")
    has_handlers = r["mode"] not in ("kernel", "userfault") if r["mode"] in TOLD_BY else handlers is not None
    if (handlers is not None) != has_handlers or (handlers or 0) > r["cpu_ns_per_page"]:
        fail(where, f"{handlers} ns of handlers' CPU time a page, of {r['cpu_ns_per_page']} ns")
    if r["handler"] == "poll" and r["vcpus"] + r["readers"] <= r["cpus"]:
        polled = handlers * r["pages_total"] / (r["readers"] * span)
        if not 0.9 < polled < 1.1:
            fail(where, f"handlers that poll ran for {polled} of the span")


def check_other(where, r):
    """Of benchmarks beside faults: all pages are as they must be, and as many draws as were asked for."""
    counts = r[r["bench"]]
    verified = counts.get("pages_verified", counts.get("pages_present"))
    if verified is None and r["mode"] == "attributes":
        verified = counts["pages"]
    if not counts["pages"] == verified == r["vcpus"] * r["pages"]:
        fail(where, f"{verified} of {counts['pages']} pages, {r['vcpus']} times {r['pages']}")
    draws = r.get("each_draw", [])
    if [d["draw"] for d in draws] != (list(range(r["draws"])) if r["draws"] > 1 else []):
        fail(where, f"{len(draws)} draws are there, not {r['draws']}")


def check_record(where, r, records, statuses):
    error = jsonschema.exceptions.best_match(records.iter_errors(r))
    if error:
        fail(where, f"{error.json_path}: {error.message}")
    if r["status"] not in statuses:
        fail(where, f"{r['status']}: {r['reason']}")
    if r["status"] != "ok":
        return
    if r["bench"] != "fault":
        check_other(where, r)
        return
    check_counts(where, r)
    if "latency_ns" in r:
        check_times(where, r)
        check_draws(where, r)
        check_rounds(where, r)
    if r["tier"] == "simulated":
        check_cpu_time(where, r)


def point(file):
    with open(file) as f:
        r = json.load(f)
    # What faultline adds to it.
    r |= {"series": r["mode"], "id": r["mode"], "wall": {"started": "2026-11-20T12:00:00Z", "duration_s": 0}}
    check_record(file, r, validator("record.schema.json"), ["ok"])


def check_one(file, condition):
    with open(file) as f:
        r = json.load(f)
    check_record(file, r, validator("record.schema.json"), ["ok"])
    if not eval(condition):
        fail(file, f"{condition} does not hold: {r}")


def check(run, statuses):
    with open(os.path.join(run, "run.json")) as f:
        about = json.load(f)
    validator("run.schema.json").validate(about)
    records, names = validator("record.schema.json"), set()
    for number, line in enumerate(lines(run), 1):
        where, r = f"{run}/points.jsonl:{number}", json.loads(line)
        check_record(where, r, records, statuses)
        if (r["series"], r["id"]) in names:
            fail(where, "there is such a record already")
        names.add((r["series"], r["id"]))
    if not about["complete"] or len(names) != about["total"]:
        fail(run, f"{len(names)} of {about['total']} records, complete: {about['complete']}")
    print(f"{len(names)} records")


def without_wall(run):
    """Text of each record, cut off where wall begins: it stands last."""
    texts = {}
    for line in lines(run):
        r = json.loads(line)
        if list(r)[-1] != "wall":
            fail(run, "wall is not what a record ends with")
        texts[r["series"], r["id"]] = line[: line.rindex(',"wall":{')]
    return texts


def same(run, other):
    mine, theirs = without_wall(run), without_wall(other)
    for name, text in mine.items():
        if text != theirs.get(name):
            fail(run, f"differs:\n{text}\n{theirs.get(name)}")
    if not mine:
        fail(run, "no records")
    print(f"{len(mine)} records are the same")


if __name__ == "__main__":
    if len(sys.argv) > 3 and sys.argv[1] == "check":
        check(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) == 3 and sys.argv[1] == "point":
        point(sys.argv[2])
    elif len(sys.argv) == 4 and sys.argv[1] == "check_one":
        check_one(*sys.argv[2:])
    elif len(sys.argv) == 4 and sys.argv[1] == "same":
        same(*sys.argv[2:])
    else:
        sys.exit(__doc__)
