#!/usr/bin/env python3
"""What memory Narthex holds at rest after a busy time, and what 16 streams add, beside another build given by --against.

README.md beside this file says what is needed and what the figures mean.
"""
import argparse, base64, concurrent.futures, hashlib, http.client, json, os, random, re, shlex, subprocess, sys, tempfile
import threading, time

import bench

MB = 1 << 20


class Use:
    """The same work for each build: pushes in three compressions with logs, narinfos present and absent, NARs, listings, the API."""

    def __init__(self, server):
        self.host = server.url.removeprefix("http://")
        self.random, self.pool, self.kept = random.Random(1), random.Random(2).randbytes(4 * MB), threading.local()
        with open(server.directory + "/home/admin-token") as f:
            self.admin = "Bearer " + f.read().strip()
        self.ask("PUT", "/api/v1/tenants/use", {})
        self.ask("PUT", "/api/v1/tenants/use/caches/c", {"visibility": "public"})
        token = self.ask("POST", "/api/v1/tenants/use/tokens", {"scopes": ["push"], "caches": ["c"]})["token"]
        self.pusher = "Basic " + base64.b64encode(f":{token}".encode()).decode()
        self.paths = []

    def send(self, method, path, body=None, authorization=None, kind="application/octet-stream", taken=(200, 201), tries=5):
        """Over the thread's connection; a third of the requests over a new one."""
        if self.random.random() < 0.3 or not hasattr(self.kept, "connection"):
            self.kept.connection = http.client.HTTPConnection(self.host, timeout=120)
        headers = {"Authorization": authorization} if authorization else {}
        try:
            self.kept.connection.request(method, path, body, {**headers, "Content-Type": kind} if body else headers)
            answer = self.kept.connection.getresponse()
            status, given = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as broken:  # the server has closed a connection that was idle
            del self.kept.connection
            status, given = 503, repr(broken)
        if status == 503 and tries:  # a machine that has much else to do: as a Nix client would, later
            time.sleep(2)
            return self.send(method, path, body, authorization, kind, taken, tries - 1)
        if status not in taken:
            sys.exit(f"{method} {path}: {status} {given[:200]}")
        return given

    def ask(self, method, path, value=None):
        body = None if value is None else json.dumps(value).encode()
        return json.loads(self.send(method, "/api/v1" + path.removeprefix("/api/v1"), body, self.admin, "application/json"))

    def push(self, number, size, compression):
        """A path of one file; gives its URLs."""
        chosen = random.Random(number)
        pieces = [self.pool[(at := chosen.randrange(3 * MB)):at + min(MB, size - done)] for done in range(0, size, MB)]
        nar = nar_of(b"".join(pieces) + number.to_bytes(8, "little"))
        data = packed(nar, compression)
        url = f"nar/{base32(hashlib.sha256(data).digest())}.nar{ {'none': '', 'xz': '.xz', 'zstd': '.zst'}[compression]}"
        part = "".join(chosen.choices(bench.BASE32, k=32))
        self.send("PUT", "/use/c/" + url, data, self.pusher)
        info = (f"StorePath: /nix/store/{part}-use-{number}\nURL: {url}\nCompression: {compression}\n"
                f"FileHash: sha256:{base32(hashlib.sha256(data).digest())}\nFileSize: {len(data)}\n"
                f"NarHash: sha256:{base32(hashlib.sha256(nar).digest())}\nNarSize: {len(nar)}\nReferences: \n")
        self.send("PUT", f"/use/c/{part}.narinfo", info.encode(), self.pusher)
        log = f"/use/c/log/{part}-use-{number}.drv"
        self.send("PUT", log, b"building\n" * (20_000 + number), self.pusher)
        return f"/use/c/{part}.narinfo", "/use/c/" + url, log

    def read(self, path):
        """As several machines do that substitute a closure, and a person who looks at it."""
        info, nar, log = path
        for _ in range(20):
            self.send("GET", self.random.choice(self.paths)[0])
            self.send("GET", f"/use/c/{''.join(self.random.choices(bench.BASE32, k=32))}.narinfo", taken=(404,))
        for url in nar, nar, log, info.replace(".narinfo", ".ls"), f"/use/c/serve/{info[7:39]}/":
            self.send("GET", url)

    def look(self, _):
        self.ask("GET", "/tenants/use/caches/c/paths?limit=1000")
        self.ask("GET", "/audit/events?limit=1000")

    def busy(self, rounds, paths):
        sizes, numbers = [1_000, 20_000, 200_000, 2_000_000, 8_000_000], iter(range(1_000_000))
        with concurrent.futures.ThreadPoolExecutor(16) as threads:
            for i in range(rounds):
                if i % 10 == 0:
                    bench.say(f"round {i} of {rounds}")
                jobs = [threads.submit(self.push, next(numbers), self.random.choice(sizes), ["zstd", "none", "xz"][j % 3])
                        for j in range(paths)]
                self.paths += [job.result() for job in jobs]
                list(threads.map(self.read, self.random.choices(self.paths, k=2 * paths)))
                list(threads.map(self.look, range(paths)))
        self.large = [self.push(next(numbers), (10 + i) * MB, "none")[1] for i in range(16)]


def base32(digest):
    """Nix's: the digest as a little-endian number, most significant digit first."""
    value, text = int.from_bytes(digest, "little"), ""
    for i in reversed(range((len(digest) * 8 + 4) // 5)):
        text += bench.BASE32[value >> 5 * i & 31]
    return text


def nar_of(contents):
    def word(b):
        return len(b).to_bytes(8, "little") + b + b"\0" * (-len(b) % 8)
    return b"".join(map(word, [b"nix-archive-1", b"(", b"type", b"regular", b"contents", contents, b")"]))


def packed(nar, compression):
    command = {"zstd": ["zstd", "-qc1"], "xz": ["xz", "-qc0"]}.get(compression)
    return subprocess.run(command, input=nar, capture_output=True, check=True).stdout if command else nar


def resident(server):
    """MB that the kernel counts for WildFly's process now."""
    for pid in server.processes():
        if "-D[Standalone]" in bench.read(f"/proc/{pid}/cmdline"):
            return int(re.search(r"VmRSS:\s+(\d+) kB", bench.read(f"/proc/{pid}/status"))[1]) / 1024
    sys.exit(f"{server.name}: no WildFly runs")


def measure(server, options):
    server.start()
    try:
        begun = resident(server)
        use = Use(server)
        use.busy(options.rounds, options.paths)
        busy = resident(server)
        bench.say(f"{server.name}: {begun:.0f} MB at first, {busy:.0f} MB when the work ended; at rest for {options.rest} s")
        time.sleep(options.rest)
        rest = resident(server)
        curls = [subprocess.Popen(["curl", "-sf", "-o", "/dev/null", "--limit-rate", "1M", server.url + url])
                 for url in use.large]
        bench.say(f"{server.name}: {rest:.0f} MB at rest; 16 streams")
        most = rest
        while any(c.poll() is None for c in curls):
            most = max(most, resident(server))
            time.sleep(0.2)
        if any(c.returncode for c in curls):
            sys.exit(f"{server.name}: a stream broke")
        return begun, busy, rest, most - rest
    finally:
        server.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="of the work (20)")
    parser.add_argument("--paths", type=int, default=50, help="pushed in each round (50)")
    parser.add_argument("--rest", type=int, default=240, help="seconds of rest (240: giving back waits for a quiet minute)")
    parser.add_argument("--command", default="mvn -q -B -Pserve", help="starts this build")
    parser.add_argument("--against", metavar="COMMAND", help="starts another build, given the same work")
    options = parser.parse_args()
    bench.STARTED = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="narthex-memory-") as directory:
        os.makedirs(directory + "/store")
        store = type("EmptyStore", (), {"root": directory + "/store"})
        rows = {}
        for name, command in [("this", options.command), ("other", options.against)]:
            if command:
                server = bench.Narthex(name, shlex.split(command), directory, store, "")
                del server.env["NIX_SECRET_KEY_FILE"]
                rows[name] = measure(server, options)
    print("| WildFly's memory, MB | at first | when the work ended | at rest | more by 16 streams |\n|---|---|---|---|---|")
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(f"{value:.0f}" for value in row) + " |")
    if "other" in rows:
        print(f"\nat rest: {rows['this'][2] / rows['other'][2]:.2f} of the other build's")


if __name__ == "__main__":
    main()
