"""Revokes certificates at a rate while others load the responder, and measures when OCSP says so.

Usage: ocsp_revocations.py DATABASE ISSUER.pem API PUBLIC TOKEN_FILE RATE SECONDS. Prints a JSON object.
"""
import http.client
import json
import sqlite3
import sys
import threading
import time
import urllib.parse

from ocsp_requests import issuer_hashes, request


def connection(url):
    parts = urllib.parse.urlsplit(url)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)


def main():
    database, issuer, api, public, token_file = sys.argv[1:6]
    rate, seconds = float(sys.argv[6]), float(sys.argv[7])
    token = open(token_file).read().strip()
    hashes = issuer_hashes(issuer)
    store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    rows = store.execute(
        "SELECT serial FROM certificates WHERE actor = 'token:bench' AND state = 1 ORDER BY random() LIMIT ?",
        (int(rate * seconds),),
    ).fetchall()
    lock, delays, late, failed = threading.Lock(), [], 0, 0
    begin = time.monotonic()

    def worker(number, count):
        nonlocal late, failed
        management, responder = connection(api), connection(public)
        for index in range(number, len(rows), count):
            time.sleep(max(0.0, begin + index / rate - time.monotonic()))
            serial = rows[index][0]

            def status():
                responder.request("POST", "/ocsp", request(hashes, serial), {"Content-Type": "application/ocsp-request"})
                body = responder.getresponse().read()
                # CertStatus follows the CertID that ends with the serial number: [0] good, [1] revoked.
                return body[body.index(serial) + len(serial)]

            status()
            management.request(
                "POST",
                f"/v1/certificates/{serial.hex()}/revoke",
                json.dumps({"reason": "superseded"}),
                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            answer = management.getresponse()
            answer.read()
            acknowledged = time.monotonic()
            while (seen := status()) == 0x80 and time.monotonic() < acknowledged + 10:
                time.sleep(0.005)
            delay = time.monotonic() - acknowledged
            with lock:
                delays.append(delay)
                late += delay > 1 or seen != 0xA1
                failed += answer.status != 200

    threads = [threading.Thread(target=worker, args=(number, 8)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delays.sort()
    print(
        json.dumps(
            {
                "benchmark": "ocsp",
                "measure": "revocation until it is seen",
                "revocations": len(delays),
                "per_second": round(len(delays) / (time.monotonic() - begin)),
                "failed": failed,
                "good_after_a_second": late,
                "p50_ms": round(delays[len(delays) // 2] * 1000, 2),
                "p99_ms": round(delays[len(delays) * 99 // 100] * 1000, 2),
            },
            separators=(",", ":"),
        )
    )


if __name__ == "__main__":
    main()
