#!/usr/bin/env python3
"""Fills a cache with millions of paths and measures the collector on them: how long it takes to find what nothing keeps, to hide
it, and to find that there is nothing to do; how long narinfos take meanwhile, and how much heap it needs; and beside it, on the same
rows, the recursive query that others use.

  NARTHEX_HOME=/tmp/bench-home mvn -Pserve                                  # in another terminal
  python3 src/bench/retention.py --home /tmp/bench-home --paths 1000000

It writes rows past the application, as the superuser of the embedded database: never on a server that anybody needs. Each path
refers to eight others, half of the paths were used lately, one in ten is kept by nothing. There are no bytes behind them.
"""
import argparse
import hashlib
import http.client
import json
import os
import pathlib
import re
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

REFERENCES = 8

FILL = """
set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';
create temporary table made as
select i, substr(sha256(('{salt}' || i)::bytea), 1, 20) as hash, 'path-' || i as name from generate_series(1, {paths}) i;
insert into store_path (base_name) select store_path_base_name(hash, name) from made order by i;
create temporary table first as select min(s.id) - 1 as id from store_path s join made m on m.i = 1
 and s.base_name = store_path_base_name(m.hash, m.name);
insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
select '{salt}' || i, 'xz', sha256(name::bytea), 1000 + i % 5000, sha256(('{salt}nar' || i)::bytea), 4000, '' from made order by i;
create temporary table edge as
select distinct i, r from (
    select m.i, greatest(1, r - case when r % 10 = 0 then 1 else 0 end) as r
    from made m cross join lateral (
        select m.i / 2 + (('x' || substr(md5(m.i || '-' || k), 1, 7))::bit(28)::int % greatest(1, m.i - m.i / 2)) as r
        from generate_series(1, {references}) k) x
    where m.i > 1) y
where r < i;
insert into path_edge (referrer, scope, reference) select f.id + e.i, {cache}, f.id + e.r from edge e, first f order by 1, 3;
insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs, last_used)
select {cache}, m.hash, m.name, b.id, m.i || '.nar.xz', b.nar_hash, 4000,
       coalesce(e.refs, '{{}}'), '{{}}', now() - case when m.i % 10 <> 0 and m.i > {paths} / 2 then interval '1 day' else interval '90 days' end
from made m join blob b on b.storage_key = '{salt}' || m.i
     left join (select x.i, array_agg(store_path_base_name(t.hash, t.name)) as refs
                from edge x join made t on t.i = x.r group by x.i) e on e.i = m.i
order by m.i;
insert into path_held (scope, path_id, nar_size, row_id, refs)
select {cache}, f.id + m.i, 4000, u.id, coalesce(e.refs, '{{}}')
from first f, made m join uploaded_path u on u.cache_id = {cache} and u.hash = m.hash
     left join (select x.i, array_agg(g.id + x.r) as refs from edge x, first g group by x.i) e on e.i = m.i
order by m.i;
"""

RECURSIVE = """
with recursive live(id) as (
    select h.path_id from uploaded_path u join path_held h on h.scope = {cache} and h.row_id = u.id
    where u.cache_id = {cache} and u.last_used >= now() - interval '31 days'
    union
    select e.reference from live l join path_edge e on e.scope = {cache} and e.referrer = l.id
)
select count(*) from path_held h left join live l on l.id = h.path_id where h.scope = {cache} and l.id is null
"""


class Server:
    def __init__(self, home, url):
        self.url = url
        self.token = (home / "admin-token").read_text().strip()
        self.database = (home / "superuser.uri").read_text().strip()

    def api(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"{method} {path}: {refused.code} {refused.read().decode()}")

    def sql(self, text):
        begun = time.time()
        done = subprocess.run(["psql", "-AtqX", "-v", "ON_ERROR_STOP=1", self.database], input=text, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout.strip(), time.time() - begun


DIGITS = "0123456789abcdfghijklmnpqrsvwxyz"


def base32(digest):
    """As Nix writes hashes."""
    number = int.from_bytes(digest, "little")
    return "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range((len(digest) * 8 + 4) // 5)))


def nar_of(contents):
    words = [b"nix-archive-1", b"(", b"type", b"regular", b"contents", contents, b")"]
    return b"".join(struct.pack("<Q", len(word)) + word + bytes(-len(word) % 8) for word in words)


class Readers:
    """Asks for the narinfos of some real paths all the time, over one connection, and keeps how long each took."""

    def __init__(self, server, tenant, paths=200):
        self.server = server
        host = server.url.split("//")[1]
        connection = http.client.HTTPConnection(host)
        self.urls = []
        for _ in range(paths):
            nar = nar_of(os.urandom(100))
            name = base32(os.urandom(20)) + "-asked"
            digest = base32(hashlib.sha256(nar).digest())
            narinfo = (
                f"StorePath: /nix/store/{name}\nURL: nar/{digest}.nar\nCompression: none\nFileHash: sha256:{digest}\n"
                f"FileSize: {len(nar)}\nNarHash: sha256:{digest}\nNarSize: {len(nar)}\nReferences: \n"
            )
            for url, body in ((f"nar/{digest}.nar", nar), (f"{name[:32]}.narinfo", narinfo.encode())):
                connection.request("PUT", f"/{tenant}/asked/{url}", body, {"Authorization": "Bearer " + server.token})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 201:
                    raise SystemExit(f"PUT {url}: {answer.status}")
            self.urls.append(f"/{tenant}/asked/{name[:32]}.narinfo")
        self.took = []
        self.connection = connection
        threading.Thread(target=self.ask, daemon=True).start()

    def ask(self):
        count = 0
        while True:
            begun = time.perf_counter()
            self.connection.request("GET", self.urls[count % len(self.urls)])
            answer = self.connection.getresponse()
            answer.read()
            self.took.append((begun, time.perf_counter() - begun))
            count += 1
            time.sleep(0.002)

    def p99(self, since):
        took = sorted(spent for begun, spent in list(self.took) if begun >= since)
        return took[int(len(took) * 0.99)] * 1000 if took else float("nan")


class Heap:
    """Looks once a second at how much of the heap is used."""

    def __init__(self, management):
        self.management = management
        self.most = 0
        threading.Thread(target=self.look, daemon=True).start()

    def now(self):
        with urllib.request.urlopen(self.management + "/metrics") as answer:
            text = answer.read().decode()
        return sum(float(used) for used in re.findall(r'(?m)^jvm_memory_used_bytes\{area="heap".*\} (\S+)$', text))

    def look(self):
        while True:
            self.most = max(self.most, self.now())
            time.sleep(1)


def run_to_end(server, path, request):
    begun = time.time()
    run = server.api("POST", path, request)
    steps = {}
    while run["outcome"] == "RUNNING":
        steps.setdefault(run["step"], time.time())
        time.sleep(0.1)
        run = server.api("GET", f"{path}/{run['id']}")
    ended = time.time()
    names = list(steps)
    spent = {name: (steps[names[i + 1]] if i + 1 < len(names) else ended) - steps[name] for i, name in enumerate(names)}
    return run, ended - begun, spent


def told(spent):
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--home", required=True, type=pathlib.Path, help="NARTHEX_HOME of a server of its own")
    arguments.add_argument("--url", default="http://127.0.0.1:8080")
    arguments.add_argument("--management", default="http://127.0.0.1:9990")
    arguments.add_argument("--paths", type=int, default=1_000_000)
    arguments.add_argument("--tenant", help="measure this one again, which an earlier run has filled")
    arguments.add_argument("--cache", default="ci", help="of that tenant (%(default)s)")
    arguments.add_argument("--recursive", action="store_true", help="run the recursive query too; it may take an hour")
    options = arguments.parse_args()
    server = Server(options.home, options.url)
    tenant = options.tenant or f"bench-{int(time.time())}"
    cache = f"/api/v1/tenants/{tenant}/caches/{options.cache}"
    if not options.tenant:
        server.api("PUT", f"/api/v1/tenants/{tenant}", {"quota": {"maxBytes": None}})
        server.api("PUT", cache, {})
    server.api("PUT", f"/api/v1/tenants/{tenant}/caches/asked", {"visibility": "public"})
    server.api("PUT", cache + "/retention", {"keepDays": 30, "graceDays": 7})
    number, _ = server.sql(f"select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = '{tenant}' and c.name = '{options.cache}'")
    facts = {"cache": number, "paths": options.paths, "references": REFERENCES, "salt": tenant}
    if not options.tenant:
        _, took = server.sql(FILL.format(**facts))
        print(f"filled with {options.paths:,} paths in {took:.0f} s")
        server.sql(
            f"insert into cache_usage (cache_id, tenant_id, paths) select c.id, c.tenant_id, {options.paths} from cache c where c.id = {number}"
            f" on conflict (cache_id) do update set paths = {options.paths}"
        )
    server.sql("vacuum analyze uploaded_path; vacuum analyze path_held; vacuum analyze path_edge; vacuum analyze store_path; vacuum analyze blob")

    readers = Readers(server, tenant)
    heap = Heap(options.management)
    begun = time.perf_counter()
    time.sleep(15)
    quiet = readers.p99(begun)
    runs = cache + "/retention/runs"
    begun = time.perf_counter()
    run, took, spent = run_to_end(server, runs, {"dryRun": True})
    print(f"dry run: {run['paths']:,} of {run['held']:,} in {took:.1f} s ({told(spent)})")
    mark = spent.get("ROOTS", 0) + spent.get("FOLLOW", 0)
    print(f"narinfos: p99 {quiet:.2f} ms quiet, {readers.p99(begun):.2f} ms beside marking")
    if options.recursive:
        found, slow = server.sql("set work_mem = '256MB'; " + RECURSIVE.format(**facts))
        print(f"recursive query: {int(found):,} in {slow:.1f} s, {slow / mark:.1f} times the mark's {mark:.1f} s")

    begun = time.perf_counter()
    run, took, spent = run_to_end(server, runs, {})
    print(f"run: {run['condemned']:,} hidden in {took:.1f} s ({told(spent)})")
    print(f"narinfos: p99 {readers.p99(begun):.2f} ms beside hiding, {readers.p99(begun) / quiet:.1f} times the quiet one")
    run, took, _ = run_to_end(server, runs, {})
    print(f"run with nothing to do: {took:.2f} s, {run['condemned']} hidden")
    print(f"heap: {heap.most / 2**20:.0f} MiB used at most")


if __name__ == "__main__":
    main()
