#!/usr/bin/env python3
"""Measures how long the exchange of an identity token takes while the issuer's keys are known, and prints a line of figures.

README.md beside this file says what is needed.
"""
import argparse, base64, http.client, json, os, subprocess, tempfile, threading, time, urllib.parse, urllib.request, uuid

ISSUER = "https://issuer.bench.example"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def administer(options, method, path, body):
    token = open(os.path.expanduser(options.home) + "/admin-token").read().strip()
    request = urllib.request.Request(options.url + path, json.dumps(body).encode(), {
        "Authorization": "Bearer " + token, "Content-Type": "application/json"}, method=method)
    urllib.request.urlopen(request).read()


class Issuer:
    """Signs by RS256 with a key of its own, by the openssl of this machine."""

    def __init__(self, directory):
        self.key = directory + "/key.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True, capture_output=True,
                                 text=True).stdout.strip().split("=")[1]
        self.keys = {"keys": [{"kty": "RSA", "kid": "bench", "use": "sig", "alg": "RS256", "e": "AQAB",
                               "n": base64url(bytes.fromhex(modulus))}]}

    def token(self, audience):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": audience, "sub": "bench", "iat": now, "exp": now + 3000, "jti": str(uuid.uuid4()),
                  "repository": "bench/app", "sha": "c0ffee", "ref": "refs/heads/main", "workflow": "bench", "run_id": "1"}
        head = {"alg": "RS256", "kid": "bench", "typ": "JWT"}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=signed.encode(), check=True,
                                   capture_output=True).stdout
        return signed + "." + base64url(signature)


def exchange(options, tokens, seconds):
    """One connection exchanges one token after the other."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(options.url).netloc)
    for token in tokens:
        body = urllib.parse.urlencode({
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "subject_token": token})
        begin = time.perf_counter()
        connection.request("POST", "/api/v1/oidc/token", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        text = answer.read()
        seconds.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {text.decode()}")


def percentile(seconds, part):
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000


def measure(options, tokens, connections):
    seconds = []
    threads = [threading.Thread(target=exchange, args=(options, tokens[i::connections], seconds))
               for i in range(connections)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(seconds) / (time.perf_counter() - begin)
    print(f"exchange connections={connections} tokens={len(seconds)} p50_ms={percentile(seconds, .5):.1f}"
          f" p99_ms={percentile(seconds, .99):.1f} max_ms={max(seconds) * 1000:.1f} per_second={rate:.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--home", default="~/.narthex")
    parser.add_argument("--tokens", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        issuer = Issuer(directory)
        administer(options, "PUT", "/api/v1/tenants/bench-exchange", {})
        administer(options, "PUT", "/api/v1/tenants/bench-exchange/caches/ci", {})
        administer(options, "PUT", "/api/v1/issuers/bench-exchange", {"issuer": ISSUER, "jwks": issuer.keys})
        administer(options, "PUT", "/api/v1/tenants/bench-exchange/trusts/bench", {
            "issuer": ISSUER, "audience": "bench-exchange", "claims": {"sub": ["bench"]}, "scopes": ["pull", "push"],
            "caches": ["ci"]})
        warm = [issuer.token("bench-exchange") for _ in range(options.tokens // 2)]
        tokens = [issuer.token("bench-exchange") for _ in range(options.tokens)]
        exchange(options, warm, [])
        measure(options, tokens[::2], 1)
        measure(options, tokens[1::2], 4)
        administer(options, "DELETE", "/api/v1/issuers/bench-exchange", {})


main()
