// The files of a log, read by Python with nothing but hashlib and cryptography: no code of ours, and no library for logs.

import Crypto
import Foundation
import Testing

@testable import TransparencyLog

@Suite("Log files beside plain Python", .enabled(if: Python.cryptography != nil))
struct RawTilesPeerTests {
    private static let script = #"""
        import base64, hashlib, os, sys
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        from cryptography.hazmat.primitives import hashes, serialization
        root, vkeys, expected = sys.argv[1], sys.argv[2].split(), int(sys.argv[3])
        def sha(data): return hashlib.sha256(data).digest()
        def path(n):
            text = "%03d" % (n % 1000)
            while n >= 1000:
                n //= 1000
                text = "x%03d/%s" % (n % 1000, text)
            return text
        note = open(root + "/checkpoint", "rb").read()
        text, signatures = note.rsplit(b"\n\n", 1)
        text += b"\n"
        verified = 0
        for vkey in vkeys:
            name, number, key = vkey.split("+", 2)
            key = base64.b64decode(key, validate=True)
            for line in signatures.decode().splitlines():
                dash, signer, blob = line.split(" ")
                blob = base64.b64decode(blob, validate=True)
                if dash != "\u2014" or signer != name or blob[:4].hex() != number: continue
                if key[0] == 1:
                    assert sha(name.encode() + b"\n\x01" + key[1:])[:4].hex() == number
                    ed25519.Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], text)
                if key[0] == 2:
                    assert sha(key[1:])[:4].hex() == number
                    serialization.load_der_public_key(key[1:]).verify(blob[4:], text, ec.ECDSA(hashes.SHA256()))
                verified += 1
        assert verified == 2, verified
        origin, size, head = text.decode().splitlines()
        size, head = int(size), base64.b64decode(head)
        assert size == expected, size
        # Every entry, from the bundles.
        entries = []
        while len(entries) < size:
            n = len(entries) // 256
            width = min(256, size - n * 256)
            data = open(root + "/tile/entries/" + path(n) + ("" if width == 256 else ".p/%d" % width), "rb").read()
            while data:
                length = int.from_bytes(data[:2], "big")
                entries.append(data[2:2 + length])
                assert len(entries[-1]) == length
                data = data[2 + length:]
        assert entries == [b"entry %d" % i for i in range(size)]
        # The root, straight from RFC 6962.
        def mth(d):
            if not d: return sha(b"")
            if len(d) == 1: return sha(b"\x00" + d[0])
            k = 1
            while k * 2 < len(d): k *= 2
            return sha(b"\x01" + mth(d[:k]) + mth(d[k:]))
        assert mth(entries) == head
        # Every tile of every level: entry i is the hash of D[i*256^l : (i+1)*256^l].
        level, tiles = 0, 0
        while size >> (8 * level):
            count, span = size >> (8 * level), 256 ** level
            for n in range((count + 255) // 256):
                width = min(256, count - n * 256)
                if width <= 0: continue
                data = open(root + "/tile/%d/" % level + path(n) + ("" if width == 256 else ".p/%d" % width), "rb").read()
                want = b"".join(mth(entries[(n * 256 + i) * span:(n * 256 + i + 1) * span]) for i in range(width))
                assert data == want, (level, n)
                tiles += 1
            level += 1
        print("verified", size, "entries", tiles, "tiles")
        """#

    @Test("every entry, tile, root and signature is what Python makes of it", arguments: [1, 256, 257, 1_030])
    func rawTiles(_ size: Int) async throws {
        try await withTemporaryDirectory { directory in
            let log = TestLog(storage: try FileTileStorage(directory: "\(directory)/log"))
            for start in stride(from: 0, to: size, by: 200) {
                log.outbox.commit(entries(min(200, size - start), from: start))
                try await log.integrateAll()
            }
            let keys = log.identity.keys.map(\.description).joined(separator: " ")
            let answer = try await Python.run(
                Self.script,
                ["\(directory)/log", keys, String(size)],
                interpreter: Python.cryptography
            )
            #expect(answer.hasPrefix("verified \(size) entries"), "\(answer)")
        }
    }
}
