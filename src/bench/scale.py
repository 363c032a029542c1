#!/usr/bin/env python3
"""Fills Narthex with millions of paths and measures what grows with them: narinfos at random, memory, the start, lists, and audits.

  python3 src/bench/scale.py --paths 1000000 --store-paths 100000

Starts Narthex with a home of its own, measures it with a thousand paths, fills it past the application by a generator and COPY, lets
the index take in the paths of a Nix store, and measures again. The paths refer to each other as packages do; there are no bytes behind
them, and their signatures are random. README.md beside this file says what is needed, ../docs/scale.md what was found.
"""
import argparse, base64, hashlib, http.client, json, multiprocessing, os, random, re, shlex, shutil, signal, subprocess, sys, tempfile
import time, urllib.request

import bench
from bench import Store, read, remove, run, say
from sign import Signing, served

REFERENCES = 7
# Names that a registry of this size has: the outputs and versions of some thousand packages, found by their parts.
PACKAGES = 20_000
# What the figure of memory and of p99 compares with.
FEW = 1_000
TO_NIX = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bench.BASE32.encode())

# In this order. What is found by them is made again behind the rows, in a tenth of the time; constraints stay.
TABLES = ("store_path", "blob", "uploaded_path", "upload_signature", "held_file", "path_held", "path_edge")


def number_of(i):
    return hashlib.sha256(b"scale %d" % i).digest()


def base32(twenty):
    """As Nix writes hashes of 20 bytes."""
    return base64.b32encode(twenty[::-1]).translate(TO_NIX).decode()


def name_of(i):
    return f"package-{i % PACKAGES}-1.{i // PACKAGES}"


def base_name(i):
    return f"{base32(number_of(i)[:20])}-{name_of(i)}"


def references_of(i, dice):
    """Some that everybody needs, most of them made shortly before."""
    if i < 10:
        return []
    found = {int(i * dice.random() ** 8) for _ in range(2)}
    found |= {max(0, i - 1 - int(dice.expovariate(1 / 2000))) for _ in range(REFERENCES - 2)}
    # nothing refers to each tenth, for retention.py
    return sorted({max(1, r - (r % 10 == 0)) for r in found})


class Copy:
    """A COPY under way, as text."""

    def __init__(self, narthex, table, columns):
        self.process = narthex.psql("-c", f"copy {table} ({columns}) from stdin", stdin=subprocess.PIPE)
        self.table = table

    def write(self, rows):
        self.process.stdin.write(rows.encode())

    def end(self):
        self.process.stdin.close()
        if self.process.wait():
            sys.exit(f"{self.table} is not filled")


class Scaled(Signing):
    def psql(self, *arguments, **more):
        home = self.env["NARTHEX_HOME"]
        port = read(home + "/postgresql/postmaster.pid").split("\n")[3]
        env = {**os.environ, "PGPASSWORD": read(home + "/postgresql-passwords/postgres").strip(),
               "PGOPTIONS": "-c session_replication_role=replica -c synchronous_commit=off -c maintenance_work_mem=1GB"}
        return subprocess.Popen(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "narthex",
                                 *arguments], env=env, **more)

    def statements(self, text):
        if self.psql("-c", text, stdout=subprocess.DEVNULL).wait():
            sys.exit("refused: " + text[:200])

    def auditor(self, query):
        """Seconds of a query of an auditor, and what it gives."""
        begun = time.monotonic()
        out = run("psql", "-qAtX", read(self.env["NARTHEX_HOME"] + "/auditor.uri").strip(), "-c", query, capture_output=True, text=True)
        return time.monotonic() - begun, out.stdout.strip()

    def resident(self):
        """MB of WildFly now, and of its heap what was in use after a collection."""
        for pid in self.processes():
            if "-D[Standalone]" in read(f"/proc/{pid}/cmdline"):
                run("jcmd", str(pid), "GC.run", capture_output=True)
                told = run("jcmd", str(pid), "GC.heap_info", capture_output=True, text=True).stdout
                used = sum(map(int, re.findall(r"total \d+K, used (\d+)K", told)))
                return int(read(f"/proc/{pid}/status").split("VmRSS:")[1].split()[0]) / 1024, used / 1024
        return 0, 0


def fill(narthex, cache, first, last):
    """Rows of paths with these numbers, as pushes leave them and the jobs behind these."""
    known = int(narthex.sql("select coalesce(max(id), 0) from store_path"))
    blobs = int(narthex.sql("select coalesce(max(id), 0) from blob"))
    rows = int(narthex.sql("select coalesce(max(id), 0) from uploaded_path"))
    key = narthex.sql(f"select id from signing_key where cache_id = {cache}")
    tenant = narthex.sql(f"select tenant_id from cache where id = {cache}")
    if known != first:
        sys.exit("somebody else wrote into the database")
    at = lambda base, i: base + 1 + i - first
    copies = [
        Copy(narthex, "store_path", "id, base_name"),
        Copy(narthex, "blob", "id, storage_key, compression, file_hash, file_size, nar_hash, nar_size, listing"),
        Copy(narthex, "uploaded_path", "id, cache_id, hash, name, blob_id, file_name, nar_hash, nar_size, refs, foreign_sigs, published_at,"
             " last_used"),
        Copy(narthex, "upload_signature", "key_id, path_id, signature, claim"),
        Copy(narthex, "held_file", "tenant_id, cache_id, file_hash, bytes, refs"),
        Copy(narthex, "path_held", "scope, path_id, nar_size, row_id, refs"),
        Copy(narthex, "path_edge", "referrer, scope, reference"),
    ]
    dice = random.Random(first)
    lately, long_ago = (time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * 86_400)) for days in (1, 90))
    for begin in range(first, last, 2_000):
        texts = [[] for _ in copies]
        for i in range(begin, min(last, begin + 2_000)):
            digest = number_of(i)
            hash_, file_hash = digest[:20], hashlib.sha256(digest).digest()
            nar_hash, size = file_hash[::-1].hex(), 1_000 + int(dice.paretovariate(0.7) * 1_000) % 100_000_000
            file = base64.b32encode(file_hash).decode().rstrip("=").lower()
            references = references_of(i, dice)
            refs = "{" + ",".join(sorted(base_name(r) for r in references)) + "}"
            row, blob, path = at(rows, i), at(blobs, i), at(known, i)
            texts[0].append(f"{path}\t{base32(hash_)}-{name_of(i)}\n")
            texts[1].append(f"{blob}\tscale-{i}\txz\t\\\\x{file_hash.hex()}\t{size // 4 + 1}\t\\\\x{nar_hash}\t{size}\t\\\\x{'28b52ffd' * 30}\n")
            texts[2].append(f"{row}\t{cache}\t\\\\x{hash_.hex()}\t{name_of(i)}\t{blob}\t{file}.nar.xz\t\\\\x{nar_hash}\t{size}\t{refs}\t{{}}\t"
                            f"2026-01-{1 + i * 27 // last:02d}\t{lately if i % 10 and i > last // 2 else long_ago}\n")
            texts[3].append(f"{key}\t{row}\t\\\\x{(digest + file_hash).hex()}\treceived\n")
            texts[4].append(f"{tenant}\t{cache}\t\\\\x{file_hash.hex()}\t{size // 4 + 1}\t1\n")
            texts[5].append(f"{cache}\t{path}\t{size}\t{row}\t{{{','.join(str(1 + r) for r in references)}}}\n")
            texts[6] += [f"{path}\t{cache}\t{1 + r}\n" for r in references]
        for copy, text in zip(copies, texts):
            copy.write("".join(text))
        if begin % 100_000 < 2_000:
            say(f"{begin:,} of {last:,}")
    for copy in copies:
        copy.end()


def fill_without_indexes(narthex, cache, first, last):
    tables = ", ".join(f"'{t}'" for t in TABLES)
    found = narthex.sql(f"""select indexdef || ';' from pg_indexes where schemaname = 'public' and tablename in ({tables})
        and indexname not in (select conname from pg_constraint)""").splitlines()
    names = [definition.split(" INDEX ")[1].split(" ON ")[0] for definition in found]
    narthex.statements("drop index " + ", ".join(names))
    fill(narthex, cache, first, last)
    for definition in found:
        say(definition[:100])
        narthex.statements(definition)


def settle(narthex, cache, last):
    """What jobs and PostgreSQL itself would have done meanwhile."""
    for table in TABLES:
        if table not in ("upload_signature", "held_file", "path_held", "path_edge"):
            narthex.statements(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
    narthex.statements(f"""insert into cache_usage (cache_id, tenant_id, paths) select id, tenant_id, {last} from cache where id = {cache}
        on conflict (cache_id) do update set paths = {last}""")
    narthex.statements(f"""insert into package_held (scope, package, version, paths, nar_bytes)
        select h.scope, s.package, s.version, count(*), sum(h.nar_size) from path_held h join store_path s on s.id = h.path_id
        where h.scope = {cache} group by 1, 2, 3 on conflict do nothing""")
    for table in TABLES + ("package_held",):
        say("vacuum analyze " + table)
        narthex.statements("vacuum analyze " + table)


def ask(url, place, seed, count, rate, seconds, took):
    """A client that asks so often, whether it was answered or not: what is late is counted from when it was due."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    dice, mine = random.Random(seed), []
    begun = time.perf_counter()
    for n in range(int(rate * seconds)):
        due = begun + n / rate
        time.sleep(max(0, due - time.perf_counter()))
        connection.request("GET", f"/{place}/{base32(number_of(dice.randrange(count))[:20])}.narinfo", headers={"Host": "cache.example.com"})
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read().startswith(b"StorePath"):
            sys.exit(f"a narinfo is {answer.status}")
        mine.append(time.perf_counter() - due)
    took.put(mine)


def narinfos(narthex, place, count, rate, seconds, clients=8):
    """Milliseconds: the median and p99 of narinfos at random at a rate."""
    took = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=ask, args=(narthex.url, place, seed, count, rate / clients, seconds, took))
               for seed in range(clients)]
    for worker in workers:
        worker.start()
    all_ = sorted(t for _ in workers for t in took.get(timeout=seconds + 120))
    for worker in workers:
        worker.join()
    return {"rate": rate, "p50": all_[len(all_) // 2] * 1e3, "p99": all_[int(len(all_) * 0.99)] * 1e3}


def timed(narthex, method, path):
    """Milliseconds of the second of two calls."""
    for _ in range(2):
        begun = time.monotonic()
        answer = narthex.ask(method, path)
        took = (time.monotonic() - begun) * 1e3
    return took, answer


def measured(narthex, place, count, options):
    """A start, then all that is asked of so many paths."""
    narthex.end()
    figures = {"paths": count, "start_s": narthex.start()}
    tenant, cache = place.split("/")
    paths = f"/api/v1/tenants/{tenant}/caches/{cache}/paths"
    narinfos(narthex, place, count, options.rate, options.seconds / 2)
    figures["narinfos"] = narinfos(narthex, place, count, options.rate, options.seconds)
    figures["resident_mb"], figures["heap_mb"] = narthex.resident()
    figures["list_ms"], _ = timed(narthex, "GET", paths + "?limit=100")
    middle = count // 2
    figures["list_from_the_middle_ms"], _ = timed(narthex, "GET", f"{paths}?limit=100&after={middle}")
    figures["search_ms"], _ = timed(narthex, "GET", f"{paths}?name=package-{middle % PACKAGES}-&limit=100")
    figures["search_part_ms"], _ = timed(narthex, "GET", f"{paths}?name={middle % PACKAGES}-1.&limit=100")
    figures["search_nothing_ms"], _ = timed(narthex, "GET", f"{paths}?name=nowhere&limit=100")
    for what, i in ("few", count - 100), ("many", 3):
        seconds, found = narthex.auditor(f"select count(*) from audit.dependents('{base_name(i)}')")
        figures[f"dependents_of_one_that_{what}_need"] = {"s": seconds, "paths": int(found)}
    return figures


def sizes(narthex):
    """Bytes of each table that grows, with its indexes."""
    rows = narthex.sql("""select c.relname || ' ' || pg_table_size(c.oid) || ' ' || pg_indexes_size(c.oid) || ' ' || c.reltuples::bigint
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'
        and pg_total_relation_size(c.oid) > 1000000 order by pg_total_relation_size(c.oid) desc""")
    return [dict(zip(("table", "bytes", "index_bytes", "rows"), [w if n == 0 else int(w) for n, w in enumerate(line.split())]))
            for line in rows.splitlines()]


def main(directory, options):
    store = Store.__new__(Store)
    store.root = directory + "/store"
    os.makedirs(store.root)
    secret = directory + "/secret-key"
    run("nix-store", "--generate-binary-cache-key", "scale-1", secret, directory + "/scale.pub")
    narthex = Scaled("narthex", shlex.split(options.command), directory, store, secret)
    narthex.store = store
    bench.SERVERS.append(narthex)
    say(f"registering {options.store_paths:,} paths of a Nix store")
    if options.store_paths:
        options_of_store = argparse.Namespace(paths=options.store_paths)
        served(narthex, directory, options_of_store)
        os.rename(store.root + "/nix/var", directory + "/registered")
    narthex.start()
    # no bytes are behind the rows, which the reconcile job finds
    narthex.statements("""create function keep_given_out() returns trigger language plpgsql as
        $$begin new.quarantined_at := null; return new; end$$""")
    narthex.statements("create trigger keep_given_out before update on blob for each row execute function keep_given_out()")
    narthex.ask("PUT", "/api/v1/tenants/scale", {"quota": {"maxBytes": None}})
    narthex.ask("PUT", "/api/v1/tenants/scale/caches/all", {"visibility": "public"})
    narthex.ask("GET", "/scale/all/public-key")
    cache = narthex.sql("select c.id from cache c join tenant t on t.id = c.tenant_id where t.name = 'scale'")
    fill(narthex, cache, 0, FEW)
    settle(narthex, cache, FEW)
    result = {"versions": bench.versions(), "load": []}
    result["few"] = measured(narthex, "scale/all", FEW, options)
    begun = time.monotonic()
    fill_without_indexes(narthex, cache, FEW, options.paths)
    settle(narthex, cache, options.paths)
    result["fill_s"] = time.monotonic() - begun
    if options.store_paths:
        say("indexing the store")
        shutil.copytree(directory + "/registered", store.root + "/nix/var")
        narthex.end()
        narthex.start()
        result["index_paths_per_s"] = narthex.index_rate()
    result["many"] = measured(narthex, "scale/all", options.paths, options)
    begun = time.monotonic()
    narthex.ask("DELETE", f"/api/v1/tenants/scale/caches/all/paths/{base32(number_of(options.paths - 1)[:20])}")
    result["many"]["delete_ms"] = (time.monotonic() - begun) * 1e3
    result["sizes"] = sizes(narthex)
    result["load"] = os.getloadavg()
    print(json.dumps(result, indent=1))
    few, many = result["few"], result["many"]
    print(f"p99 of narinfos at random: {many['narinfos']['p99']:.1f} ms, {many['narinfos']['p99'] / few['narinfos']['p99']:.2f} times"
          f" that of {FEW} paths; heap {many['heap_mb'] - few['heap_mb']:.0f} MB more; ready in {many['start_s']:.1f} s", file=sys.stderr)
    if options.keep:
        print(f"src/bench/retention.py --url {narthex.url} --home {narthex.env['NARTHEX_HOME']} --tenant scale --cache all"
              f" --management http://127.0.0.1:{narthex.env['NARTHEX_MANAGEMENT_PORT']}; Enter ends the server", file=sys.stderr)
        sys.stdin.readline()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=10_000_000, help="that were pushed (%(default)s)")
    parser.add_argument("--store-paths", type=int, default=1_000_000, help="of the machine's Nix store (%(default)s); 0: none")
    parser.add_argument("--rate", type=int, default=1_000, help="narinfos a second (%(default)s)")
    parser.add_argument("--seconds", type=int, default=30, help="of asking (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="leave the server running until Enter is pressed, for retention.py")
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
