#!/usr/bin/env python3
"""Fifty clients push overlapping closures by the real `nix copy` while the collector runs without pause and without grace, and looks
whether anything was lost: no answer of 5xx, no visible path whose reference or bytes are missing, no push that failed.

  NARTHEX_HOME=/tmp/bench-home mvn -Pserve                                  # in another terminal
  python3 src/bench/pushers.py --home /tmp/bench-home

A day takes twenty seconds here: what nobody has used for so long is made to look three days old, past the application, as the
superuser of the embedded database: never on a server that anybody needs. Half of each closure is shared, so that all the time paths go that
somebody is about to push again.
"""
import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import random
import re
import subprocess
import tempfile
import threading
import time
import urllib.request

from retention import Server, base32, nar_of

SHARED = 20
OWN = 4

AGE = """
update uploaded_path set last_used = last_used - interval '3 days'
where cache_id = {cache} and last_used between now() - interval '1 day' and now() - interval '{day} seconds'
"""

DANGLING = """
select count(*) from uploaded_path p cross join unnest(p.refs) as r(base)
where p.cache_id = {cache} and p.condemned_at is null
  and not exists (select from uploaded_path q where q.cache_id = p.cache_id and q.condemned_at is null
                                                and store_path_base_name(q.hash, q.name) = r.base)
"""


def add(cache, name, references):
    """Writes a path into a binary cache of files; gives its base name."""
    nar = nar_of(os.urandom(20_000))
    base = f"{base32(os.urandom(20))}-{name}"
    digest = base32(hashlib.sha256(nar).digest())
    (cache / "nar" / f"{digest}.nar").write_bytes(nar)
    (cache / f"{base[:32]}.narinfo").write_text(
        f"StorePath: /nix/store/{base}\nURL: nar/{digest}.nar\nCompression: none\nFileHash: sha256:{digest}\n"
        f"FileSize: {len(nar)}\nNarHash: sha256:{digest}\nNarSize: {len(nar)}\nReferences: {' '.join(references)}\n"
    )
    return base


class Collector(threading.Thread):
    """Lets time pass, and collects, again and again."""

    def __init__(self, server, api, number, day):
        super().__init__(daemon=True)
        self.server, self.api, self.number, self.day = server, api, number, day
        self.runs, self.removed, self.dangling, self.stopped = 0, 0, 0, False

    def run(self):
        while not self.stopped:
            self.server.sql(AGE.format(cache=self.number, day=self.day))
            run = self.server.api("POST", self.api + "/retention/runs", {"force": True})
            while run["outcome"] == "RUNNING" and not self.stopped:
                time.sleep(0.2)
                self.look()
                run = self.server.api("GET", f"{self.api}/retention/runs/{run['id']}")
            self.runs += 1
            self.removed += run["removed"]
            self.look()

    def look(self):
        self.dangling += int(self.server.sql(DANGLING.format(cache=self.number))[0])


def push(source, target, roots, home):
    environment = dict(os.environ, HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), NIX_CONFIG="experimental-features = nix-command")
    command = ["nix", "copy", "--no-check-sigs", "--from", f"file://{source}", "--to", f"{target}?compression=none"]
    return subprocess.run(command + [f"/nix/store/{root}" for root in roots], env=environment, capture_output=True, text=True, timeout=600)


def failures(management):
    """How many requests were answered with 5xx."""
    with urllib.request.urlopen(management + "/metrics") as answer:
        text = answer.read().decode()
    return sum(float(count) for count in re.findall(r'(?m)^narthex_http_errors_total\{[^}]*\} (\S+)$', text))


def whole(server, url, number):
    """How many visible paths there are, and how many of these lack their bytes."""
    bases = server.sql(f"select store_path_base_name(hash, name) from uploaded_path where cache_id = {number} and condemned_at is null")[0]
    wrong = 0
    for base in bases.split():
        with urllib.request.urlopen(f"{url}/{base[:32]}.narinfo") as answer:
            fields = dict(line.split(": ", 1) for line in answer.read().decode().splitlines() if ": " in line)
        with urllib.request.urlopen(f"{url}/{fields['URL']}") as answer:
            wrong += "sha256:" + base32(hashlib.sha256(answer.read()).digest()) != fields["NarHash"]
    return len(bases.split()), wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--home", required=True, type=pathlib.Path, help="NARTHEX_HOME of a server of its own")
    arguments.add_argument("--url", default="http://127.0.0.1:8080")
    arguments.add_argument("--management", default="http://127.0.0.1:9990")
    arguments.add_argument("--pushers", type=int, default=50)
    arguments.add_argument("--at-once", type=int, default=50, help="how many of them push at the same time")
    arguments.add_argument("--times", type=int, default=4, help="how often each pushes")
    arguments.add_argument("--day", type=int, default=20, help="seconds that a day takes")
    options = arguments.parse_args()
    server = Server(options.home, options.url)
    tenant = f"pushers-{int(time.time())}"
    server.api("PUT", f"/api/v1/tenants/{tenant}", {"quota": {"maxBytes": None}})
    api = f"/api/v1/tenants/{tenant}/caches/ci"
    server.api("PUT", api, {"visibility": "public"})
    server.api("PUT", api + "/retention", {"keepDays": 1, "graceDays": 0, "force": True})
    token = server.api("POST", f"/api/v1/tenants/{tenant}/tokens", {"scopes": ["push"]})["token"]
    number, _ = server.sql(f"select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = '{tenant}' and c.name = 'ci'")
    target = f"{options.url}/{tenant}/ci".replace("://", f"://any:{token}@")
    before = failures(options.management)
    with tempfile.TemporaryDirectory() as made:
        made = pathlib.Path(made)
        source = made / "source"
        (source / "nar").mkdir(parents=True)
        (source / "nix-cache-info").write_text("StoreDir: /nix/store\n")
        shared = []
        for i in range(SHARED):
            shared.append(add(source, f"shared-{i}", random.sample(shared, min(2, i))))
        roots = []
        for i in range(options.pushers):
            mine = []
            for k in range(OWN):
                mine.append(add(source, f"own-{i}-{k}", mine[-1:] + random.sample(shared, 5)))
            roots.append(mine[-1])
        collector = Collector(server, api, number, options.day)
        collector.start()
        begun = time.time()
        failed = []

        def pusher(i):
            for turn in range(options.times):
                home = made / f"home-{i}-{turn}"
                home.mkdir()
                done = push(source, target, [roots[i]], home)
                if done.returncode:
                    failed.append(done.stderr.strip().splitlines()[-1])
                time.sleep(random.random() * options.day)

        with concurrent.futures.ThreadPoolExecutor(options.at_once) as threads:
            list(threads.map(pusher, range(options.pushers)))
        collector.stopped = True
        collector.join()
    paths, wrong = whole(server, f"{options.url}/{tenant}/ci", number)
    broken = failures(options.management) - before
    print(f"{options.pushers} clients pushed {options.times} times in {time.time() - begun:.0f} s; {len(failed)} pushes failed")
    for sentence in sorted(set(failed))[:5]:
        print("  " + sentence)
    print(f"the collector ran {collector.runs} times and removed {collector.removed} paths")
    print(f"5xx: {broken:.0f}; visible paths without a reference: {collector.dangling}; of {paths} paths left, {wrong} without their bytes")
    raise SystemExit(bool(failed or broken or collector.dangling or wrong))


if __name__ == "__main__":
    main()
