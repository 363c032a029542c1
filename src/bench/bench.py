#!/usr/bin/env python3
"""Measures Narthex as shipped beside nginx over static files of the same paths, and prints a table in Markdown.

Both serve in turn within each round, on the loopback. Every answer is compared before any ratio is printed.
README.md beside this file says what is needed and what the figures mean.
"""
import argparse, concurrent.futures, datetime, hashlib, http.client, json, os, platform, random, re, shlex, shutil
import signal, socket, statistics, struct, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
BASE32 = "0123456789abcdfghijklmnpqrsvwxyz"
TICKS = os.sysconf("SC_CLK_TCK")
MB = 1 << 20


def run(*command, env=None, **more):
    return subprocess.run(command, check=True, env={**os.environ, **(env or {})}, **more)


def say(text):
    print(f"[{time.monotonic() - STARTED:4.0f} s] {text}", file=sys.stderr, flush=True)


# ---- the store: paths of the kinds that a cache is asked for, in a store root of their own

class Store:
    """Its paths by kind, and each one's NAR as nix-store --dump made it."""

    def __init__(self, directory, quick):
        self.random = random.Random(1)
        self.root = os.path.join(directory, "store")
        self.nars = os.path.join(directory, "nars")
        self.remote = "local?root=" + self.root
        os.makedirs(self.root + "/nix/store")
        os.makedirs(self.nars)
        words = " ".join(self.random.choice(["store", "path", "hash", "build", "of", "the", "a", "(", ")", "\n"])
                         for _ in range(800_000)).encode()
        self.pool = self.random.randbytes(4 * MB) + words[:4 * MB]
        self.kinds, self.told = {}, {}
        part = 4 if quick else 1
        self.add("closure", 300, lambda p, i: self.tree(p, self.random.randint(1, 20), 60_000 // part))
        self.add("small", 2_000 // part, lambda p, i: self.file(p, 10_000))
        self.add("sixteen", 16, lambda p, i: self.file(p, (10 + 20 * i // 15) * MB))
        self.add("huge", 1, lambda p, i: self.file(p, 1_000_000_000 // part))
        self.add("many", 1, lambda p, i: self.tree(p, 43_000 // part, 23_500))
        self.add("first", 100_000 // (part * part), lambda p, i: self.file(p, 64))
        self.register()

    def add(self, kind, count, make):
        names = []
        for i in range(count):
            names.append("".join(self.random.choices(BASE32, k=32)) + f"-{kind}-{i}")
            make(f"{self.root}/nix/store/{names[-1]}", i)
        self.kinds[kind] = names

    def file(self, path, size):
        with open(path, "wb") as out:
            while size > 0:
                start = self.random.randrange(len(self.pool))
                size -= out.write(self.pool[start:start + size])

    def tree(self, path, files, mean):
        """Some files large, most small: the spread of sizes that packages have."""
        for i in range(files):
            directory = f"{path}/share/{i // 1000}/{i // 50}"
            if i % 50 == 0:
                os.makedirs(directory)
            self.file(f"{directory}/file-{i}", min(int(self.random.lognormvariate(0, 1.5) / 3.08 * mean), 20 * MB))

    def dump(self, name):
        digest = hashlib.sha256()
        if "-first-" in name:  # a process each would take minutes
            with open(f"{self.root}/nix/store/{name}", "rb") as f, open(f"{self.nars}/{name}", "wb") as out:
                out.write(nar_of(f.read()))
            return hashlib.sha256(nar_of(read_bytes(f"{self.root}/nix/store/{name}"))).hexdigest()
        with open(f"{self.nars}/{name}", "wb") as out:
            with subprocess.Popen(["nix-store", "--dump", f"{self.root}/nix/store/{name}"],
                                  stdout=subprocess.PIPE) as dump:
                while piece := dump.stdout.read(MB):
                    digest.update(piece)
                    out.write(piece)
        return digest.hexdigest()

    def register(self):
        """By --load-db, which takes hashes and references as they are given."""
        names = [name for kind in self.kinds.values() for name in kind]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
            hashes = list(threads.map(self.dump, names))
        lines = []
        for i, name in enumerate(names):
            kind, number = name.split("-")[1], int(name.rpartition("-")[2])
            before = self.kinds[kind][max(0, number - 3_000):number] if kind in ("closure", "first") else []
            references = before if kind == "closure" and number == 299 else self.random.sample(before, min(len(before), 6))
            if kind == "first":
                self.told[name] = (hashes[i], os.path.getsize(f"{self.nars}/{name}"), references)
            lines += ["/nix/store/" + name, hashes[i], str(os.path.getsize(f"{self.nars}/{name}")), "",
                      str(len(references))] + ["/nix/store/" + r for r in references]
        run("nix-store", "--load-db", env={"NIX_REMOTE": self.remote}, input="\n".join(lines) + "\n", text=True)
        self.top = "/nix/store/" + self.kinds["closure"][-1]


def nar_of(contents):
    """The NAR of one regular file."""
    text = lambda b: struct.pack("<Q", len(b)) + b + bytes(-len(b) % 8)
    words = [b"nix-archive-1", b"(", b"type", b"regular", b"contents", contents, b")"]
    return b"".join(map(text, words))


def read_bytes(path):
    with open(path, "rb") as f:
        return f.read()


# ---- the servers

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read().decode("utf-8", "replace")
    except OSError:
        return ""


class Server:
    """A server under test: what the kernel knows of its processes."""

    def processes(self):
        """Its main process and all below it, and what runs in its directory: PostgreSQL leaves the tree."""
        parents, mine = {}, set()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            stat = read(f"/proc/{pid}/stat")
            if stat:
                parents[int(pid)] = int(stat.rpartition(")")[2].split()[1])
                if int(pid) == self.main or f"{self.directory}/" in read(f"/proc/{pid}/cmdline"):
                    mine.add(int(pid))
        while more := {p for p, parent in parents.items() if parent in mine and p not in mine}:
            mine |= more
        return mine

    def cpu(self):
        """Seconds of processor time so far."""
        stats = [read(f"/proc/{p}/stat").rpartition(")")[2].split() for p in self.processes()]
        return sum(int(s[11]) + int(s[12]) for s in stats if s) / TICKS

    def peaks(self):
        """MB, at most so far, by name of the program."""
        sizes = {}
        for p in self.processes():
            status = read(f"/proc/{p}/status")
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            if found:
                name = "WildFly" if "-D[Standalone]" in read(f"/proc/{p}/cmdline") else status.split()[1]
                sizes[name] = sizes.get(name, 0) + int(found[1]) / 1024
        return sizes

    def share(self):
        """MB of memory now, what processes share counted once (Pss)."""
        found = [re.search(r"^Pss:\s+(\d+) kB", read(f"/proc/{p}/smaps_rollup"), re.M) for p in self.processes()]
        return sum(int(f[1]) for f in found if f) / 1024

    def end(self):
        """Returns when the last process is gone."""
        if self.process:
            if self.process.poll() is None:
                os.kill(self.main, signal.SIGTERM)
            self.process.wait(600)  # a busy machine takes its time to write the classes that it keeps
            for _ in range(6000):
                if not self.processes():
                    return
                time.sleep(0.1)
            sys.exit(f"{self.name} does not stop: {self.processes()}")


class Nginx(Server):
    CONFIG = """
        {user} worker_processes 2; pid {d}/pid; error_log {d}/error.log; daemon off;
        events {{ worker_connections 4096; }}
        http {{
            access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; log_not_found off;
            open_file_cache max=100000 inactive=1h; open_file_cache_valid 1h; open_file_cache_errors on;
            types {{ text/x-nix-narinfo narinfo; application/x-nix-nar nar; }} default_type text/plain;
            client_body_temp_path {d}/t; proxy_temp_path {d}/t; fastcgi_temp_path {d}/t; uwsgi_temp_path {d}/t;
            scgi_temp_path {d}/t;
            server {{ listen 127.0.0.1:{port}; root {d}/www; }}
        }}"""

    def __init__(self, directory):
        self.name, self.directory, self.process = "nginx", directory + "/nginx", None
        self.www = self.directory + "/www"
        os.makedirs(self.www + "/nar")

    def start(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with open(self.directory + "/nginx.conf", "w") as f:
            f.write(self.CONFIG.format(d=self.directory, port=port, user="user root;" if os.getuid() == 0 else ""))
        self.process = subprocess.Popen(["nginx", "-p", self.directory, "-e", "stderr", "-c",
                                         self.directory + "/nginx.conf"])
        self.main = self.process.pid
        while True:
            try:
                urllib.request.urlopen(self.url + "/nix-cache-info").close()
                return
            except OSError:
                time.sleep(0.05)


class Narthex(Server):
    """Started by the command of the README at first, then by the launcher's own, seen in the process table."""

    def __init__(self, name, command, directory, store, key):
        self.name, self.command, self.process = name, command, None
        self.directory = f"{directory}/{name}"
        ports = [free_port() for _ in range(3)]
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith(("NARTHEX_", "NIX_"))},
                    "NARTHEX_HOME": self.directory + "/home", "NARTHEX_NIX_STORE": store.root, "NIX_SECRET_KEY_FILE": key,
                    "NARTHEX_PORT": str(ports[0]), "NARTHEX_HTTPS_PORT": str(ports[1]),
                    "NARTHEX_MANAGEMENT_PORT": str(ports[2])}
        os.makedirs(self.directory)

    def start(self):
        """Returns the seconds from the launcher's start to its banner."""
        begun = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.process = subprocess.Popen(self.command, cwd=PROJECT, env=self.env, stdout=subprocess.PIPE, text=True)
        self.main = self.process.pid
        for line in self.process.stdout:
            if "Narthex serves" in line:
                break
        else:
            sys.exit(f"{self.name} did not start; it said above why")
        shown = time.clock_gettime(time.CLOCK_BOOTTIME)
        for pid in self.processes():
            words = read(f"/proc/{pid}/cmdline").split("\0")[:-1]
            if "io.narthex.serve.Serve" in words:
                self.main, self.command = pid, words
                begun = int(read(f"/proc/{pid}/stat").rpartition(")")[2].split()[19]) / TICKS
        return shown - begun


    def index_rate(self):
        """Signed paths a second of the first index, from the record of the job."""
        with open(self.directory + "/home/admin-token") as f:
            token = f.read().strip()
        while True:
            request = urllib.request.Request(self.url + "/api/v1/jobs/reindex/runs",
                                             headers={"Authorization": "Bearer " + token})
            with urllib.request.urlopen(request) as answer:
                text = json.load(answer)
            runs = next((v for v in text.values() if isinstance(v, list)), []) if isinstance(text, dict) else text
            ended = [r for r in runs if r.get("endedAt") and r["added"] > 1_000]
            if ended:
                at = lambda key: datetime.datetime.fromisoformat(ended[-1][key].replace("Z", "+00:00"))
                return ended[-1]["added"] / (at("endedAt") - at("startedAt")).total_seconds()
            time.sleep(0.2)


class Peer(Server):
    """A server that somebody else has started over the same paths; its URLs of NARs are its own."""

    def __init__(self, name, url):
        self.name, self.url, self.process, self.directory = name, url.rstrip("/"), None, "/nowhere"
        self.main = self.listener(int(self.url.rpartition(":")[2]))

    @staticmethod
    def listener(port):
        """The process that listens on a port of the loopback; -1 where that cannot be told."""
        sockets = {line.split()[9] for table in ("/proc/net/tcp", "/proc/net/tcp6") for line in read(table).splitlines()[1:]
                   if line.split()[3] == "0A" and int(line.split()[1].rpartition(":")[2], 16) == port}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                for fd in os.listdir(f"/proc/{pid}/fd"):
                    if os.readlink(f"/proc/{pid}/fd/{fd}").removeprefix("socket:[").rstrip("]") in sockets:
                        return int(pid)
            except OSError:
                continue
        return -1

    def learn(self, urls, kinds):
        """Which of its NARs is which of ours."""
        self.paths = {}
        for kind, mine in urls.items():
            for name, ours in zip(kinds[kind], mine):
                with urllib.request.urlopen(f"{self.url}/{name[:32]}.narinfo") as answer:
                    self.paths[ours] = re.search(r"^URL: (.*)$", answer.read().decode(), re.M)[1]


# ---- asking

def path_of(server, path):
    return getattr(server, "paths", {}).get(path, path)


def body(url):
    """Status, SHA-256 and length of an answer."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    connection.request("GET", "/" + path)
    answer = connection.getresponse()
    digest, length = hashlib.sha256(), 0
    while piece := answer.read(MB):
        digest.update(piece)
        length += len(piece)
    connection.close()
    return answer.status, digest.hexdigest(), length


def hammer(paths, connections, seconds, status=200, once=False):
    """
    A measurement by wrk, which ends when all paths were asked for if that is to be done once. This one and those below give the work
    done and the seconds it took.
    """
    def measure(server):
        mine = paths
        if getattr(server, "paths", None):
            mine = f"{paths}.{server.name}"
            with open(paths) as ours, open(mine, "w") as theirs:
                theirs.writelines(f"/{path_of(server, line[1:].strip())}\n" for line in ours)
        out = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", HERE + "/paths.lua", server.url, "--", mine,
                  *["once"][:once], capture_output=True, text=True).stdout
        seen = json.loads(out.splitlines()[-1])
        if seen["broken"] or seen["status"] != (0 if status == 200 else seen["answers"]):
            sys.exit(f"{server.name}: wrong answers: {seen}")
        return seen["answers"], seen["micros"] / 1e6
    return measure


def transfer(paths, size, rate=None, coded=False):
    """A measurement by as many curls at once as there are paths: GB."""
    def measure(server):
        begun = time.monotonic()
        curls = [subprocess.Popen(["curl", "-sf", "-o", "/dev/null", *(["--limit-rate", rate] if rate else []),
                                   *(["-H", "Accept-Encoding: zstd"] if coded else []),
                                   f"{server.url}/{path_of(server, p)}"]) for p in paths]
        if any(c.wait() for c in curls):
            sys.exit(f"{server.name}: a transfer broke")
        return size / 1e9, time.monotonic() - begun
    return measure


def nix(directory, store, key, copy):
    """A measurement by the real client with empty caches: a walk, or a copy, of the closure."""
    def measure(server):
        home = tempfile.mkdtemp(dir=directory)
        env = {"HOME": home, "XDG_CACHE_HOME": home, "NIX_REMOTE": f"local?root={home}/to", "NIX_CONF_DIR": home}
        options = ["--extra-experimental-features", "nix-command", "--option", "trusted-public-keys", key]
        command = ["copy", "--from", server.url] if copy else ["path-info", "--recursive", "--store", server.url]
        run("nix-store", "--init", env=env)
        begun = time.monotonic()
        out = run("nix", *options, *command, store.top, env=env, capture_output=True, text=True).stdout
        took = time.monotonic() - begun
        count = len(os.listdir(home + "/to/nix/store")) - 1 if copy else len(out.split())
        if count < len(store.kinds["closure"]):
            sys.exit(f"{server.name}: {count} paths came")
        remove(home)
        return 1, took
    return measure


def remove(directory):
    subprocess.run(["chmod", "-R", "u+w", directory], check=False)
    shutil.rmtree(directory, ignore_errors=True)


# ---- the run

class Row:
    """What was measured of one workload: per server and round a value, and processor seconds and work in all."""

    def __init__(self, title, unit, per, lower=False, target=None):
        self.title, self.unit, self.per, self.lower, self.target = title, unit, per, lower, target
        self.values, self.cpu, self.work = {}, {}, {}

    def measure(self, server, measurement, least=1):
        """At least a second: processor time is counted in hundredths."""
        before, work, seconds = server.cpu(), 0, 0
        while seconds < least:
            more = measurement(server)
            work, seconds = work + more[0], seconds + more[1]
        self.values.setdefault(server.name, []).append(seconds / work if self.lower else work / seconds)
        self.cpu[server.name] = self.cpu.get(server.name, 0) + server.cpu() - before
        self.work[server.name] = self.work.get(server.name, 0) + work

    def cells(self, name):
        pick = lambda values: (f"{statistics.median(values) / self.unit[1]:.{self.unit[2]}f} "
                               f"({min(values) / self.unit[1]:.{self.unit[2]}f}–{max(values) / self.unit[1]:.{self.unit[2]}f})")
        cost = lambda n: f"{self.cpu[n] / self.work[n] * self.per[1]:.{self.per[2]}f}"
        both = list(zip(self.values[name], self.values["nginx"]))
        ratios = [n / m if self.lower else m / n for m, n in both]
        ratio = statistics.median(ratios)
        target = "" if self.target is None else f"≥ {self.target} {'yes' if ratio >= self.target else '**no**'}"
        return [self.title, self.unit[0], pick(self.values["nginx"]), pick(self.values[name]),
                f"**{ratio:.2f}** ({min(ratios):.2f}–{max(ratios):.2f})", target,
                f"{cost('nginx')} / {cost(name)} {self.per[0]}"]


def publish(store, nginx, narthex):
    """Gives nginx the narinfos as Narthex has them, and the NARs under the names that these say."""
    def get(path):
        with urllib.request.urlopen(narthex.url + path) as answer:
            return answer.read()
    with open(nginx.www + "/nix-cache-info", "wb") as f:
        f.write(get("/nix-cache-info"))
    urls = {}
    for name, (digest, length, references) in store.told.items():
        # as long as ours, and not asked for here, so that the first who asks is the benchmark
        with open(f"{nginx.www}/{name[:32]}.narinfo", "w") as f:
            f.write(f"StorePath: /nix/store/{name}\nURL: nar/{digest[:52]}.nar\nCompression: none\n"
                    f"FileHash: sha256:{digest[:52]}\nFileSize: {length}\nNarHash: sha256:{digest[:52]}\n"
                    f"NarSize: {length}\nReferences: {' '.join(references)}\nSig: bench-1:{'A' * 86}==\n")
    for kind, names in store.kinds.items():
        if kind == "first":
            continue
        urls[kind] = []
        for name in names:
            text = get(f"/{name[:32]}.narinfo")
            with open(f"{nginx.www}/{name[:32]}.narinfo", "wb") as f:
                f.write(text)
            urls[kind].append(re.search(rb"^URL: (.*)$", text, re.M)[1].decode())
            shutil.move(f"{store.nars}/{name}", f"{nginx.www}/{urls[kind][-1]}")
    return urls


def compare(servers, paths, absent):
    for path in paths + absent:
        answers = [body(f"{s.url}/{path}") for s in servers]
        wanted = (404,) if path in absent else (200, *answers[0][1:])
        if any(a[:len(wanted)] != wanted for a in answers):
            sys.exit(f"the answers to {path} differ: {answers}")
    return len(paths) + len(absent)


def compare_peer(peer, narthex, kinds, absent):
    """What a peer says of a path is what we say, but for signatures and where its NAR is; its NARs are ours."""
    facts = lambda url: {line.partition(": ")[0]: line.partition(": ")[2] for line in
                         urllib.request.urlopen(url).read().decode().splitlines()
                         if line.split(":")[0] in ("StorePath", "NarHash", "NarSize", "References")}
    for kind in kinds:
        for name in kinds[kind][:200]:
            ours, theirs = (facts(f"{s.url}/{name[:32]}.narinfo") for s in (narthex, peer))
            if kind != "first" and ours != theirs:
                sys.exit(f"{peer.name} says of {name}: {theirs}, not {ours}")
    for ours, theirs in peer.paths.items():
        if body(f"{peer.url}/{theirs}")[:2] != body(f"{narthex.url}/{ours}")[:2]:
            sys.exit(f"{peer.name} sends another NAR at {theirs}")
    for path in absent:
        if body(f"{peer.url}/{path}")[0] != 404:
            sys.exit(f"{peer.name} has {path}")


def versions():
    def first(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    cpu = re.search(r"model name\s*: (.*)", read("/proc/cpuinfo"))
    memory = int(re.search(r"MemTotal:\s+(\d+)", read("/proc/meminfo"))[1]) // MB
    return [f"- {datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, "
            f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, {memory} GB, Linux {platform.release()}",
            f"- Narthex {first('git', '-C', PROJECT, 'describe', '--always', '--dirty')}, {first('nginx', '-v')}, "
            f"{first('nix', '--version')}, {first('wrk', '-v').partition(' Copy')[0]}, {first('curl', '--version')[:11]}"]


def main(directory, options):
    rounds, seconds, warm = (3, 2, 3) if options.quick else (7, 3, 6)
    say("making the store")
    store = Store(options.store or directory, options.quick)
    if options.store:
        say(f"the store is local?root={store.root}: start the peers, then press Enter")
        sys.stdin.readline()
    secret, public = directory + "/secret-key", directory + "/public-key"
    run("nix-store", "--generate-binary-cache-key", "bench-1", secret, public)
    key = read(public)
    nginx = Nginx(directory)
    narthexes = [Narthex("narthex", shlex.split(options.command), directory, store, secret)]
    if options.against:
        narthexes.append(Narthex("other", shlex.split(options.against), directory, store, secret))
    servers = SERVERS
    peers = [Peer(*peer.split("=", 1)) for peer in options.peer]
    servers += [nginx] + narthexes + peers

    say("starting")
    notes, figures = [], {}
    for narthex in narthexes:
        first = narthex.start()
        figures[narthex.name] = {"start": first, "index": narthex.index_rate()}
        notes.append(f"{narthex.name}: i, first index: {figures[narthex.name]['index']:.0f} signed paths/s (target 20,000)")
        again = []
        for _ in range(1 if options.quick else 3):
            narthex.end()
            again.append(narthex.start())
        notes.append(f"{narthex.name}: launcher to banner {first:.1f} s at the first start, then "
                     + ", ".join(f"{s:.1f}" for s in again) + " s (target 12)")
    urls = publish(store, nginx, narthexes[0])
    nginx.start()
    walk = nix(directory, store, key, copy=False)
    for narthex in narthexes:
        notes.append(f"{narthex.name}: first walk of the closure after a start {walk(narthex)[1]:.2f} s")

    size = lambda paths: sum(os.path.getsize(f"{nginx.www}/{p}") for p in paths)
    for narthex in narthexes:
        body(f"{narthex.url}/{urls['closure'][0]}")
        time.sleep(3)
        before, most = narthex.share(), 0
        with concurrent.futures.ThreadPoolExecutor() as thread:
            streams = thread.submit(transfer(urls["sixteen"], 1, "5M"), narthex)
            while not streams.done():
                most = max(most, narthex.share())
                time.sleep(0.1)
            streams.result()
        notes.append(f"{narthex.name}: 16 streams at once, first ones after the start, add {most - before:.0f} MB "
                     "(target < 64)")
        for kind in "huge", "many":
            work, took = transfer(urls[kind], size(urls[kind]))(narthex)
            notes.append(f"{narthex.name}: {kind}, first send, hashed: {work / took:.2f} GB/s")

    say("comparing")
    absent = ["".join(random.choices(BASE32, k=32)) + ".narinfo" for _ in range(5_000)]
    present = [name[:32] + ".narinfo" for kind, names in store.kinds.items() if kind != "first" for name in names]
    compared = compare([s for s in servers if s not in peers], present + [u for kind in urls.values() for u in kind], absent[:100])
    for peer in peers:
        peer.learn(urls, store.kinds)
        compare_peer(peer, narthexes[0], {k: v for k, v in store.kinds.items() if k != "first"}, absent[:100])
    lists = {}
    for name, paths in ("present", present), ("absent", absent), ("small", urls["small"]):
        lists[name] = f"{directory}/{name}.txt"
        with open(lists[name], "w") as f:
            f.write("".join(f"/{p}\n" for p in paths))

    answers, per_answer = ("1000/s", 1e3, 1), ("µs an answer", 1e6, 1)
    bytes_, per_gb = ("GB/s", 1, 2), ("ms a GB", 1e3, 0)
    took, per_time = ("ms", 1e-3, 0), ("ms", 1e3, 0)
    firsts = [name[:32] + ".narinfo" for name in store.kinds["first"]]
    random.Random(2).shuffle(firsts)
    parts = 1 + min(rounds, 3)
    for i in range(parts):  # the first of them lasts five seconds, the others one each
        lists[f"first{i}"] = f"{directory}/first{i}.txt"
        begin, end = (0, 0.4) if i == 0 else (0.4 + 0.6 * (i - 1) / (parts - 1), 0.4 + 0.6 * i / (parts - 1))
        with open(lists[f"first{i}"], "w") as f:
            f.write("".join(f"/{p}\n" for p in firsts[int(begin * len(firsts)):int(end * len(firsts))]))
    first_rows = [Row("a′ narinfos asked for the first time, 5 s after a start", answers, per_answer, target=0.2),
                  Row("a′ the same, afterwards", answers, per_answer, target=0.5)]
    if not options.only or "a1" in options.only.split(","):
        say(first_rows[0].title)
        for narthex in narthexes:
            narthex.end()
            figures[narthex.name]["again"] = narthex.start()
        turns = [(first_rows[0], "first0", 5)] + [(first_rows[1], f"first{i}", 1) for i in range(1, parts)]
        for row, name, seconds_each in turns:
            for server in servers:
                row.measure(server, hammer(lists[name], 64, seconds_each, once=True), least=0.1)
    work = {
        "a": (Row("narinfo, present, 64 connections", answers, per_answer, target=0.8),
              hammer(lists["present"], 64, seconds)),
        "b": (Row("narinfo, absent, 64 connections", answers, per_answer, target=0.8),
              hammer(lists["absent"], 64, seconds, 404)),
        "c": (Row("walk of 300 narinfos by nix, 25 connections", took, per_time, lower=True), walk),
        "d": (Row("NARs of 10 kB, 64 connections", answers, per_answer), hammer(lists["small"], 64, seconds)),
        "e1": (Row(f"one NAR, {size(urls['huge']) / 1e9:.2f} GB, 1 file", bytes_, per_gb, target=0.6),
               transfer(urls["huge"], size(urls["huge"]))),
        "e2": (Row(f"one NAR, {size(urls['many']) / 1e9:.2f} GB, {11 if options.quick else 43},000 files", bytes_, per_gb,
                   target=0.6), transfer(urls["many"], size(urls["many"]))),
        "f": (Row("16 NARs of 10–30 MB at once", bytes_, per_gb, target=0.6),
              transfer(urls["sixteen"], size(urls["sixteen"]))),
        "ez": (Row(f"one NAR, {size(urls['many']) / 1e9:.2f} GB, to who takes zstd", bytes_, per_gb, target=2.5),
               transfer(urls["many"], size(urls["many"]), coded=True)),
        "fz": (Row("16 NARs of 10–30 MB at once, to who takes zstd", bytes_, per_gb, target=2.5),
               transfer(urls["sixteen"], size(urls["sixteen"]), coded=True)),
        "g": (Row("nix copy --from, 300 paths, " f"{size(urls['closure']) / 1e6:.0f} MB", took, per_time, lower=True),
              nix(directory, store, key, copy=True)),
    }
    for key, (row, measurement) in work.items():
        if options.only and key not in options.only.split(","):
            continue
        say(row.title)
        for server in servers:
            Row("warming up", None, None).measure(server, measurement, least=warm if key in "abd" else 1)
        for i in range(min(rounds, 3) if key == "g" else rounds):
            for server in servers if i % 2 else servers[::-1]:
                row.measure(server, measurement)

    print("\n".join(["", *versions(),
                     f"- medians of {rounds} rounds (least–most), servers in turn; {compared} answers compared first"]))
    if options.json:
        rows = {row.title: {name: {"values": row.values[name], "unit": row.unit[0], "lower": row.lower,
                                   "cpu": row.cpu[name] / row.work[name], "work": row.work[name]} for name in row.values}
                for row in first_rows + [row for row, _ in work.values()] if row.values}
        with open(options.json, "w") as f:
            json.dump({"versions": versions(), "rounds": rounds, "compared": compared, "rows": rows, "figures": figures}, f,
                      indent=1, ensure_ascii=False)
    for narthex in narthexes + peers:
        print(f"\n| | | nginx | {narthex.name} | ratio | target | server CPU |\n|---|---|---|---|---|---|---|")
        for row in first_rows + [row for row, _ in work.values()]:
            if row.values:
                print("| " + " | ".join(row.cells(narthex.name)) + " |")
    print()
    for server in servers:
        peak = server.peaks()
        notes.append(f"{server.name}: peak RSS " + ", ".join(f"{n} {m:.0f} MB" for n, m in sorted(peak.items())))
    print("\n".join("- " + note for note in notes))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller paths, fewer and shorter rounds: three minutes")
    parser.add_argument("--only", help="these workloads alone: letters of the README, joined by commas")
    parser.add_argument("--command", default="mvn -q -B -Pserve", help="what starts Narthex (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="writes all figures there too")
    parser.add_argument("--peer", metavar="NAME=URL", action="append", default=[],
                        help="measures a server too that runs over the same store (see --store)")
    parser.add_argument("--store", metavar="DIRECTORY", help="makes the store there, says so, and waits for a line on standard"
                        " input: time to start the peers")
    parser.add_argument("--against", metavar="COMMAND", help="starts another build of Narthex, measured in turn too")
    STARTED, SERVERS = time.monotonic(), []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work_directory = tempfile.mkdtemp(prefix="narthex-bench-")
    try:
        main(work_directory, parser.parse_args())
    finally:
        for started in SERVERS:
            started.end()
        remove(work_directory)
