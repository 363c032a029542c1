#!/usr/bin/env python3
"""Measures how long it takes until a rule with many dependents is dark, beside a server that runs. See README.md."""
import argparse
import concurrent.futures
import http.client
import pathlib
import random
import sys
import time
import urllib.parse

from batch import HERE, Server, timed

PATIENCE_SECONDS = 60
# of the paths as many are asked for, beside the last ones, which are the farthest from what is denied
PROBES = 40


def status(connection, cache, hash_part):
    connection.request("GET", f"{cache}/{hash_part}.narinfo")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def until_dark(address, cache, hashes):
    """Asks for one of the paths after the other until it is not given out any more."""
    connection = http.client.HTTPConnection(address)
    begin = time.perf_counter()
    for one in hashes:
        while status(connection, cache, one) != 404:
            if time.perf_counter() - begin > PATIENCE_SECONDS:
                raise TimeoutError("not dark within a minute")
            time.sleep(0.05)
    return time.perf_counter() - begin


def until_quiet(server):
    """Jobs of both nodes sign, count and search what was filled in; the rule is not to be measured beside those."""
    busy = "select count(*) from pg_stat_activity where state = 'active' and usename = 'narthex_app'"
    quiet, begin = 0, time.perf_counter()
    while quiet < 20 and time.perf_counter() - begin < 10 * PATIENCE_SECONDS:
        quiet = quiet + 1 if server.psql("-c", busy).strip() == "0" else 0
        time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the server")
    parser.add_argument("--other", help="URL of another node of it")
    parser.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".narthex", help="NARTHEX_HOME of the server")
    parser.add_argument("--paths", type=int, default=100_000)
    options = parser.parse_args()
    server = Server(options.url, options.home)
    name = f"denial-{int(time.time())}"
    cache = f"/bench/{name}"
    server.api("PUT", "/api/v1/tenants/bench", {})
    server.api("PUT", f"/api/v1/tenants/bench/caches/{name}", {"visibility": "public"})
    number = server.psql("-c", f"select id from cache where name = '{name}' and deleted_at is null").strip()
    server.psql("-v", f"cache={number}", "-v", f"paths={options.paths}", "-f", str(HERE / "denial.sql"))
    server.changed(number)
    while server.psql("-c", "select fill_path_edges(5000)").strip() != "0":
        pass  # as the job does behind pushes, which come one by one
    some = server.psql("-c", "select left(store_path_base_name(hash, name), 32) from uploaded_path"
                             f" where cache_id = {number} order by id desc").split()
    some = some[:20] + random.sample(some, min(PROBES, len(some)))
    until_quiet(server)
    nodes = {"this node": server.address}
    if options.other:
        nodes["another node"] = urllib.parse.urlsplit(options.other).netloc
    for address in nodes.values():
        for one in some:
            if status(http.client.HTTPConnection(address), cache, one) != 200:
                sys.exit("the paths are not there")
    rule = {"pattern": f"needed-{number}", "dependents": True, "reason": "a measurement"}
    url = f"/api/v1/tenants/bench/caches/{name}/denied/bench"
    print("| what | s |\n|---|---|")
    with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
        dark = {words: pool.submit(until_dark, address, cache, some) for words, address in nodes.items()}
        made, answer = timed(lambda: server.api("PUT", url, rule))
        print(f"| the rule is made, for {answer['paths']:,} paths | {made:.1f} |")
        for words, seconds in dark.items():
            print(f"| all is dark on {words}, since it was asked for | {seconds.result():.1f} |")
    lifted, _ = timed(lambda: server.api("DELETE", url, None))
    print(f"| the rule is lifted | {lifted:.1f} |")
    dry, effect = timed(lambda: server.api("PUT", url + "?dryRun=true", rule))
    print(f"| dry run of it: {effect['paths']:,} paths | {dry:.1f} |")


if __name__ == "__main__":
    main()
