"""Times single calls of the management API: a certificate, a page of a listing, a revocation.

Usage: management_calls.py DATABASE API TOKEN_FILE CERTIFICATES. Prints a JSON object a line.
"""
import http.client
import json
import sqlite3
import sys
import time
import urllib.parse


def main():
    database, api, token_file, certificates = sys.argv[1:5]
    parts = urllib.parse.urlsplit(api)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    headers = {"Authorization": "Bearer " + open(token_file).read().strip(), "Content-Type": "application/json"}
    store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    last = store.execute("SELECT max(id) FROM certificates").fetchone()[0]
    rows = []
    for index in range(last - 1, 8, -max(1, (last - 8) // 400)):
        row = store.execute("SELECT serial, agent FROM certificates WHERE id = ? AND state = 1", (index,)).fetchone()
        if row:
            rows.append((row[0].hex(), row[1]))
    rows = rows[:200]
    calls = {
        "find": lambda serial, agent: ("GET", f"/v1/certificates/{serial}", None),
        "list": lambda serial, agent: ("GET", "/v1/certificates?status=valid&limit=50", None),
        "list by agent": lambda serial, agent: ("GET", f"/v1/certificates?agent={agent}", None),
        "revoke": lambda serial, agent: ("POST", f"/v1/certificates/{serial}/revoke", '{"reason":"superseded"}'),
    }
    for name, call in calls.items():
        delays, failed = [], 0
        for serial, agent in rows:
            method, path, body = call(serial, agent)
            begin = time.monotonic()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            delays.append(time.monotonic() - begin)
            failed += answer.status != 200
        delays.sort()
        print(
            json.dumps(
                {
                    "benchmark": "scale",
                    "certificates": int(certificates),
                    "measure": name,
                    "calls": len(delays),
                    "failed": failed,
                    "p50_ms": round(delays[len(delays) // 2] * 1000, 2),
                    "p99_ms": round(delays[len(delays) * 99 // 100] * 1000, 2),
                },
                separators=(",", ":"),
            )
        )


if __name__ == "__main__":
    main()
