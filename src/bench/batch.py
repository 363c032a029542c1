#!/usr/bin/env python3
"""Compares narinfos in batches with narinfos one by one, beside a server that runs. See README.md."""
import argparse
import concurrent.futures
import http.client
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).parent
CONNECTIONS = 25
ROUNDS = 5
BATCH = "/get-narinfos-v1"
REFERENCES = re.compile(r'"references":\[([^]]*)]')


class Server:
    """A server that was started with an empty home, and a public cache there that the bench makes."""

    def __init__(self, url, home):
        self.address = urllib.parse.urlsplit(url).netloc
        self.token = (home / "admin-token").read_text().strip()
        self.superuser = (home / "superuser.uri").read_text().strip()

    def connect(self):
        return http.client.HTTPConnection(self.address)

    def api(self, method, path, body):
        connection = self.connect()
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text}")
        return json.loads(text) if text else None

    def psql(self, *arguments):
        command = ["psql", "-X", "-q", "-At", self.superuser, *arguments]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout

    def fill(self, cache, paths):
        """Makes the cache and its closure; gives its number and the hashes, the root's first."""
        self.api("PUT", "/api/v1/tenants/bench", {})
        self.api("PUT", f"/api/v1/tenants/bench/caches/{cache}", {"visibility": "public"})
        number = self.psql("-c", f"select id from cache where name = '{cache}' and deleted_at is null").strip()
        self.psql("-v", f"cache={number}", "-v", f"paths={paths}", "-f", str(HERE / "batch.sql"))
        self.changed(number)
        names = self.psql("-c", "select store_path_base_name(hash, name) from uploaded_path"
                                f" where cache_id = {number} order by id").split()
        return number, [name[:32] for name in names]

    def changed(self, cache):
        """The server forgets the paths of a cache, as if each were changed."""
        self.psql("-c", f"insert into change (kind, subject, hash) select 'path', {cache}, hash from uploaded_path where cache_id = {cache}")
        time.sleep(2)  # so that the feed has told it


def batch(connection, cache, hashes):
    """The hashes of all that the paths refer to. To read each line as JSON costs Python more than all else."""
    connection.request("POST", cache + BATCH, "\n".join(hashes), {"Content-Type": "text/plain"})
    body = connection.getresponse().read().decode()
    return {name[1:33] for names in REFERENCES.findall(body) if names for name in names.split(",")}


def single(connection, cache, hash_part):
    connection.request("GET", f"{cache}/{hash_part}.narinfo")
    text = connection.getresponse().read().decode()
    references = next(line for line in text.splitlines() if line.startswith("References:"))
    return references.split()[1:]


def walk_by_batches(server, cache, root):
    connection, seen, level = server.connect(), {root}, [root]
    while level:
        found = batch(connection, cache, level)
        level = list(found - seen)
        seen |= found
    return len(seen)


def walk_one_by_one(server, cache, root):
    """As Nix does: what a narinfo refers to is asked for as soon as it is known, by as many connections as it has."""
    idle = [server.connect() for _ in range(CONNECTIONS)]
    seen = {root}

    def ask(hash_part):
        connection = idle.pop()
        try:
            return single(connection, cache, hash_part)
        finally:
            idle.append(connection)

    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        asked = {pool.submit(ask, root)}
        while asked:
            done, asked = concurrent.futures.wait(asked, return_when=concurrent.futures.FIRST_COMPLETED)
            for name in (name[:32] for answer in done for name in answer.result()):
                if name not in seen:
                    seen.add(name)
                    asked.add(pool.submit(ask, name))
    return len(seen)


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def received(server, cache, hashes):
    """Reads the answer without looking into it: the time is the server's and the socket's."""
    connection = server.connect()
    connection.request("POST", cache + BATCH, "\n".join(hashes), {"Content-Type": "text/plain"})
    return connection.getresponse().read().count(b"\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the server")
    parser.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".narthex", help="NARTHEX_HOME of the server")
    options = parser.parse_args()
    server = Server(options.url, options.home)
    name = f"batch-{int(time.time())}"
    cache = f"/bench/{name}"
    number, hashes = server.fill(name, 10_000)
    received(server, cache, hashes)  # signs them, as a push does
    server.changed(number)
    print("| what | ms |\n|---|---|")
    first, lines = timed(lambda: received(server, cache, hashes))
    print(f"| {lines:,} narinfos in one batch, none of them in memory | {first * 1000:.0f} |")
    times = [timed(lambda: received(server, cache, hashes))[0] for _ in range(ROUNDS)]
    print(f"| the same again, median of {ROUNDS} | {statistics.median(times) * 1000:.0f} |")
    name += "-walk"
    walked = f"/bench/{name}"
    root = server.fill(name, 5_000)[1][0]
    walk_by_batches(server, walked, root)
    walks = {"by batches": walk_by_batches, f"one by one over {CONNECTIONS} connections": walk_one_by_one}
    medians = []
    for words, walk in walks.items():
        results = [timed(lambda: walk(server, walked, root)) for _ in range(ROUNDS)]
        medians.append(statistics.median(seconds for seconds, _ in results))
        print(f"| walk of {results[0][1]:,} paths {words}, median of {ROUNDS} | {medians[-1] * 1000:.0f} |")
    print(f"\nBy batches it is {medians[1] / medians[0]:.1f} times as fast.")


if __name__ == "__main__":
    main()
