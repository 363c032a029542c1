#!/usr/bin/env python3
"""Measures what one tenant notices of the others: 1,000 readers who take next to nothing, 1,000 bodies that never come and
100 pushers who trickle, of a tenant and of strangers at once. README.md beside this file says what the figures mean.

Exits with 1 where a p99 is more than twice the quiet one, or anything was not answered.
"""
import argparse, hashlib, http.client, json, multiprocessing, os, resource, shlex, signal, socket, statistics, sys, tempfile
import time, urllib.request

import bench
from bench import Narthex, remove, run, say
from push import basic

BASE32 = bench.BASE32
MOST_TIMES = 2.0
READERS, BODIES, PUSHERS = 1_000, 1_000, 100
# an address each for some of the crowd, and one for the tenant that is measured
ADDRESSES = 16
OURS = "127.0.0.200"


def base32(digest):
    """As Nix writes a hash."""
    number = int.from_bytes(digest, "little")
    return "".join(BASE32[number >> 5 * i & 31] for i in reversed(range((len(digest) * 8 + 4) // 5)))


def nar(contents):
    def words(*all):
        return b"".join(len(w).to_bytes(8, "little") + w + b"\0" * (-len(w) % 8) for w in all)
    return words(b"nix-archive-1", b"(", b"type", b"regular", b"contents", contents, b")")


class Tenant:
    """A cache of a tenant's own, with a token that may push."""

    def __init__(self, server, administrator, name):
        self.path, self.server = f"/{name}/c", server
        self.ask(administrator, "PUT", f"{name}", {})
        self.ask(administrator, "PUT", f"{name}/caches/c", {"visibility": "public"})
        self.token = self.ask(administrator, "POST", f"{name}/tokens", {"scopes": ["push"]})["token"]
        self.headers = basic(self.token)
        self.name = name

    def ask(self, token, method, path, body):
        request = urllib.request.Request(f"{self.server}/api/v1/tenants/{path}", json.dumps(body).encode(), method=method,
                                         headers={**basic(token), "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def push(self, connection, contents):
        """A path that is one file; gives the URLs of its narinfo and its NAR."""
        packed = nar(contents)
        digest = base32(hashlib.sha256(packed).digest())
        part = base32(os.urandom(20))
        file = f"nar/{digest}.nar"
        info = (f"StorePath: /nix/store/{part}-fair\nURL: {file}\nCompression: none\nFileHash: sha256:{digest}\n"
                f"FileSize: {len(packed)}\nNarHash: sha256:{digest}\nNarSize: {len(packed)}\nReferences: \n")
        for name, body in (file, packed), (f"{part}.narinfo", info.encode()):
            connection.request("PUT", f"{self.path}/{name}", body, self.headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in (200, 201):
                raise OSError(f"PUT {name}: {answer.status} {said[:100]}")
        return f"{self.path}/{part}.narinfo", f"{self.path}/{file}"


class Crowd:
    """Sockets that hold what they can, in a process of its own: a thread of this one would make the measured client wait for
    Python's lock, up to 5 ms at a time. Reads a little of each answer in turn, a round a second, and opens anew what was closed."""

    STEPS = 250  # a second: all at once would be a burst that a crowd of strangers is not

    def __init__(self, address, openings):
        processes = multiprocessing.get_context("fork")
        self.address, self.openings = address, openings
        self.over, ready = processes.Event(), processes.Event()
        self.opened, self.again = processes.Value("i", 0), processes.Value("i", 0)
        self.process = processes.Process(target=self.hold, args=(ready,), daemon=True)
        self.process.start()
        while not ready.wait(1):
            if not self.process.is_alive():
                sys.exit("the crowd's process ended")

    def open(self, opening):
        request, pace = opening
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.bind((f"127.0.0.{2 + self.next % ADDRESSES}", 0))
        self.next += 1
        s.settimeout(10)
        try:
            s.connect(self.address)
            s.sendall(request)
        except OSError:
            s.close()
            return None
        s.setblocking(False)
        self.opened.value += 1
        return s

    def hold(self, ready):
        os.nice(19)  # a crowd has machines of its own: here it lets all others go first
        self.next = 0
        sockets = [self.open(opening) for opening in self.openings]
        ready.set()
        begun, step = time.monotonic(), 0
        while not self.over.is_set():
            for i in range(step % self.STEPS, len(sockets), self.STEPS):
                if not sockets[i] or not self.holds(sockets[i], self.openings[i][1]):
                    # as stubborn as a client that tries again
                    if sockets[i]:
                        sockets[i].close()
                        self.again.value += 1
                    sockets[i] = self.open(self.openings[i])
            step += 1
            time.sleep(max(0, begun + step / self.STEPS - time.monotonic()))

    def holds(self, s, pace):
        """Whether the server has it still; takes and gives a little."""
        try:
            if s.recv(1024) == b"":
                return False
        except BlockingIOError:
            pass
        except OSError:
            return False
        try:
            if pace:
                s.send(pace)
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def end(self):
        self.over.set()
        self.process.join()


def crowd(tenant, large):
    """Half of each kind is the tenant's, half are strangers."""
    auth = [f"Authorization: {tenant.headers['Authorization']}\r\n", ""]
    head = lambda method, path, more: f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{more}\r\n".encode()
    all = []
    for i in range(READERS):
        all.append((head("GET", large, auth[i % 2]), b""))
    json_head = "Content-Type: application/json\r\nContent-Length: 60000\r\n"
    for i in range(BODIES):
        if i % 4 < 2:
            all.append((head("POST", f"/api/v1/tenants/{tenant.name}/tokens", json_head + auth[i % 2]) + b"{", b""))
        else:
            all.append((head("PUT", f"{tenant.path}/nar/{'0' * 52}.nar", "Content-Length: 100000\r\n" + auth[i % 2]), b""))
    for i in range(PUSHERS):
        all.append((head("PUT", f"{tenant.path}/nar/{'0' * 51}1.nar", "Content-Length: 10000000\r\n" + auth[i % 2]), b"\r" * 1200))
    return all


class Ours:
    """What the other tenant does, one after the other over a kept connection, and how long each takes."""

    def __init__(self, address, tenant, seconds):
        self.address, self.tenant, self.seconds = address, tenant, seconds
        connection = self.connect()
        self.known = [tenant.push(connection, os.urandom(20_000)) for _ in range(20)]

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=30, source_address=(OURS, 0))

    def get(self, connection, path, headers={}):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise OSError(f"GET {path}: {answer.status}")

    def kinds(self):
        pick = lambda i, which: self.known[i % len(self.known)][which]
        return {
            "narinfo": lambda c, i: self.get(c, pick(i, 0)),
            "NAR of 20 kB": lambda c, i: self.get(c, pick(i, 1)),
            "push of a path": lambda c, i: self.tenant.push(c, os.urandom(20_000)),
            "API": lambda c, i: self.get(c, f"/api/v1/tenants/{self.tenant.name}/caches/c", self.tenant.headers),
        }

    def measure(self):
        """p50 and p99 in milliseconds of each kind, and failures."""
        figures = {}
        for name, one in self.kinds().items():
            times, failures, i = [], 0, 0
            connection = self.connect()
            end = time.monotonic() + self.seconds
            while time.monotonic() < end:
                begun = time.perf_counter()
                try:
                    one(connection, i)
                    times.append((time.perf_counter() - begun) * 1000)
                except (OSError, http.client.HTTPException) as e:
                    failures += 1
                    say(f"{name}: {e!r}")
                    connection.close()
                    connection = self.connect()
                i += 1
                # a client that thinks: what is measured is waiting, not how much goes through
                time.sleep(0.005)
            connection.close()
            times.sort()
            never = float("inf")  # nothing was answered at all
            figures[name] = (statistics.median(times) if times else never,
                             times[int(len(times) * 0.99)] if times else never, len(times), failures)
        return figures


def main(directory, options):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * (READERS + BODIES + PUSHERS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, wanted), hard), hard))
    if options.url:
        url, administrator = options.url, open(options.admin).read().strip()
    else:
        class NoStore:
            root = directory + "/none"
        secret = directory + "/secret-key"
        run("nix-store", "--generate-binary-cache-key", "bench-1", secret, directory + "/public-key")
        server = Narthex("narthex", shlex.split(options.command), directory, NoStore, secret)
        server.env["NARTHEX_JAVA_OPTS"] = "-Xmx512m"
        bench.SERVERS.append(server)
        say("starting")
        server.start()
        url, administrator = server.url, open(server.env["NARTHEX_HOME"] + "/admin-token").read().strip()
    address = (url.rpartition("/")[2].partition(":")[0], int(url.rpartition(":")[2]))
    if not address[0].startswith("127."):
        sys.exit("loopback only")
    mark = os.urandom(3).hex()
    slow, ours = Tenant(url, administrator, "slow-" + mark), Tenant(url, administrator, "ours-" + mark)
    pushing = http.client.HTTPConnection(*address, timeout=60)
    _, large = slow.push(pushing, os.urandom(16 << 20))
    pushing.close()
    other = Ours(address, ours, options.seconds)
    say("warming up")
    other.measure()
    say("quiet")
    quiet = other.measure()
    say("the crowd comes")
    held = Crowd(address, crowd(slow, large))
    time.sleep(5)
    say(f"{held.opened.value} connections")
    crowded = other.measure()
    held.end()
    print(f"\n{READERS} slow readers, {BODIES} silent bodies, {PUSHERS} slow pushers; opened anew {held.again.value} times\n")
    print("| of another tenant | quiet p50, p99 | beside the crowd p50, p99 | p99, times | failed |\n|---|---|---|---|---|")
    good = True
    for name, (p50, p99, _, failed_before) in quiet.items():
        c50, c99, _, failed = crowded[name]
        times = c99 / p99
        good &= times <= MOST_TIMES and not failed and not failed_before
        print(f"| {name} | {p50:.1f}, {p99:.1f} ms | {c50:.1f}, {c99:.1f} ms | {times:.2f} | {failed} |")
    print(f"\nat most {MOST_TIMES:.0f} times: {'reached' if good else '**not reached**'}")
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, help="of each kind of request, three times (%(default)s)")
    parser.add_argument("--url", help="of a server that runs already, on the loopback; else one is started")
    parser.add_argument("--admin", help="the file of its administrator's token")
    parser.add_argument("--command", default="mvn -q -B -Pserve", help="what starts Narthex (%(default)s)")
    bench.STARTED = time.monotonic()
    bench.SERVERS = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work_directory = tempfile.mkdtemp(prefix="narthex-bench-")
    try:
        code = main(work_directory, parser.parse_args())
    finally:
        for started in bench.SERVERS:
            started.end()
        remove(work_directory)
    sys.exit(code)
