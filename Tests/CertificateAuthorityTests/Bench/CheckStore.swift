// The invariants of issuance, checked after every step of every test.

import AuditLog
import CertificateAuthority
import Crypto
import Foundation
import PKIX
import SwiftASN1
import TestSupport
import Testing
import X509

/// Checks what must hold at any moment: the audit chain verifies, no serial number occurs twice, every certificate that
/// was answered is stored byte for byte, every certificate stored has its one audit entry, and nothing but the serial
/// numbers named is under way.
func checkStore(
    _ store: FaultyStore,
    answered: [IssuedCertificate] = [],
    underWay: Set<SerialNumber> = [],
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let entries = await store.inner.auditEntries
    let verifier = try await store.verify()
    #expect(verifier.count == Int64(entries.count), sourceLocation: sourceLocation)

    let certificates = await store.inner.allCertificates
    let begun = try await store.begunIssuances(after: 0, limit: .max).map(\.issuance.serialNumber)
    let serials = certificates.map(\.serialNumber) + begun
    #expect(Set(serials).count == serials.count, "a serial number occurs twice", sourceLocation: sourceLocation)
    #expect(Set(begun) == underWay, "other issuances are under way", sourceLocation: sourceLocation)

    for answer in answered {
        let stored = try await store.certificate(answer.stored.serialNumber)
        #expect(stored?.certificate == answer.stored.certificate, sourceLocation: sourceLocation)
    }
    for stored in certificates {
        let certificate = try Certificate(reading: stored.certificate)
        let serial = try SerialNumber(bytes: certificate.serialNumber.bytes)
        #expect(serial == stored.serialNumber, sourceLocation: sourceLocation)
        let sha256 = Array(SHA256.hash(data: stored.certificate)).hexadecimal
        let issued = entries.filter {
            $0.event.action == .issueCertificate && $0.event.object == "certificate:\(serial)"
        }
        #expect(issued.map(\.event.details["sha256"]) == [sha256], sourceLocation: sourceLocation)
        #expect(issued.map(\.event.result) == [.success], sourceLocation: sourceLocation)
    }
}
