#!/usr/bin/env python3
"""Measures pushing into Narthex beside nginx's WebDAV PUT, which neither verifies nor syncs, and prints a table.

Both are pushed into in turn within each round, on the loopback, each time into an empty cache. README.md beside this
file says what is needed and what the figures mean.
"""
import argparse, base64, hashlib, http.client, json, os, random, re, shlex, signal, subprocess, sys, tempfile, time, urllib.request

import bench
from bench import Narthex, Nginx, Row, remove, run, say


class Closure(bench.Store):
    """300 paths, 1 GB, that refer to each other; and the same as a binary cache of files."""

    def __init__(self, directory, quick, compression):
        self.random = random.Random(2)
        self.root = os.path.join(directory, "store")
        self.nars = os.path.join(directory, "nars")
        self.remote = "local?root=" + self.root
        os.makedirs(self.root + "/nix/store")
        os.makedirs(self.nars)
        words = " ".join(self.random.choice(["store", "path", "hash", "build", "of", "the"])
                         for _ in range(900_000)).encode()
        self.pool = self.random.randbytes(4 * bench.MB) + words[:4 * bench.MB]
        self.kinds = {}
        self.add("closure", 300, lambda p, i: self.tree(p, self.random.randint(1, 20), 320_000 // (5 if quick else 1)))
        self.register()
        remove(self.nars)
        self.ready = directory + "/ready"
        env = {"NIX_REMOTE": self.remote, "HOME": directory, "XDG_CACHE_HOME": directory + "/cache"}
        run("nix", *NIX, "copy", "--to", f"file://{self.ready}?compression={compression}", self.top, env=env,
            capture_output=True)


NIX = ("--extra-experimental-features", "nix-command")


class Dav(Nginx):
    CONFIG = Nginx.CONFIG.replace("server {{", """server {{
                client_max_body_size 0; dav_methods PUT; create_full_put_path on; client_body_buffer_size 256k;""")

    def empty(self, number):
        os.makedirs(f"{self.www}/{number}")
        with open(f"{self.www}/{number}/nix-cache-info", "w") as f:
            f.write("StoreDir: /nix/store\n")
        return f"{self.url}/{number}", {}


class Pushed(Narthex):
    token = None

    def empty(self, number):
        """A new cache, by the API; gives its URL and the headers that open it, by a token that may push."""
        with open(self.env["NARTHEX_HOME"] + "/admin-token") as f:
            administrator = f.read().strip()
        for path in "bench", f"bench/caches/c{number}":
            self.ask(administrator, "PUT", path, {})
        if not self.token:
            self.token = self.ask(administrator, "POST", "bench/tokens", {"scopes": ["push"]})["token"]
        return f"{self.url.replace('//', f'//bench:{self.token}@')}/bench/c{number}", basic(self.token)

    def ask(self, token, method, path, body):
        request = urllib.request.Request(f"{self.url}/api/v1/tenants/{path}", json.dumps(body).encode(), method=method,
                                         headers={**basic(token), "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def basic(token):
    return {"Authorization": "Basic " + base64.b64encode(f"bench:{token}".encode()).decode()}


NUMBER = iter(range(1, 1_000_000))


def copied(directory, closure, compression):
    """A measurement by the real client."""
    def measure(server):
        url, _ = server.empty(next(NUMBER))
        home = tempfile.mkdtemp(dir=directory)
        env = {"HOME": home, "XDG_CACHE_HOME": home, "NIX_REMOTE": closure.remote, "NIX_CONF_DIR": home}
        begun = time.monotonic()
        run("nix", *NIX, "copy", "--to", f"{url}?compression={compression}", closure.top, env=env, capture_output=True)
        took = time.monotonic() - begun
        remove(home)
        return 1, took
    return measure


def put(closure):
    """A measurement by a loop over one connection: each NAR, and each narinfo behind those that it refers to."""
    infos = {}
    for name in os.listdir(closure.ready):
        if name.endswith(".narinfo"):
            text = bench.read(f"{closure.ready}/{name}")
            infos[name] = re.findall(r"\b[0-9a-z]{32}(?=-)", re.search("^References:(.*)$", text, re.M)[1])
    order, seen = [], set()

    def visit(name):
        if name not in seen:
            seen.add(name)
            for reference in infos[name]:
                visit(reference + ".narinfo")
            order.append(name)
    for name in sorted(infos):
        visit(name)
    files = ["nar/" + n for n in sorted(os.listdir(closure.ready + "/nar"))] + order

    def measure(server):
        url, headers = server.empty(next(NUMBER))
        host, _, path = url.rpartition("@")[2].removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(host, blocksize=1 << 18)
        begun = time.monotonic()
        for name in files:
            with open(f"{closure.ready}/{name}", "rb") as f:
                connection.request("PUT", f"/{path}/{name}", f, {
                    **headers, "Content-Length": str(os.fstat(f.fileno()).st_size)})
                answer = connection.getresponse()
                said = answer.read()
                if answer.status not in (200, 201, 204):
                    sys.exit(f"{server.name}: {name}: {answer.status} {said}")
        return 1, time.monotonic() - begun
    return measure


def hashed(closure):
    """Seconds that one core takes for the SHA-256 of all NARs: what verifying costs at the least, one after the other."""
    begun = time.monotonic()
    for name in os.listdir(closure.ready + "/nar"):
        with open(f"{closure.ready}/nar/{name}", "rb") as f:
            hashlib.file_digest(f, "sha256")
    return time.monotonic() - begun


def cost_of(row, name):
    """Seconds of CPU for one push."""
    return f"{row.cpu[name] / row.work[name]:.2f}"


def main(directory, options):
    say("making the closure")
    closure = Closure(directory, options.quick, options.compression)
    secret, public = directory + "/secret-key", directory + "/public-key"
    run("nix-store", "--generate-binary-cache-key", "bench-1", secret, public)
    dav = Dav(directory)
    with open(dav.www + "/nix-cache-info", "w") as f:
        f.write("StoreDir: /nix/store\n")
    narthex = Pushed("narthex", shlex.split(options.command), directory, closure, secret)
    narthexes = [narthex]
    if options.against:
        narthexes.append(Pushed("other", shlex.split(options.against), directory, closure, secret))
    bench.SERVERS += [dav, *narthexes]
    say("starting")
    for each in narthexes:
        each.start()
    dav.start()
    seconds, per_push = ("s", 1, 2), ("s of CPU", 1, 2)
    size = sum(os.path.getsize(f"{closure.ready}/nar/{n}") for n in os.listdir(closure.ready + "/nar")) / 1e6
    rows = [
        (Row(f"nix copy --to, 300 paths, {options.compression}", seconds, per_push, lower=True),
         copied(directory, closure, options.compression), 1.2),
        (Row(f"PUT of the same, ready, {size:.0f} MB", seconds, per_push, lower=True), put(closure), 2.0),
    ]
    for row, measurement, _ in rows:
        say(row.title)
        for i in range(1 + (2 if options.quick else 5)):
            for server in bench.SERVERS if i % 2 else bench.SERVERS[::-1]:
                # else the one waits for what the other left to be written to the disk
                os.sync()
                # the first round is for warming up
                (row if i else Row("warming up", None, None)).measure(server, measurement, least=0.1)
    print("\n".join(["", *bench.versions(), "", "| | nginx | narthex | times as long | at most | CPU, s |",
                     "|---|---|---|---|---|---|"]))
    for row, _, most in rows:
        pairs = sorted(n / m for n, m in zip(row.values["narthex"], row.values["nginx"]))
        ratio = pairs[len(pairs) // 2]
        middle = lambda values: f"{sorted(values)[len(values) // 2]:.2f} s"
        print(f"| {row.title} | {middle(row.values['nginx'])} | {middle(row.values['narthex'])} | **{ratio:.2f}** "
              f"({pairs[0]:.2f}–{pairs[-1]:.2f}) | {most} {'yes' if ratio <= most else '**no**'} "
              f"| {cost_of(row, 'nginx')} / {cost_of(row, 'narthex')} |")
    for row, _, _ in rows if options.against else []:
        pairs = sorted(n / o for n, o in zip(row.values["narthex"], row.values["other"]))
        print(f"\n- {row.title}: **{pairs[len(pairs) // 2]:.3f}** times as long as the other build "
              f"({pairs[0]:.2f}–{pairs[-1]:.2f}), CPU {cost_of(row, 'narthex')} / {cost_of(row, 'other')} s")
    print(f"\n- SHA-256 of the same, ready, on one core: {min(hashed(closure) for _ in range(3)):.2f} s")
    print("- narthex: peak RSS " + ", ".join(f"{n} {m:.0f} MB" for n, m in sorted(narthex.peaks().items())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a fifth of the bytes, two rounds")
    parser.add_argument("--compression", default="none", help="of the NARs: none, zstd, xz (%(default)s)")
    parser.add_argument("--command", default="mvn -q -B -Pserve", help="what starts Narthex (%(default)s)")
    parser.add_argument("--against", metavar="COMMAND", help="starts another build of Narthex, measured in turn too")
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
