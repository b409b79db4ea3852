"""Writes OCSP requests for the certificates of a store, for wrk: a line each, "GET PATH" or "POST HEX".

Usage: ocsp_requests.py DATABASE ISSUER.pem COUNT GET_PORTION [--der DIRECTORY]
"""
import base64
import hashlib
import sqlite3
import subprocess
import sys
import urllib.parse


def der(tag, *parts):
    content = b"".join(parts)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def issuer_hashes(path):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    certificate = x509.load_pem_x509_certificate(open(path, "rb").read())
    key = certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return hashlib.sha1(certificate.subject.public_bytes()).digest(), hashlib.sha1(key).digest()


def request(hashes, serial):
    serial = serial if serial[0] < 0x80 else b"\0" + serial
    algorithm = der(0x30, bytes.fromhex("06052b0e03021a0500"))
    cert_id = der(0x30, algorithm, der(4, hashes[0]), der(4, hashes[1]), der(2, serial))
    return der(0x30, der(0x30, der(0x30, der(0x30, cert_id))))


def serials(database, count):
    """Spread over the table: neither the oldest nor the newest alone."""
    store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    first, last = store.execute("SELECT min(id), max(id) FROM certificates WHERE actor = 'token:bench'").fetchone()
    step = max(1, (last - first + 1) // count)
    for index in range(first, last + 1, step):
        yield store.execute("SELECT serial, state FROM certificates WHERE id = ?", (index,)).fetchone()


def main():
    database, issuer, count, portion = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    hashes = issuer_hashes(issuer)
    lines = []
    for index, (serial, _) in enumerate(serials(database, count)):
        message = request(hashes, serial)
        if index % 100 < portion * 100:
            lines.append("GET /ocsp/" + urllib.parse.quote(base64.b64encode(message).decode(), safe=""))
        else:
            lines.append("POST " + message.hex())
    # An order without a pattern, the same in every run.
    lines.sort(key=lambda line: hashlib.sha1(line.encode()).digest())
    print("\n".join(lines[:count]))


if __name__ == "__main__":
    main()
