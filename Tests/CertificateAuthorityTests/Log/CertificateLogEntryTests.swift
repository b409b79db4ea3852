// The log's entries about certificates are what `certificate-entries.py` makes of the same facts: hashed for ever, they must
// not change by a single octet.

import CertificateAuthority
import Crypto
import Foundation
import PKIX
import Testing

@Suite("Entries of the log about certificates")
struct CertificateLogEntryTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        struct Facts: Decodable, Sendable {
            let serial: String
            let issuer: String
            let profile: String
            let names: String
            let notBefore: Int64
            let notAfter: Int64
            let issuedAt: Int64
            let der: String
        }
        struct Change: Decodable, Sendable {
            let kind: String
            let at: Int64
            let reason: String
            let revokedAt: Int64
        }
        let title: String
        let certificate: Facts
        let change: Change?
        let entry: String
        let leafHash: String

        var testDescription: String { self.title }

        static let all: [Vector] = {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "certificate-entries.json")
            return (try? JSONDecoder().decode([Vector].self, from: Data(contentsOf: file))) ?? []
        }()
    }

    @Test("are those of an independent implementation", arguments: Vector.all)
    func vector(_ vector: Vector) throws {
        let facts = vector.certificate
        let certificate = StoredCertificate(
            id: 7,
            serialNumber: try SerialNumber(hexadecimal: facts.serial),
            issuer: facts.issuer,
            profile: facts.profile,
            agent: "someone.example",
            names: facts.names,
            requestedBy: "token:secret",
            notBefore: CertificateTime(secondsSinceEpoch: facts.notBefore),
            notAfter: CertificateTime(secondsSinceEpoch: facts.notAfter),
            issuedAt: CertificateTime(secondsSinceEpoch: facts.issuedAt),
            certificate: try #require([UInt8](hexadecimal: facts.der)),
            revocation: nil
        )
        let entry: [UInt8]
        if let change = vector.change {
            entry = try CertificateLogEntry.changed(
                certificate,
                by: RevocationChange(
                    position: 1,
                    kind: change.kind == "released" ? .released : .revoked,
                    issuer: facts.issuer,
                    shard: 0,
                    serialNumber: certificate.serialNumber,
                    notAfter: certificate.notAfter,
                    at: CertificateTime(secondsSinceEpoch: change.at),
                    revocation: Revocation(
                        revokedAt: CertificateTime(secondsSinceEpoch: change.revokedAt),
                        reason: try #require(RevocationReason(rawValue: change.reason)),
                        invalidityDate: nil
                    )
                )
            )
        } else {
            entry = try CertificateLogEntry.issued(certificate)
        }
        #expect(String(decoding: entry, as: UTF8.self) == vector.entry)
        #expect(Array(SHA256.hash(data: [0] + entry)).hexadecimal == vector.leafHash)
    }

    @Test("are all there")
    func count() { #expect(Vector.all.count == 7) }

    @Test("What is left out says so, with the hash of what would have stood there")
    func omitted() throws {
        let unreadable = try CertificateLogEntry.omitted("CERTIFICATE_ISSUED", reference: 12, entry: nil)
        #expect(
            String(decoding: unreadable, as: UTF8.self)
                == #"{"eventType":"CERTIFICATE_ISSUED","omitted":{"reason":"UNREADABLE","reference":12},"#
                + #""schemaVersion":"signet-certificate-v1"}"#
        )
        let long = String(
            decoding: try CertificateLogEntry.omitted("CERTIFICATE_CHANGED", reference: 12, entry: [1]),
            as: UTF8.self
        )
        #expect(long.contains(#""reason":"TOO_LONG""#) && long.contains(Array(SHA256.hash(data: [1])).hexadecimal))
    }
}
