#!/usr/bin/env python3
"""Makes certificate-entries.json: entries of the log about certificates, from their description alone.

Nothing of Signet is used: JSON, SHA-256 and the calendar are Python's own.
"""
import hashlib
import json
from datetime import datetime, timezone

BASE = {
    "serial": "5a00000000000001",
    "issuer": "agents",
    "profile": "agent-identity",
    "names": "DNS:a.agents.example URI:ans://v1.0.0.a.agents.example",
    "notBefore": 1795262340,
    "notAfter": 1803038399,
    "issuedAt": 1795262400,
    "der": "3082000a00ff",
}
CASES = [
    ("an agent's certificate", {}, None),
    ("a CA, whose one name is its subject", {"names": 'CN=Büro "Ä" \\ Söhne \U0001f512,O=Example / Co', "profile": "issuing-ca"}, None),
    ("a certificate without names, before 1970", {"names": "", "notBefore": -1, "issuedAt": 0}, None),
    ("an address", {"names": "IP:192.0.2.1 IP:2001:db8::1", "notAfter": 253402300799}, None),
    ("a revocation", {}, ("revoked", 1795300000, "keyCompromise", 1795299000)),
    ("a hold", {}, ("revoked", 1795300000, "certificateHold", 1795300000)),
    ("a release", {}, ("released", 1795400000, "certificateHold", 1795300000)),
]


def time(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def names(text):
    parts = text.split(" ") if text else []
    if all(part.startswith(("DNS:", "URI:", "IP:")) for part in parts):
        return parts
    return [text]


def entry(certificate, change):
    kinds = {None: "CERTIFICATE_ISSUED", "revoked": "CERTIFICATE_REVOKED", "released": "CERTIFICATE_RELEASED"}
    value = {
        "schemaVersion": "signet-certificate-v1",
        "eventType": kinds[change and change[0]],
        "timestamp": time(change[1] if change else certificate["issuedAt"]),
        "certificate": {
            "fingerprint": "SHA256:" + hashlib.sha256(bytes.fromhex(certificate["der"])).hexdigest(),
            "serialNumber": certificate["serial"],
            "issuer": certificate["issuer"],
            "profile": certificate["profile"],
            "names": names(certificate["names"]),
            "notBefore": time(certificate["notBefore"]),
            "notAfter": time(certificate["notAfter"]),
        },
    }
    if change:
        value["revocation"] = {"reason": change[2], "revokedAt": time(change[3])}
    # RFC 8785 for what has ASCII names of members and no numbers: sorted, without space, escaped as little as JSON admits.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


vectors = []
for title, changes, change in CASES:
    certificate = {**BASE, **changes}
    text = entry(certificate, change)
    vectors.append({
        "title": title,
        "certificate": certificate,
        "change": change and {"kind": change[0], "at": change[1], "reason": change[2], "revokedAt": change[3]},
        "entry": text,
        "leafHash": hashlib.sha256(b"\0" + text.encode()).hexdigest(),
    })
print(json.dumps(vectors, indent=2))
