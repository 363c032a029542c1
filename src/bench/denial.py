#!/usr/bin/env python3
"""Measures how long it takes until a rule with many dependents is dark, beside a server that runs. See README.md."""
import argparse
import http.client
import pathlib
import sys
import time
import urllib.parse

from batch import HERE, Server, timed


def status(address, cache, hash_part):
    connection = http.client.HTTPConnection(address)
    connection.request("GET", f"{cache}/{hash_part}.narinfo")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def until_dark(address, cache, hashes):
    """Asks for some of the paths until none of them is given out."""
    begin = time.perf_counter()
    while any(status(address, cache, one) != 404 for one in hashes):
        if time.perf_counter() - begin > 60:
            sys.exit("not dark within a minute")
    return time.perf_counter() - begin


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
                             f" where cache_id = {number} order by id desc limit 20").split()
    nodes = {"this node": server.address}
    if options.other:
        nodes["another node"] = urllib.parse.urlsplit(options.other).netloc
    for address in nodes.values():
        for one in some:
            if status(address, cache, one) != 200:
                sys.exit("the paths are not there")
    rule = {"pattern": f"needed-{number}", "dependents": True, "reason": "a measurement"}
    url = f"/api/v1/tenants/bench/caches/{name}/denied/bench"
    print("| what | s |\n|---|---|")
    made, answer = timed(lambda: server.api("PUT", url, rule))
    print(f"| the rule is made, for {answer['paths']:,} paths | {made:.1f} |")
    begin = time.perf_counter()
    for words, address in nodes.items():
        until_dark(address, cache, some)
        print(f"| all is dark on {words}, from then on | {time.perf_counter() - begin:.1f} |")
    lifted, _ = timed(lambda: server.api("DELETE", url, None))
    print(f"| the rule is lifted | {lifted:.1f} |")
    dry, effect = timed(lambda: server.api("PUT", url + "?dryRun=true", rule))
    print(f"| dry run of it: {effect['paths']:,} paths | {dry:.1f} |")


if __name__ == "__main__":
    main()
