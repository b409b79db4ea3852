"""Measures how long it takes from a certificate to the proof that it is in the log.

Usage: log_latency.py API PUBLIC TOKEN_FILE REQUEST SECONDS CALLERS. Beside the one that is measured CALLERS others have
certificates issued as fast as they get them. Prints a JSON object.
"""
import http.client
import json
import multiprocessing
import sys
import time
import urllib.parse


class Caller:
    def __init__(self, api, token, body):
        parts = urllib.parse.urlsplit(api)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
        self.body = body

    def issue(self):
        self.connection.request("POST", "/v1/certificates", self.body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 201:
            sys.exit(f"{answer.status} {content[:200]}")
        return json.loads(content)["serial"]


def load(stop, count, arguments):
    caller = Caller(*arguments)
    issued = 0
    while not stop.is_set():
        caller.issue()
        issued += 1
    with count.get_lock():
        count.value += issued


def get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    return content if answer.status == 200 else None


def prove(public, serial, deadline):
    """Looks for the certificate, and then for its proof, until it is there."""
    while time.monotonic() < deadline:
        found = get(public, "/v1/log/lookup/serial/" + serial)
        entries = json.loads(found)["entries"] if found else []
        proof = get(public, f"/v1/log/proof/{entries[0]['entryId']}") if entries else None
        if proof:
            return proof
        time.sleep(0.002)
    sys.exit("no proof within a minute")


def main():
    api, public, token_file, request, seconds, callers = sys.argv[1:7]
    arguments = (api, open(token_file).read().strip(), open(request).read())
    stop, count = multiprocessing.Event(), multiprocessing.Value("i", 0)
    others = [multiprocessing.Process(target=load, args=(stop, count, arguments)) for _ in range(int(callers))]
    for other in others:
        other.start()
    parts = urllib.parse.urlsplit(public)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    caller, times = Caller(*arguments), []
    began = time.monotonic()
    while time.monotonic() < began + float(seconds) or len(times) < 50:
        serial = caller.issue()
        start = time.monotonic()
        prove(connection, serial, start + 60)
        times.append((time.monotonic() - start) * 1000)
        # Not in step with the batches.
        time.sleep((len(times) * 37 % 100) / 1000)
    elapsed = time.monotonic() - began
    stop.set()
    for other in others:
        other.join()
    times.sort()
    print(json.dumps({
        "benchmark": "log", "measure": "latency to proof", "others_per_second": round(count.value / elapsed),
        "samples": len(times), "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[min(len(times) - 1, len(times) * 99 // 100)], 1), "max_ms": round(times[-1], 1),
    }, separators=(",", ":")))


main()
