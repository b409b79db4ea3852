import AuditLog
import Crypto
import Foundation
import PKIX
import Signing
import SwiftASN1
import TestSupport
import Testing

@testable import CertificateAuthority

/// Reads a CRL and checks what is true of every one: in DER and PEM alike, recorded as it is, signed by its issuer, its
/// entries in order.
@discardableResult
func checkCRL(
    _ file: CRLFile,
    by issuer: Issuer,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> ParsedCRL {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
    #expect(bytes.count == file.crl.size, sourceLocation: sourceLocation)
    #expect(Array(SHA256.hash(data: bytes)) == file.crl.sha256, sourceLocation: sourceLocation)
    let text = try String(contentsOfFile: file.pemPath, encoding: .utf8)
    let document = try PEMDocument(pemString: text)
    #expect(document.discriminator == "X509 CRL" && document.derBytes == bytes, sourceLocation: sourceLocation)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.dropFirst().dropLast(3).allSatisfy { $0.count == 64 }, sourceLocation: sourceLocation)
    #expect(text.hasSuffix("-----END X509 CRL-----\n"), sourceLocation: sourceLocation)

    let crl = try ParsedCRL(derEncoded: bytes)
    #expect(crl.number == file.crl.number && crl.deltaBase == file.crl.baseNumber, sourceLocation: sourceLocation)
    #expect(crl.thisUpdate == file.crl.thisUpdate, sourceLocation: sourceLocation)
    #expect(crl.nextUpdate == file.crl.nextUpdate, sourceLocation: sourceLocation)
    #expect(crl.entries.count == file.crl.entries, sourceLocation: sourceLocation)
    #expect(crl.issuerBytes == issuer.subjectBytes, sourceLocation: sourceLocation)
    #expect(crl.authorityKeyIdentifier == issuer.keyIdentifier, sourceLocation: sourceLocation)
    #expect(crl.scheme == issuer.scheme, sourceLocation: sourceLocation)
    try issuer.verifier.check(crl.signature, over: Array(crl.signedBytes), scheme: issuer.scheme)
    let serials = crl.entries.map(\.serialNumber.bytes)
    #expect(zip(serials, serials.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    return crl
}

extension StatusBench {
    /// Makes a CRL after what the store knows as the last ones.
    func make(
        _ kind: CRLKind = .complete,
        shard: Int? = nil,
        policy: CRLPolicy = CRLPolicy()
    ) async throws -> (file: CRLFile, crl: ParsedCRL) {
        let partition = CRLPartition(issuer: self.issuer.name, shard: shard)
        let previous = CRLSchedule(
            policy,
            complete: try await self.store.inner.publishedCRL(.complete, of: partition),
            delta: try await self.store.inner.publishedCRL(.delta, of: partition)
        )
        let file = try await self.production(policy).make(kind, of: partition, after: previous)
        return (file, try checkCRL(file, by: self.issuer))
    }
}

@Suite("CRLs")
struct CRLProductionTests {
    @Test("without revocations it has no entries, and says what it is")
    func empty() async throws {
        let status = try await StatusBench()
        _ = try await status.issue()
        let (file, crl) = try await status.make()
        #expect(crl.entries.count == 0 && crl.number == 1 && crl.deltaBase == nil)
        #expect(crl.thisUpdate == status.clock.time && crl.nextUpdate == status.clock.time + 86_400)
        #expect(crl.distributionPoint == nil && crl.freshest.isEmpty)
        #expect(try await status.store.publishedCRLs() == [file.crl])
        #expect(try status.files() == ["agents.1.crl", "agents.1.crl.pem"])
        let event = try await #require(status.store.inner.auditEntries.last).event
        #expect(event.action == .issueRevocationList && event.object == "crl:agents" && event.actor == "system")
        #expect(
            event.details == [
                "number": "1", "kind": "complete", "entries": "0", "sha256": file.crl.sha256.hexadecimal,
            ]
        )
        try await checkStore(status.store)
    }

    @Test("each revocation stands with its time, reason and invalidity date; what is valid does not")
    func complete() async throws {
        let status = try await StatusBench()
        var expected: [SerialNumber: CRLEntry] = [:]
        for reason in RevocationReason.allCases {
            let certificate = try await status.issue()
            _ = try await status.issue()
            let date = reason == .keyCompromise ? status.clock.time + -500 : nil
            try await status.revoke(certificate, reason, invalidityDate: date)
            expected[certificate.serialNumber] = CRLEntry(
                serialNumber: certificate.serialNumber,
                revokedAt: status.clock.time,
                reason: reason == .unspecified ? nil : reason,
                invalidityDate: date
            )
            status.clock.advance(by: 10)
        }
        let (file, crl) = try await status.make()
        #expect(Dictionary(uniqueKeysWithValues: crl.entries.map { ($0.serialNumber, $0) }) == expected)
        #expect(file.crl.position == Int64(RevocationReason.allCases.count))
    }

    @Test("a shard names its own address and has its own certificates; together the shards have them all")
    func shards() async throws {
        let status = try await StatusBench(shards: 3)
        for _ in 0..<12 { try await status.revoke(try await status.issue()) }
        let whole = Set(try await status.make().crl.entries.map(\.serialNumber))
        var seen: Set<SerialNumber> = []
        for shard in 0..<3 {
            let (file, crl) = try await status.make(shard: shard)
            #expect(crl.distributionPoint == ["http://pki.example/crl/agents/\(shard).crl"])
            #expect(file.path == "\(status.directory.path)/agents.\(shard).1.crl")
            let serials = crl.entries.map(\.serialNumber)
            #expect(serials.allSatisfy { CRLPartition.shard(of: $0, among: 3) == shard })
            #expect(seen.isDisjoint(with: serials))
            seen.formUnion(serials)
        }
        #expect(seen == whole && whole.count == 12)
    }

    @Test("a delta lists what has changed since the complete CRL, and holds that were released as removed")
    func delta() async throws {
        let status = try await StatusBench()
        let policy = CRLPolicy(hasDeltas: true)
        let (before, held, after, short) = (
            try await status.issue(), try await status.issue(), try await status.issue(), try await status.issue()
        )
        try await status.revoke(before, .superseded)
        try await status.revoke(held, .certificateHold)
        let base = try await status.make(policy: policy).crl
        #expect(base.freshest == ["http://pki.example/crl/agents/delta.crl"])

        status.clock.advance(by: 10)
        let nothing = try await status.make(.delta, policy: policy)
        #expect(nothing.crl.deltaBase == 1 && nothing.crl.number == 2 && nothing.crl.entries.count == 0)
        #expect(nothing.crl.freshest.isEmpty)
        #expect(nothing.file.path.hasSuffix("/agents.delta.2.crl"))

        try await status.revoke(after, .keyCompromise)
        try await status.revoke(short, .certificateHold)
        try await status.release(held)
        try await status.release(short)
        let changed = try await status.make(.delta, policy: policy).crl
        #expect(changed.number == 3 && changed.deltaBase == 1 && changed.entries.count == 3)
        #expect(changed.entries.entry(of: before.serialNumber) == nil)
        #expect(changed.entries.entry(of: after.serialNumber)?.reason == .keyCompromise)
        for released in [held, short] {
            let entry = try #require(changed.entries.entry(of: released.serialNumber))
            #expect(entry.isRemoval && entry.revokedAt == status.clock.time)
        }

        status.clock.advance(by: 10)
        try await status.revoke(held, .superseded)
        let again = try await status.make(.delta, policy: policy).crl
        let entry = try #require(again.entries.entry(of: held.serialNumber))
        #expect(!entry.isRemoval && entry.reason == .superseded && again.entries.count == 3)

        let next = try await status.make(policy: policy).crl
        #expect(next.number == 5)
        let revoked = Set([before, held, after].map(\.serialNumber))
        #expect(Set(next.entries.map(\.serialNumber)) == revoked)
        status.clock.advance(by: 1)
        let fresh = try await status.make(.delta, policy: policy).crl
        #expect(fresh.deltaBase == 5 && fresh.entries.count == 0)
    }

    @Test("without a complete CRL there is no delta")
    func deltaWithoutBase() async throws {
        let status = try await StatusBench()
        await #expect(throws: AuthorityError(.notFound, "")) { try await status.make(.delta) }
        #expect(try status.files().isEmpty)
    }

    @Test("an entry stands on one CRL after its certificate's expiry, and then no more")
    func expiry() async throws {
        let status = try await StatusBench()
        let certificate = try await status.issue(lifetime: 3_600)
        let other = try await status.issue()
        try await status.revoke(certificate)
        try await status.revoke(other)
        let listed = { (crl: ParsedCRL) in crl.entries.entry(of: certificate.serialNumber) != nil }
        #expect(listed(try await status.make().crl))
        status.clock.set(certificate.notAfter)
        #expect(listed(try await status.make().crl))
        status.clock.advance(by: 5)
        // The first after the expiry.
        #expect(listed(try await status.make().crl))
        status.clock.advance(by: 5)
        let last = try await status.make().crl
        #expect(!listed(last) && last.entries.entry(of: other.serialNumber) != nil)
    }

    @Test("it ends with its issuer at the latest")
    func issuerEnds() async throws {
        let status = try await StatusBench()
        status.clock.set(status.issuer.notAfter + -100)
        #expect(try await status.make().crl.nextUpdate == status.issuer.notAfter)
    }

    @Test("what would break a rule is not signed: valid for more than ten days, or for no second")
    func lints() async throws {
        let status = try await StatusBench()
        await #expect(throws: AuthorityError(.lintFailed, "")) {
            try await status.make(policy: CRLPolicy(validity: 864_001))
        }
        status.clock.set(status.issuer.notAfter)
        await #expect(throws: AuthorityError(.lintFailed, "")) { try await status.make() }
        #expect(status.bench.signer.signed.isEmpty)
        #expect(try status.files().isEmpty)
    }
}
