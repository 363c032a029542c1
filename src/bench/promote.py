#!/usr/bin/env python3
"""Measures how long the promotion of a large closure takes, beside a server that runs. See README.md."""
import argparse
import pathlib
import statistics
import time

from batch import Server, timed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the server")
    parser.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".narthex", help="NARTHEX_HOME of the server")
    parser.add_argument("--paths", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    server = Server(options.url, options.home)
    name = f"promote-{int(time.time())}"
    number, _ = server.fill(name, options.paths)
    root = server.psql("-c", "select store_path_base_name(hash, name) from uploaded_path"
                             f" where cache_id = {number} order by id limit 1").strip()
    request = {"from": f"bench/{name}", "paths": ["/nix/store/" + root], "note": "a measurement"}
    times = []
    for n in range(options.rounds):
        target = f"/api/v1/tenants/bench/caches/{name}-{n}"
        server.api("PUT", target, {"visibility": "public"})
        seconds, made = timed(lambda: server.api("POST", target + "/promotions", request))
        if made["state"] != "visible" or made["added"] != options.paths:
            raise SystemExit(f"not promoted: {made}")
        times.append(seconds)
    again, other = timed(lambda: server.api("POST", target + "/promotions", request))
    undone = [timed(lambda: server.api("DELETE", f"{target}/promotions/{one['id']}", None))[0] for one in (made, other)]
    print("| what | s |\n|---|---|")
    print(f"| {options.paths:,} paths into an empty cache, the first time | {times[0]:.2f} |")
    print(f"| the same into another one, median of {len(times) - 1} | {statistics.median(times[1:]):.2f} |")
    print(f"| the same again: all is there | {again:.2f} |")
    print(f"| the first promotion of it is undone, and the other keeps all | {undone[0]:.2f} |")
    print(f"| the other is undone: all of it goes | {undone[1]:.2f} |")


if __name__ == "__main__":
    main()
