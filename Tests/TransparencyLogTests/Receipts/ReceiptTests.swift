// COSE receipts and status tokens, read by cbor2, pycose and scitt-cose of PyPI.

import Crypto
import Foundation
import JSON
import Testing

@testable import TransparencyLog

@Suite("Receipts")
struct ReceiptTests {
    @Test(
        "CBOR is encoded as RFC 8949 appendix A has it",
        arguments: [
            (CBORValue.integer(0), "00"), (.integer(23), "17"), (.integer(24), "1818"), (.integer(1_000), "1903e8"),
            (.integer(1_000_000), "1a000f4240"), (.integer(1_000_000_000_000), "1b000000e8d4a51000"),
            (.integer(-1), "20"), (.integer(-100), "3863"), (.integer(-1_000), "3903e7"),
            (.integer(.min), "3b7fffffffffffffff"), (.bytes([1, 2, 3, 4]), "4401020304"), (.text("ü"), "62c3bc"),
            (.array([.integer(1), .array([.integer(2)])]), "82018102"), (.null, "f6"),
            (.map([10: .integer(1), -1: .integer(2), 100: .integer(3), 1: .integer(4)]), "a401040a0118640320" + "02"),
        ]
    )
    func encoding(_ value: CBORValue, _ hexadecimal: String) {
        #expect(value.encoded.map { String(format: "%02x", $0) }.joined() == hexadecimal)
    }

    private func log() async throws -> (TestLog, LogProofs) {
        let log = TestLog(storage: MemoryStorage())
        log.outbox.commit(entries(300))
        try await log.integrateAll()
        return (log, LogProofs(storage: log.storage, identity: log.identity))
    }

    private func pem(_ signer: SoftwareSigner) throws -> String {
        try P256.Signing.PublicKey(derRepresentation: signer.key.publicKey).pemRepresentation
    }

    @Test(
        "a receipt of the Agent Name Service is what cbor2 and pycose read and verify",
        .enabled(if: Python.cbor != nil)
    )
    func ansReceipt() async throws {
        let (log, proofs) = try await self.log()
        let entry = try await proofs.entry(77)
        let inclusion = try await proofs.inclusion(of: 77)
        let receipt = try await LogReceipt(issuer: log.identity.origin, signer: log.signers[1])
            .ans(of: entry, inclusion, at: Date(timeIntervalSince1970: 1_790_000_000))
        let script = #"""
            import sys, hashlib, base64, cbor2
            from cryptography.hazmat.primitives.serialization import load_pem_public_key, Encoding, PublicFormat
            from pycose.messages import CoseMessage
            from pycose.keys import EC2Key
            data, key = bytes.fromhex(sys.argv[1]), load_pem_public_key(sys.argv[2].encode())
            tag = cbor2.loads(data)
            assert tag.tag == 18
            protected, unprotected, payload, signature = tag.value
            spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            header = cbor2.loads(protected)
            assert header[1] == -7 and header[4] == hashlib.sha256(spki).digest()[:4] and header[395] == 1, header
            assert dict(header[15]) == {1: "log.example/test", 6: 1790000000}, header
            assert cbor2.dumps(header, canonical=True) == protected
            proof = unprotected[396]
            assert proof[-1] == 300 and proof[-2] == 77
            node, last, value = 77, 299, hashlib.sha256(b"\0" + payload).digest()
            for sibling in proof[-3]:
                if node & 1 or node == last:
                    value = hashlib.sha256(b"\1" + sibling + value).digest()
                    while node and not node & 1: node >>= 1; last >>= 1
                else: value = hashlib.sha256(b"\1" + value + sibling).digest()
                node >>= 1; last >>= 1
            assert last == 0 and value == proof[-4]
            numbers = key.public_numbers()
            message = CoseMessage.decode(data)
            message.key = EC2Key(crv="P_256", x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big"))
            assert message.verify_signature()
            print("verified", payload.decode())
            """#
        let hexadecimal = receipt.map { String(format: "%02x", $0) }.joined()
        let answer = try await Python.run(script, [hexadecimal, self.pem(log.signers[1])], interpreter: Python.cbor)
        #expect(answer == "verified entry 77\n")
    }

    @Test("a receipt of RFC 9942 is what scitt-cose verifies, for the entry alone", .enabled(if: Python.scitt != nil))
    func rfc9942Receipt() async throws {
        let (log, proofs) = try await self.log()
        let inclusion = try await proofs.inclusion(of: 299)
        let receipt = try await LogReceipt(issuer: log.identity.origin, signer: log.signers[1])
            .rfc9942(of: try await proofs.entry(299), inclusion, at: Date(timeIntervalSince1970: 1_790_000_000))
        let script = #"""
            import sys
            from scitt_cose.receipt import verify_receipt
            def verify(entry): return verify_receipt(
                bytes.fromhex(sys.argv[1]), leaf_entry_hex=entry.hex(), log_public_key_pem=sys.argv[2].encode())
            good, bad = verify(b"entry 299"), verify(b"entry 298")
            print(good.ok, good.tree_size, good.leaf_index, good.root, good.issuer, good.iat, bad.ok, *good.errors)
            """#
        let hexadecimal = receipt.map { String(format: "%02x", $0) }.joined()
        let answer = try await Python.run(script, [hexadecimal, self.pem(log.signers[1])], interpreter: Python.scitt)
        #expect(answer == "True 300 299 \(inclusion.root) log.example/test 1790000000 False\n")
    }

    @Test("a status token is what cbor2 and pycose read and verify", .enabled(if: Python.cbor != nil))
    func statusToken() async throws {
        let signer = SoftwareSigner(.ecdsaP256)
        let token = StatusToken(
            agentID: "id",
            ansName: "ans://v1.0.0.a.example.com",
            status: .warning,
            identityCertificates: [CertificateReference(fingerprint: "SHA256:00", type: "X509-OV-CLIENT")],
            metadataHashes: ["MCP": "SHA256:01", "A2A": "SHA256:02"]
        )
        let bytes = try await token.signed(by: signer, at: Date(timeIntervalSince1970: 1_790_000_000))
        let script = #"""
            import sys, cbor2
            from cryptography.hazmat.primitives.serialization import load_pem_public_key
            from pycose.messages import CoseMessage
            from pycose.keys import EC2Key
            data, key = bytes.fromhex(sys.argv[1]), load_pem_public_key(sys.argv[2].encode()).public_numbers()
            protected, unprotected, payload, _ = cbor2.loads(data).value
            assert cbor2.loads(protected)[3] == "application/ans-status-token+cbor" and not unprotected
            claims = cbor2.loads(payload)
            assert claims[1] == "id" and claims[2] == "WARNING" and claims[3] == 1790000000 and claims[4] == 1790003600
            assert claims[5] == "ans://v1.0.0.a.example.com" and 7 not in claims
            assert dict(claims[6][0]) == {1: "SHA256:00", 2: "X509-OV-CLIENT"}
            assert dict(claims[8]) == {"A2A": "SHA256:02", "MCP": "SHA256:01"}
            message = CoseMessage.decode(data)
            message.key = EC2Key(crv="P_256", x=key.x.to_bytes(32, "big"), y=key.y.to_bytes(32, "big"))
            print(message.verify_signature())
            """#
        let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
        #expect(try await Python.run(script, [hexadecimal, self.pem(signer)], interpreter: Python.cbor) == "True\n")
    }

    @Test("no receipt is made for another entry, or with a key that is not P-256")
    func refusals() async throws {
        let (log, proofs) = try await self.log()
        let inclusion = try await proofs.inclusion(of: 7)
        let receipts = LogReceipt(issuer: "o", signer: log.signers[1])
        await #expect(throws: LogError(.invalidProof, "")) { try await receipts.ans(of: [1], inclusion, at: Date()) }
        let wrongKey = LogReceipt(issuer: "o", signer: log.signers[0])
        let entry = try await proofs.entry(7)
        await #expect(throws: LogError(.signingFailed, "")) { try await wrongKey.ans(of: entry, inclusion, at: Date()) }
    }
}
