"""Watches a log's checkpoint until it has a number of entries.

Usage: log_progress.py CHECKPOINT ENTRIES PROCESS. Prints a JSON object: the rate from the first checkpoint to the last.
"""
import json
import os
import sys
import time


def size(path):
    try:
        with open(path) as file:
            return int(file.read().split("\n")[1])
    except (FileNotFoundError, IndexError):
        return 0


def cpu(process):
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    path, entries, process = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    deadline = time.monotonic() + 600
    first = start = used = None
    batches = 0
    last = -1
    while time.monotonic() < deadline:
        now = size(path)
        if now > 0 and now != last:
            batches, last = batches + 1, now
            if start is None:
                first, start, used = now, time.monotonic(), cpu(process)
        if now >= entries:
            break
        time.sleep(0.002)
    else:
        sys.exit(f"the log is at {size(path)} after ten minutes")
    elapsed = time.monotonic() - start
    print(json.dumps({
        "benchmark": "log", "measure": "integration", "entries": last - first, "batches": batches,
        "seconds": round(elapsed, 2), "per_second": round((last - first) / max(elapsed, 0.001)),
        "cpu_us_each": round((cpu(process) - used) / max(last - first, 1) * 1e6),
    }, separators=(",", ":")))


main()
