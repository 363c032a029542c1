#!/usr/bin/env python3
"""Times every query of src/docs/audit.md as the auditor, over a record that audit.sql makes. See README.md."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "audit.md"


def psql(uri, *arguments):
    return subprocess.run(["psql", "-X", "-q", "-At", uri, *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout


def explained(uri, query):
    """Milliseconds of the second run, and the plan."""
    statement = "explain (analyze, buffers, timing off) " + query.rstrip().rstrip(";")
    psql(uri, "-c", statement)
    plan = psql(uri, "-c", statement)
    parts = re.findall(r"^(?:Planning|Execution) Time: ([0-9.]+) ms$", plan, re.M)
    return sum(map(float, parts)), plan


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("superuser", help="libpq URI of a superuser, in a migrated database that holds nothing else")
    parser.add_argument("auditor", help="libpq URI of narthex_auditor")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--plans", action="store_true", help="print the plans too")
    parser.add_argument("--filled", action="store_true", help="the record is there already")
    options = parser.parse_args()
    if not options.filled:
        start = time.time()
        psql(options.superuser, "-v", f"events={options.events}", "-v", f"paths={options.paths}", "-f", str(HERE / "audit.sql"))
        print(f"filled in {time.time() - start:.0f} s", file=sys.stderr)
    print("| ms | question |\n|---|---|")
    slow = False
    questions = [(" ".join(paragraph.split()), query) for paragraph, query in
                 re.findall(r"((?:[^\n]+\n)+)\n```sql\n(.*?)```", DOCUMENT.read_text(), re.S)]
    common = psql(options.superuser, "-c", "select base_name from store_path order by id limit 1").strip()
    questions.append(("dependents of a path that a tenth of all paths need (may take ten seconds)",
                      f"select count(*) from audit.dependents('{common}')"))
    # openssl is needed by a tenth of all paths too; most paths are needed by few
    few = psql(options.superuser, "-c", f"select base_name from store_path where id = {options.paths // 5 + 1}").strip()
    downloaded = next((q, s) for q, s in questions if "audit.dependents" in s)
    questions.append((downloaded[0] + " (a path that some hundreds need)", re.sub(r"/nix/store/[^']*", few, downloaded[1])))
    for question, query in questions:
        if "verify_chain" in query:
            continue
        milliseconds, plan = explained(options.auditor, query)
        print(f"| {milliseconds:.0f} | {question} |")
        slow |= milliseconds > (10_000 if "audit.dependents" in query and few not in query else 1_000)
        if options.plans:
            print("\n```\n" + query + "\n" + plan + "```\n")
    sys.exit("a query took too long" if slow else 0)


if __name__ == "__main__":
    main()
