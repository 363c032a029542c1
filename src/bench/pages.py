#!/usr/bin/env python3
"""Measures how long each page for people takes in a cache of a million paths, for each role, and prints tables in Markdown.

  python3 src/bench/pages.py --paths 1000000

Starts Narthex with a home of its own and fills a cache by scale.py's generator and COPY, with programs, and with an event for each path.
Fails where a page takes longer than 300 ms. README.md beside this file says what is needed.
"""
import argparse, http.client, json, os, re, shlex, signal, statistics, sys, tempfile, time, urllib.parse

import bench
from bench import Store, remove, run, say
from scale import PACKAGES, Scaled, base32, base_name, fill_without_indexes, number_of, settle

# What the page may take, in milliseconds.
MOST = 300
PLACE = "pages/all"

# As with Debian's packages, 72 of a hundred have some (ADR 053).
PROGRAMS = """
insert into path_program (path_id, cache_id, names)
select u.id, u.cache_id, '/tool-' || u.id % 20000 || '/' || substr(md5(u.id::text), 1, 7) || '/libpart-' || u.id % 5000 || '.so.1/'
from uploaded_path u where u.cache_id = {cache} and u.id % 100 < 72 order by u.id;
delete from program_queue;
vacuum analyze path_program;
"""

# Of a transaction of long ago: the server takes them for sealed, and does not do that for minutes now.
EVENTS = """
set role narthex_owner; select audit_make_partition(p, (date_trunc('month', now()) - make_interval(months => m))::date)
from unnest(array['audit_event', 'audit_seal']) p, generate_series(1, 2) m;
insert into audit_event (at, tx, login, tenant_id, tenant, cache_id, cache, action, outcome, token_id, token_note, actor, address, path)
select now() - interval '30 days' * (1 - u.id::float / m.last), '3', 'narthex_app', {tenant}, 'pages', {cache}, 'all', 'path-published', 'ok',
       'token' || u.id % 20, 'a machine that builds', 'token', '10.0.0.0'::inet + (u.id % 5000), store_path_base_name(u.hash, u.name)
from uploaded_path u, (select max(id) as last from uploaded_path) m where u.cache_id = {cache};
vacuum analyze audit_event;
"""

ROLES = {"reader": ["pull"], "pusher": ["push"], "auditor": ["pull", "audit"],
         "owner": ["pull", "push", "pin", "delete", "deny", "promote", "administer"]}


class Reader:
    """Somebody who has logged in to the console, or nobody in particular; over one connection, as a browser has it."""

    def __init__(self, url, token):
        self.host = urllib.parse.urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=120)
        self.cookies = {}
        if token:
            form = re.search(r'name="form" value="([^"]*)"', self.get("/console")[2])[1]
            status, _, text = self.send("POST", "/console", urllib.parse.urlencode({"form": form, "do": "log-in", "token": token}))
            if status != 303:
                sys.exit(f"the log-in is answered with {status}: {text[:300]}")

    def send(self, method, path, body=None):
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers |= {"Origin": "http://" + self.host, "Content-Type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        took = (time.perf_counter() - begun) * 1e3
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, took, text

    def get(self, path):
        return self.send("GET", path)


def pages(count):
    """What is measured, by a name: the pages of people who have no token, and those of the console."""
    # of the oldest paths the job reconcile finds that they have no bytes, and stops
    one, needed, cache = base32(number_of(count - 100)[:20]), base32(number_of(8)[:20]), "/console/caches/" + PLACE
    searches = {"all of it": "", "part of a name": f"ackage-{count // 2 % PACKAGES}-", "what nearly all have": "package", "nothing": "nowhere",
                "beginning of a hash": one[:6], "program": "bin/tool-777", "program that many have": "libpart", "one letter": "p"}
    found = {f"paths: {name}": f"{cache}/paths?q={urllib.parse.quote(text)}" for name, text in searches.items()}
    found |= {f"paths by {order}": f"{cache}/paths?q=package&sort={order}" for order in ("size", "use")}
    public = {"/": f"/{PLACE}/"} | {f"/?q= {name}": f"/{PLACE}/?q={urllib.parse.quote(text)}" for name, text in searches.items() if text}
    return public, {
        "overview": "/console", "cache": cache, **found, "path": f"{cache}/paths/{one}", "path that all need": f"{cache}/paths/{needed}",
        "settings": cache + "/settings", "promote": f"/console/caches/pages/other/promote?from={PLACE}&path={one}",
        "tenant": "/console/tenants/pages", "trusts": "/console/tenants/pages/trusts", "record of the tenant": "/console/tenants/pages/record",
        "record of a path": f"/console/tenants/pages/record?path={base_name(count - 100)}",
        "record without an event": "/console/tenants/pages/record?action=pin-set",
        "record": "/console/record", "upstreams": "/console/upstreams", "jobs": "/console/jobs"}


def measured(reader, path, times, narthex):
    """Milliseconds of the first time and of those after it, and of processor time; none where the role may not see it."""
    status, first, _ = reader.get(path)
    if status in (303, 403, 404):
        return None
    took, used = [first], narthex.cpu()
    for _ in range(times):
        status, again, text = reader.get(path)
        took.append(again)
        if status != 200:
            sys.exit(f"{path} is answered with {status}: {text[:300]}")
    return took, (narthex.cpu() - used) * 1e3 / times


def table(readers, of, times, narthex):
    """A line each; gives those that took too long."""
    print("| page | " + " | ".join(readers) + " |\n" + "|---" * (1 + len(readers)) + "|")
    slow = []
    for name, path in of.items():
        cells = []
        for who, reader in readers.items():
            found = measured(reader, path, times, narthex)
            if found is None:
                cells.append("–")
                continue
            took, used = found
            median, worst = statistics.median(took[1:]), max(took[1:])
            cells.append(f"{median:.0f} · {worst:.0f} · {took[0]:.0f} · {used:.0f}")
            if median > MOST:
                slow.append(f"{name} for {who}: {median:.0f} ms")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    return slow


def main(directory, options):
    store = Store.__new__(Store)
    store.root = directory + "/store"
    os.makedirs(store.root)
    secret = directory + "/secret-key"
    run("nix-store", "--generate-binary-cache-key", "pages-1", secret, directory + "/pages.pub")
    narthex = Scaled("narthex", shlex.split(options.command), directory, store, secret)
    narthex.store = store
    bench.SERVERS.append(narthex)
    narthex.start()
    narthex.ask("PUT", "/api/v1/tenants/pages", {"quota": {"maxBytes": None}})
    for cache in ("all", "other"):
        narthex.ask("PUT", "/api/v1/tenants/pages/caches/" + cache, {"visibility": "public"})
    narthex.ask("GET", f"/{PLACE}/public-key")
    cache, tenant = narthex.sql("select c.id || ' ' || t.id from cache c join tenant t on t.id = c.tenant_id where c.name = 'all'").split()
    fill_without_indexes(narthex, cache, 0, options.paths)
    settle(narthex, cache, options.paths)
    for text in (PROGRAMS, EVENTS):
        for statement in text.format(cache=cache, tenant=tenant).split(";\n"):
            say(" ".join(statement.split())[:80])
            if statement.strip():
                narthex.statements(statement)
    narthex.end()
    narthex.start()
    slow = all_pages(narthex, options)
    if options.keep:
        say(f"at {narthex.url}, home {narthex.env['NARTHEX_HOME']}: press Enter")
        input()
    if slow:
        sys.exit(f"longer than {MOST} ms: " + "; ".join(slow))


def all_pages(narthex, options):
    """Prints what was measured; gives those that took too long."""
    tokens = {who: narthex.ask("POST", "/api/v1/tenants/pages/tokens", {"scopes": scopes})["token"] for who, scopes in ROLES.items()}
    tokens["administrator"] = bench.read(narthex.env["NARTHEX_HOME"] + "/admin-token").strip()
    public, console = pages(options.paths)
    print(f"{options.paths:,} paths; milliseconds, median · worst of {options.times} · the first time · processor time of each\n")
    slow = table({"nobody": Reader(narthex.url, "")}, public, options.times, narthex)
    print()
    slow += table({who: Reader(narthex.url, token) for who, token in tokens.items()}, console, options.times, narthex)
    print(f"\nload {os.getloadavg()[0]:.0f}; " + json.dumps(bench.versions()))
    return slow


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=1_000_000, help="of the cache (%(default)s)")
    parser.add_argument("--times", type=int, default=9, help="that a page is asked for behind the first (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the server running until Enter is pressed")
    parser.add_argument("--command", default="mvn -q -B -Pserve", help="what starts Narthex (%(default)s)")
    bench.STARTED = time.monotonic()
    bench.SERVERS = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work_directory = tempfile.mkdtemp(prefix="narthex-bench-")
    try:
        main(work_directory, parser.parse_args())
    finally:
        for started in bench.SERVERS:
            started.end()
        remove(work_directory)
