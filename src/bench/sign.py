#!/usr/bin/env python3
"""Measures how fast a new key signs a million stored paths while narinfos are read, and prints a line of figures.

README.md beside this file says what is needed.
"""
import argparse, datetime, json, os, shlex, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.error, urllib.request

import bench
from bench import Narthex, Store, read, remove, run, say

MAKE = """
with b as (insert into blob (storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing)
           values ('made-up', 'none', sha256('x'), 112, sha256('x'), 112, '') returning id)
insert into uploaded_path (cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs)
select c.id, substr(sha256(int4send(i)), 1, 20), 'made-up-' || i, b.id, 'x.nar', sha256(int4send(-i)), 112,
       array(select 'zrbyc7wjly20jnzyyxqp2l5vqbwnpq3q-reference-' || r from generate_series(10, 10 + i %% 10) r), '{}'
from b, cache c join tenant t on t.id = c.tenant_id, generate_series(1, %d) i where t.name = 'bench';
analyze uploaded_path;
"""

# Paths whose narinfos are read meanwhile.
READ = 2000


class Signing(Narthex):
    def reindex(self):
        """Seconds of a run, by the record of the job."""
        while True:
            try:
                run = self.ask("POST", "/api/v1/jobs/reindex/runs", {})
                break
            except urllib.error.HTTPError as e:
                if e.code != 409:
                    raise
                time.sleep(0.1)
        while True:
            latest = self.ask("GET", "/api/v1/jobs/reindex/runs")["items"][0]
            if latest["id"] >= run["id"] and latest.get("endedAt"):
                at = lambda key: datetime.datetime.fromisoformat(latest[key].replace("Z", "+00:00"))
                return (at("endedAt") - at("startedAt")).total_seconds()
            time.sleep(0.05)

    def ask(self, method, path, body=None):
        token = read(self.env["NARTHEX_HOME"] + "/admin-token").strip()
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), {
            "Authorization": "Bearer " + token, "Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return json.loads(text) if text.startswith((b"{", b"[")) else text

    def sql(self, text):
        home = self.env["NARTHEX_HOME"]
        port = read(home + "/postgresql/postmaster.pid").split("\n")[3]
        password = read(home + "/postgresql-passwords/postgres").strip()
        return run("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "narthex",
                   "-c", text, env={"PATH": os.environ["PATH"], "PGPASSWORD": password}, capture_output=True, text=True
                   ).stdout.strip()


def served(narthex, directory, options):
    """Paths of the machine's store, registered as Nix registers them; those that are read lie there, empty."""
    root = narthex.store.root
    os.makedirs(root + "/nix/store")
    names = ["".join(bench.BASE32[i >> 5 * d & 31] if d < 6 else "0" for d in range(31, -1, -1)) + f"-local-{i}"
             for i in range(options.paths)]
    with open(directory + "/registration", "w") as out:
        for i, name in enumerate(names):
            references = [f"/nix/store/{names[r]}" for r in range(max(0, i - 10 - i % 10), i)]
            lines = [f"/nix/store/{name}", f"{i:064x}", "112", "", str(len(references)), *references]
            out.write("\n".join(lines) + "\n")
    for name in names[:READ]:
        open(f"{root}/nix/store/{name}", "w").close()
    with open(directory + "/registration") as lines:
        run("nix-store", "--store", "local?root=" + root, "--load-db", stdin=lines)
    return [name[:32] for name in names[:READ]]


def pushed(narthex, directory, options):
    """Rows of paths as if they had been pushed."""
    narthex.ask("PUT", "/api/v1/tenants/bench", {})
    narthex.ask("PUT", "/api/v1/tenants/bench/caches/c", {"visibility": "public"})
    narthex.ask("GET", "/bench/c/public-key")
    narthex.sql(MAKE % options.paths)
    # what the server knows of them in memory was read before
    narthex.end()
    narthex.start()
    names = narthex.sql(f"select encode(hash, 'hex') from uploaded_path order by random() limit {READ}").split()
    numbers = [int.from_bytes(bytes.fromhex(name), "little") for name in names]
    return ["".join(bench.BASE32[number >> 5 * i & 31] for i in range(31, -1, -1)) for number in numbers]


def indexed(narthexes, directory, options):
    """How fast the first index of the same store is, by each build in turn, and how long a run takes that finds nothing."""
    registered, known = narthexes[0].store.root + "/nix/var", directory + "/registered"
    os.rename(registered, known)
    for i in range(options.rounds):
        for narthex in narthexes if i % 2 else narthexes[::-1]:
            for old in narthex.env["NARTHEX_HOME"], registered:
                if os.path.exists(old):
                    remove(old)
            narthex.start()
            cpu = narthex.cpu()
            shutil.copytree(known, registered)
            rate = narthex.index_rate()
            cpu = narthex.cpu() - cpu
            runs = [narthex.reindex() for _ in range(3)]
            print(f"{narthex.name}: first index {rate:.0f} signed paths/s, {cpu / options.paths * 1e6:.0f} µs of all its processes a"
                  f" path; nothing new {' '.join(f'{r:.3f}' for r in runs)} s", flush=True)
            narthex.end()


def main(directory, options):
    store = Store.__new__(Store)
    store.root = directory + "/store"
    os.makedirs(store.root)
    secret = directory + "/secret-key"
    for name in "bench-1", "bench-2":
        run("nix-store", "--generate-binary-cache-key", name, f"{directory}/{name}", f"{directory}/{name}.pub")
    os.rename(directory + "/bench-1", secret)
    narthex = Signing("narthex", shlex.split(options.command), directory, store, secret)
    narthex.store = store
    bench.SERVERS.append(narthex)
    if options.index:
        narthexes = [narthex]
        if options.against:
            narthexes.append(Signing("against", shlex.split(options.against), directory, store, secret))
            bench.SERVERS.append(narthexes[1])
        narthex.store = store
        say(f"registering {options.paths} paths")
        served(narthex, directory, options)
        return indexed(narthexes, directory, options)
    say(f"making {options.paths} paths")
    if options.local:
        hashes = served(narthex, directory, options)
        narthex.start()
        job, url, keys = "sign-paths", narthex.url, "/api/v1/tenants/default/caches/default/keys"
        begun = time.monotonic()
        # the reindex job signs what it brings in
        while narthex.ask("GET", keys)[0]["signing"]["done"] < options.paths:
            time.sleep(1)
        say(f"indexed and signed by the first key within {time.monotonic() - begun:.0f} s of the start")
    else:
        narthex.start()
        hashes = pushed(narthex, directory, options)
        job, url, keys = "sign-uploads", narthex.url + "/bench/c", "/api/v1/tenants/bench/caches/c/keys"
    say("signing by what has not signed, while narinfos are read")
    before = sum(key["signing"]["done"] for key in narthex.ask("GET", keys))
    narthex.ask("POST", keys, {"secretKey": read(directory + "/bench-2").strip()})
    done, times = threading.Event(), []

    def reads():
        i = 0
        while not done.is_set():
            begun = time.monotonic()
            with urllib.request.urlopen(f"{url}/{hashes[i % len(hashes)]}.narinfo") as answer:
                text = answer.read().decode()
            times.append(time.monotonic() - begun)
            if text.count("\nSig: ") != 2:
                sys.exit("a narinfo lacks a signature:\n" + text)
            i += 1
            time.sleep(0.005)
    reader = threading.Thread(target=reads)
    begun, cpu = time.monotonic(), narthex.cpu()
    reader.start()
    try:
        narthex.ask("POST", f"/api/v1/jobs/{job}/runs", {})
    except urllib.error.HTTPError as e:
        if e.code != 409:
            raise
    while True:
        time.sleep(1)
        states = [key["signing"] for key in narthex.ask("GET", keys)]
        say(" ".join(f"{s['done']}/{s['total']} at {s['rate']:.0f}/s" for s in states))
        if all(s["done"] == options.paths for s in states):
            break
    took, cpu = time.monotonic() - begun, narthex.cpu() - cpu
    done.set()
    reader.join()
    times.sort()
    made = 2 * options.paths - before
    print(f"{made} signatures ({options.paths} paths, of which two keys lacked {made}) in {took:.0f} s: {made / took:.0f}/s, "
          f"{cpu:.0f} s of CPU; meanwhile {len(times)} narinfos one after the other, median "
          f"{times[len(times) // 2] * 1000:.1f} ms, 99 % {times[len(times) * 99 // 100] * 1000:.1f} ms, "
          f"most {times[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=1_000_000, help="how many (%(default)s)")
    parser.add_argument("--local", action="store_true", help="paths of the machine's store, not pushed ones")
    parser.add_argument("--command", default="mvn -q -B -Pserve", help="what starts Narthex (%(default)s)")
    parser.add_argument("--index", action="store_true",
                        help="measures the first index of paths of the machine's store instead, and a run with nothing new")
    parser.add_argument("--against", metavar="COMMAND", help="with --index: measures another build in turn too")
    parser.add_argument("--rounds", type=int, default=3, help="with --index (%(default)s)")
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
