"""Sends OCSP requests from 16 threads, for servers and measures that wrk does not suit.

Usage: ocsp_connections.py [--once] URL REQUESTS SECONDS. With --once each request is sent once, at most 20,000. Prints
members of a JSON object.
"""
import http.client
import sys
import threading
import time
import urllib.parse


def main():
    once = sys.argv[1] == "--once"
    url, path, seconds = sys.argv[2 if once else 1 :][:3]
    parts = urllib.parse.urlsplit(url)
    lines = [line.split() for line in open(path)][:20000]
    delays, errors, lock = [], [], threading.Lock()
    begin = time.monotonic()
    end = begin + float(seconds)

    def worker(number):
        own, failed = [], 0
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        index = number
        while time.monotonic() < end and (index < len(lines) or not once):
            method, rest = lines[index % len(lines)]
            started = time.monotonic()
            try:
                if method == "GET":
                    connection.request("GET", rest)
                else:
                    headers = {"Content-Type": "application/ocsp-request"}
                    connection.request("POST", parts.path or "/", bytes.fromhex(rest), headers)
                answer = connection.getresponse()
                answer.read()
                failed += answer.status != 200
                own.append(time.monotonic() - started)
            except (http.client.HTTPException, OSError):
                failed += 1
                connection.close()
            index += 16
        with lock:
            delays.extend(own)
            errors.append(failed)

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delays.sort()
    count = max(len(delays), 1)
    delays = delays or [0.0]
    print(
        f'"requests":{count},"errors":{sum(errors)},"per_second":{count / (time.monotonic() - begin):.0f},'
        f'"p50_ms":{delays[count // 2] * 1000:.2f},"p99_ms":{delays[count * 99 // 100] * 1000:.2f}'
    )


if __name__ == "__main__":
    main()
