#!/usr/bin/env python3
"""Measures Narthex in front of an upstream beside nginx's proxy_store in front of the same, and prints a table in Markdown.

The upstream is nginx over static files, and all of them are asked in turn within each round, on the loopback. README.md beside this
file says what is needed and what the figures mean.
"""
import argparse, concurrent.futures, http.client, json, os, random, re, shlex, signal, socket, statistics, subprocess, sys
import tempfile, threading, time, urllib.request

import bench
from bench import BASE32, MB, Narthex, Nginx, remove, run, say

NIX = ("--extra-experimental-features", "nix-command")
NUMBER = iter(range(1, 1_000_000))


class Closure(bench.Store):
    """Paths that refer to each other, signed, as a binary cache of files; and one large file beside them."""

    def __init__(self, directory, options):
        self.random = random.Random(3)
        self.root = os.path.join(directory, "store")
        self.nars = os.path.join(directory, "nars")
        self.remote = "local?root=" + self.root
        os.makedirs(self.root + "/nix/store")
        os.makedirs(self.nars)
        words = " ".join(self.random.choice(["store", "path", "hash", "build", "of", "the"])
                         for _ in range(900_000)).encode()
        self.pool = self.random.randbytes(4 * MB) + words[:4 * MB]
        self.kinds, self.told = {}, {}
        files = options.megabytes * 1_000_000 // options.paths // 10
        self.add("closure", options.paths, lambda p, i: self.tree(p, self.random.randint(1, 20), files))
        self.add("large", 1, lambda p, i: self.file(p, options.large * 1_000_000))
        self.register()
        remove(self.nars)
        self.www = directory + "/www"
        secret, public = directory + "/secret-key", directory + "/public-key"
        run("nix-store", "--generate-binary-cache-key", "upstream-1", secret, public)
        self.key = bench.read(public).strip()
        self.top = "/nix/store/" + self.kinds["closure"][-1]
        self.large = "/nix/store/" + self.kinds["large"][0]
        env = {"NIX_REMOTE": self.remote, "HOME": directory, "XDG_CACHE_HOME": directory + "/cache"}
        run("nix", *NIX, "store", "sign", "--recursive", "--key-file", secret, self.top, self.large, env=env)
        run("nix", *NIX, "copy", "--to", f"file://{self.www}?compression={options.compression}", self.top, self.large,
            env=env, capture_output=True)

    def register(self):
        """As the others do, with the last of the closure above all of them however many there are."""
        names, hashes = [n for kind in self.kinds.values() for n in kind], {}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
            for name, digest in zip(names, threads.map(self.dump, names)):
                hashes[name] = digest
        lines = []
        for kind, all_of in self.kinds.items():
            for i, name in enumerate(all_of):
                before = all_of[:i] if kind == "closure" else []
                last = i == len(all_of) - 1
                references = before if last else self.random.sample(before, min(len(before), 6))
                lines += ["/nix/store/" + name, hashes[name], str(os.path.getsize(f"{self.nars}/{name}")), "",
                          str(len(references))] + ["/nix/store/" + r for r in references]
        run("nix-store", "--load-db", env={"NIX_REMOTE": self.remote}, input="\n".join(lines) + "\n", text=True)


class Origin(Nginx):
    """The upstream."""

    def __init__(self, directory, www):
        self.name, self.directory, self.process, self.www = "upstream", directory + "/upstream", None, www
        os.makedirs(self.directory)
        self.CONFIG = Nginx.CONFIG.replace("root {d}/www;", "root " + www + ";").replace(
            "access_log off;", "access_log {d}/access.log;")

    def cold(self):
        return self.url

    def requests(self, words):
        return sum(words in line for line in bench.read(self.directory + "/access.log").splitlines())


class Store(Nginx):
    """nginx that keeps what it fetched, as people use it: nothing is verified."""

    CONFIG = Nginx.CONFIG.replace(
        "root {d}/www; }}",
        """
                location ~ ^/(?<round>[0-9]+)(?<rest>/.*)$ {{
                    root {d}/www; try_files $uri @fetch;
                }}
                location @fetch {{
                    internal; rewrite ^/[0-9]+(/.*)$ $1 break; proxy_pass UPSTREAM; proxy_http_version 1.1;
                    proxy_set_header Connection ""; proxy_store {d}/www/$round$rest; proxy_store_access user:rw;
                }}
                location / {{ root {d}/www; }} }}""").replace("open_file_cache_errors on;", "").replace(
        "open_file_cache max=100000 inactive=1h; open_file_cache_valid 1h;", "")

    def __init__(self, directory, origin):
        super().__init__(directory)
        self.name = "nginx"
        self.CONFIG = Store.CONFIG.replace("UPSTREAM", origin.url)
        with open(self.www + "/nix-cache-info", "w") as f:
            f.write("StoreDir: /nix/store\n")

    def cold(self):
        number = next(NUMBER)
        os.makedirs(f"{self.www}/{number}")
        return f"{self.url}/{number}"


class Proxy(Narthex):
    """Narthex; each cold round has an upstream of its own, since bytes of an upstream serve all caches."""

    wildfly = 0

    def prepare(self, origin, key):
        self.origin, self.key = origin, key
        with open(self.env["NARTHEX_HOME"] + "/admin-token") as f:
            self.administrator = f.read().strip()
        self.ask("tenants/bench", {})

    @classmethod
    def running(cls, url, home):
        """One that somebody has started, with NARTHEX_UPSTREAM_ADDRESSES=127.0.0.1."""
        made = cls.__new__(cls)
        made.name, made.url, made.process, made.directory = "narthex", url.rstrip("/"), None, "/nowhere"
        made.env = {"NARTHEX_HOME": os.path.expanduser(home)}
        made.main = bench.Peer.listener(int(made.url.rpartition(":")[2]))
        return made

    def ask(self, path, body, method="PUT"):
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", json.dumps(body).encode(), method=method, headers={
            "Authorization": "Bearer " + self.administrator, "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def cold(self):
        number = next(NUMBER)
        self.ask(f"upstreams/u{number}", {"url": self.origin.url, "trustedPublicKeys": [self.key], "offeredTo": ["bench"]})
        self.ask(f"tenants/bench/caches/c{number}", {"visibility": "public", "sources": ["uploads", f"upstream:u{number}"]})
        return f"{self.url}/bench/c{number}"

    def plain(self):
        number = next(NUMBER)
        self.ask(f"tenants/bench/caches/c{number}", {"visibility": "public", "sources": ["uploads"]})
        return f"{self.url}/bench/c{number}"

    def trusted(self, url):
        with urllib.request.urlopen(url + "/public-key") as answer:
            return answer.read().decode().strip()

    def memory(self):
        """MB that WildFly has in memory now."""
        if not self.wildfly:
            self.wildfly = next(p for p in self.processes() if "-D[Standalone]" in bench.read(f"/proc/{p}/cmdline"))
        return int(re.search(r"VmRSS:\s+(\d+) kB", bench.read(f"/proc/{self.wildfly}/status"))[1]) / 1024


def client(directory, closure, url, key, copy):
    """Seconds that the real client takes, with empty caches and an empty store."""
    home = tempfile.mkdtemp(dir=directory)
    env = {"HOME": home, "XDG_CACHE_HOME": home + "/cache", "NIX_REMOTE": f"local?root={home}/to", "NIX_CONF_DIR": home}
    options = [*NIX, "--option", "trusted-public-keys", key]
    command = ["copy", "--from", url] if copy else ["path-info", "--recursive", "--store", url]
    run("nix-store", "--init", env=env)
    begun = time.monotonic()
    out = run("nix", *options, *command, closure.top, env=env, capture_output=True, text=True).stdout
    took = time.monotonic() - begun
    count = len(os.listdir(home + "/to/nix/store")) - 1 if copy else len(out.split())
    remove(home)
    if count < len(closure.kinds["closure"]):
        sys.exit(f"{url}: {count} paths came")
    return took


def absent(url, hashes):
    """Seconds for one narinfo that is not there, each asked for before, over one connection."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    seconds = []
    for turn in range(5):
        for name in hashes:
            begun = time.perf_counter()
            connection.request("GET", f"/{path}/{name}.narinfo")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 404:
                sys.exit(f"{url}: {answer.status} for what is not there")
            if turn:
                seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def nar_of(url, path):
    """Where a cache says that the NAR of a path is."""
    with urllib.request.urlopen(f"{url}/{os.path.basename(path)[:32]}.narinfo") as answer:
        return re.search(r"^URL: (.*)$", answer.read().decode(), re.M)[1]


def first_byte(url):
    """Seconds until the first byte of an answer has come."""
    begun = time.monotonic()
    with urllib.request.urlopen(url) as answer:
        answer.read(1)
        return time.monotonic() - begun


def crowd(narthex, origin, closure, clients):
    """As many clients at once for one file that nobody has fetched."""
    url = narthex.cold()
    nar = nar_of(url, closure.large)
    theirs = first_byte(f"{origin.url}/{nar_of(origin.url, closure.large)}")
    host, _, path = url.removeprefix("http://").partition("/")
    address = (host.rpartition(":")[0], int(host.rpartition(":")[2]))
    request = f"GET /{path}/{nar} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    before, asked, first, whole = narthex.memory(), origin.requests("GET /nar/"), [], []
    peak, over = [before], threading.Event()

    def watch():
        while not over.wait(0.2):
            peak.append(narthex.memory())

    def fetch(_):
        room = bytearray(MB)
        with socket.create_connection(address, timeout=600) as s:
            s.sendall(request)
            head = b""
            while b"\r\n\r\n" not in head:
                head += s.recv(1024) or sys.exit("no answer")
            body = head.partition(b"\r\n\r\n")[2] or s.recv(1) or sys.exit("no body")
            first.append(time.monotonic() - begun)
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
            left = length - len(body)
            # the kernel throws away what a client of a benchmark does not look at
            while left > 0 and (n := s.recv_into(room, 0, socket.MSG_TRUNC)):
                left -= n
            whole.append(left == 0)

    watching = threading.Thread(target=watch)
    watching.start()
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(clients) as threads:
        list(threads.map(fetch, range(clients)))
    took = time.monotonic() - begun
    over.set()
    watching.join()
    return {"clients": clients, "whole": sum(whole), "requests": origin.requests("GET /nar/") - asked, "seconds": took,
            "first": min(first), "theirs": theirs, "megabytes": max(peak) - before}


def ratio(ours, theirs):
    pairs = sorted(a / b for a, b in zip(ours, theirs))
    return pairs[len(pairs) // 2], pairs[0], pairs[-1]


def line(title, values, unit, against, most):
    middle = lambda name: f"{statistics.median(values[name]) * unit[1]:.2f} {unit[0]}" if name in values else ""
    found, least, greatest = ratio(values["narthex"], values[against])
    return (f"| {title} | {middle('upstream')} | {middle('nginx')} | {middle('narthex')} | **{found:.2f}** "
            f"({least:.2f}–{greatest:.2f}) | {most} {'yes' if found <= most else '**no**'} |")


def main(directory, options):
    say("making the closure")
    closure = Closure(directory, options)
    origin = Origin(directory, closure.www)
    bench.SERVERS.append(origin)
    origin.start()
    store = Store(directory, origin)
    say("starting")
    bench.SERVERS.append(store)
    store.start()
    if options.url:
        narthex = Proxy.running(options.url, options.home)
    else:
        narthex = Proxy("narthex", shlex.split(options.command), directory, closure, directory + "/secret-key")
        narthex.env.pop("NIX_SECRET_KEY_FILE")
        narthex.env |= {"NARTHEX_UPSTREAM_ADDRESSES": "127.0.0.1"}
        bench.SERVERS.append(narthex)
        narthex.start()
    narthex.prepare(origin, closure.key)
    cold, warm, walk = {}, {}, {}
    servers = [origin, store, narthex]
    for i in range(options.rounds + 1):
        say(f"round {i}" if i else "warming up")
        for server in servers if i % 2 else servers[::-1]:
            copied, walked = server.cold(), server.cold()
            key = narthex.trusted(copied) if server is narthex else closure.key
            times = [client(directory, closure, walked, key, False)]
            for _ in range(2):
                # else the one waits for what the other left to be written to the disk
                os.sync()
                times.append(client(directory, closure, copied, key, True))
            for values, seconds in zip((walk, cold, warm), times):
                if i:
                    values.setdefault(server.name, []).append(seconds)
    none = ["".join(closure.random.choices(BASE32, k=32)) for _ in range(500)]
    absences = {"narthex": [], "own": []}
    proxied, plain = narthex.cold(), narthex.plain()
    for _ in range(options.rounds):
        absences["narthex"].append(absent(proxied, none))
        absences["own"].append(absent(plain, none))
    print("\n".join(["", *bench.versions(), f"- load of the machine at the end: {os.getloadavg()[0]:.1f}", "",
                     f"| {options.paths} paths, {options.megabytes} MB, {options.compression} | upstream itself | nginx | narthex"
                     " | times as long | at most |", "|---|---|---|---|---|---|",
                     line("cold, beside proxy_store", cold, ("s", 1), "nginx", 1.15),
                     line("warm, beside proxy_store", warm, ("s", 1), "nginx", 1.0),
                     line("walk of cold narinfos, beside the upstream", walk, ("s", 1), "upstream", 1.5),
                     line("absent and remembered, beside absent without upstreams", absences, ("ms", 1000), "own", 1.1)]))
    if options.clients:
        seen = crowd(narthex, origin, closure, options.clients)
        print("\n- {clients} clients at once for a cold NAR of {large} MB: {whole} got it whole, {requests} GET at the upstream,"
              " {seconds:.1f} s, first byte after {first:.3f} s (of the upstream itself: {theirs:.3f} s), memory of WildFly grew by"
              " {megabytes:.0f} MB".format(large=options.large, **seen))
    print("- narthex: peak RSS " + ", ".join(f"{n} {m:.0f} MB" for n, m in sorted(narthex.peaks().items())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=300, help="how many (%(default)s)")
    parser.add_argument("--megabytes", type=int, default=1_000, help="of all of them (%(default)s)")
    parser.add_argument("--large", type=int, default=1_000, help="MB of the file that the crowd fetches (%(default)s)")
    parser.add_argument("--clients", type=int, default=500, help="of the crowd; 0: none (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="besides the first, which is for warming up (%(default)s)")
    parser.add_argument("--compression", default="zstd", help="of the NARs: none, zstd, xz (%(default)s)")
    parser.add_argument("--url", help="of a Narthex that runs already, with NARTHEX_UPSTREAM_ADDRESSES=127.0.0.1")
    parser.add_argument("--home", default="~/.narthex", help="its NARTHEX_HOME (%(default)s)")
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
