"""Registers agents in a zone of ours and waits for each to be active.

Usage: register_load.py API TOKEN-FILE ZONE COUNT CONNECTIONS PREFIX [server]
With "server" each asks for a public certificate too. Prints the members of a JSON object: registrations a second, latency in milliseconds, failures.
"""

import http.client
import json
import sys
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

api, token_file, zone, count, connections, prefix = sys.argv[1:7]
with_server = sys.argv[7:] == ["server"]
address = urllib.parse.urlsplit(api)
token = open(token_file, encoding="ascii").read().strip()


def csr(name, key, algorithm):
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(x509.SubjectAlternativeName([name]), critical=True)
        .sign(key, algorithm)
    )
    return request.public_bytes(serialization.Encoding.PEM).decode()


def body(index):
    host = f"{prefix}{index}.{zone}"
    name = x509.UniformResourceIdentifier(f"ans://v1.0.0.{host}")
    members = {
        "agentDisplayName": "Bench",
        "version": "1.0.0",
        "agentHost": host,
        "endpoints": [{"protocol": "A2A", "agentUrl": f"https://{host}/a2a"}],
        "discoveryProfiles": ["ANS_TXT", "ANS_DNSAID"],
        "identityCsrPEM": csr(name, ed25519.Ed25519PrivateKey.generate(), None),
    }
    if with_server:
        key = ec.generate_private_key(ec.SECP256R1())
        members["serverCsrPEM"] = csr(x509.DNSName(host), key, hashes.SHA256())
    return json.dumps(members)


# Requests are made before the clock starts.
bodies = [body(index) for index in range(int(count))]
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Prefer": "wait=20"}
lock = threading.Lock()
latencies, failures = [], []


def work():
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    while True:
        with lock:
            if not bodies:
                return
            request = bodies.pop()
        began = time.monotonic()
        connection.request("POST", "/v2/ans/agents", request, headers)
        answer = json.loads(connection.getresponse().read())
        while answer.get("agentStatus", "").startswith("PENDING") and time.monotonic() < began + 300:
            # Whoever waits in vain for 20 seconds asks again.
            connection.request("GET", "/v2/ans/agents/" + answer["agentId"], headers=headers)
            answer = json.loads(connection.getresponse().read())
            time.sleep(0.05)
        took = time.monotonic() - began
        with lock:
            if answer.get("agentStatus") == "ACTIVE":
                latencies.append(took)
            else:
                failures.append(answer)


threads = [threading.Thread(target=work) for _ in range(int(connections))]
began = time.monotonic()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
seconds = time.monotonic() - began
latencies.sort()
if failures:
    print("register_load: not active: %s" % json.dumps(failures[0]), file=sys.stderr)
if not latencies:
    sys.exit(1)
print(
    '"per_second":%.0f,"p50_ms":%.1f,"p99_ms":%.1f,"failures":%d'
    % (
        len(latencies) / seconds,
        latencies[len(latencies) // 2] * 1e3,
        latencies[int(len(latencies) * 0.99)] * 1e3,
        len(failures),
    )
)
