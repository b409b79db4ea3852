// How a CRL is made (RFC 5280 §5): reserve a number, stream the entries, lint, sign the digest, check, write, record.
//
// Record first, then sign, then record, then publish: a number is never given out twice, and no CRL is fetched that the
// store does not know. The entries are in memory once, in pages.

import AtomicFiles
import AuditLog
import Crypto
import Foundation
import PKIX
import Signing
import X509

/// A CRL that lies in a file.
public struct CRLFile: Hashable, Sendable {
    /// What the store knows of it.
    public let crl: PublishedCRL
    /// Where its DER lies.
    public let path: String
    /// Where its PEM lies.
    public var pemPath: String { "\(self.path).pem" }

    /// Each number has a file of its own: one that is being fetched never changes.
    init(_ crl: PublishedCRL, in directory: String) {
        self.crl = crl
        self.path = Self.path(of: crl, number: crl.number, in: directory)
    }

    private static func path(of crl: PublishedCRL, number: Int64, in directory: String) -> String {
        let shard = crl.partition.shard.map { ".\($0)" } ?? ""
        let delta = crl.kind == .delta ? ".delta" : ""
        return "\(directory)/\(crl.partition.issuer)\(shard)\(delta).\(number).crl"
    }

    /// Removes the files of the CRL that this one supersedes, and of those between them that were written and not recorded.
    ///
    /// Whoever fetches one keeps it open; its name can go.
    func removeSuperseded(since last: PublishedCRL?, in directory: String) {
        for number in max(last?.number ?? 1, self.crl.number - Budget.crlAttempts)..<self.crl.number {
            let path = Self.path(of: self.crl, number: number, in: directory)
            for path in [path, "\(path).pem"] { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Whether both forms are there.
    var isComplete: Bool { AtomicFile.exists(self.path) && AtomicFile.exists(self.pemPath) }
}

/// Makes CRLs of one issuer.
struct CRLProduction: Sendable {
    let issuer: Issuer
    let revocations: any RevocationStore
    let crls: any CRLStore
    let directory: String
    let policy: CRLPolicy
    let now: @Sendable () -> Date
    /// Who has it made, for the audit log.
    var actor = Requester.system.actor

    /// Makes and records the next CRL of a partition.
    func make(_ kind: CRLKind, of partition: CRLPartition, after previous: CRLSchedule) async throws -> CRLFile {
        let reserved = try await self.crls.reserveCRL(kind, of: partition)
        let thisUpdate = CertificateTime(self.now())
        var body = Body()
        switch kind {
        // RFC 5280 §3.3: an entry stays until it has stood on one regularly scheduled CRL issued beyond the certificate's
        // validity.
        case .complete: try await self.fill(&body, with: partition, notExpiredAt: previous.complete?.thisUpdate)
        case .delta: try await self.fill(&body, withChangesSince: reserved.base, of: partition)
        }
        let head = self.head(reserved, thisUpdate)
        let encoding = try CRLEncoding(head: head, entriesLength: body.check.length)
        let token = try self.examine(encoding, body.check, head, reserved, previous)
        let signature = try await self.sign(token, body)
        let outer = encoding.outer(signature: signature)
        let parts = [outer.prefix, encoding.prefix] + body.pages + [encoding.suffix, outer.suffix]
        let crl = PublishedCRL(
            partition: partition,
            kind: kind,
            number: reserved.number,
            baseNumber: reserved.base?.number,
            thisUpdate: thisUpdate,
            nextUpdate: head.nextUpdate,
            position: reserved.position,
            entries: body.check.count,
            size: parts.reduce(0) { $0 + $1.count },
            sha256: Self.sha256(parts)
        )
        let file = CRLFile(crl, in: self.directory)
        try await Token.blocking { try Self.write(parts, to: file) }
        try await self.crls.recordPublished(crl, audit: self.event(crl))
        return file
    }

    private func head(_ reserved: ReservedCRL, _ thisUpdate: CertificateTime) -> CRLHead {
        CRLHead(
            issuer: self.issuer.certificate.subject,
            scheme: self.issuer.scheme,
            thisUpdate: thisUpdate,
            nextUpdate: min(thisUpdate + self.policy.validity, self.issuer.notAfter),
            number: reserved.number,
            authorityKeyIdentifier: self.issuer.keyIdentifier,
            scope: reserved.partition.shard.map {
                .shard(uri: self.issuer.addresses.crl(of: self.issuer.name, shard: $0))
            } ?? .full,
            deltaBase: reserved.base?.number,
            freshest: self.policy.hasDeltas && reserved.kind == .complete
                ? [self.issuer.addresses.deltaCRL(of: self.issuer.name, shard: reserved.partition.shard)] : []
        )
    }

    private func fill(
        _ body: inout Body,
        with partition: CRLPartition,
        notExpiredAt instant: CertificateTime?
    ) async throws {
        var last: SerialNumber?
        repeat {
            let page = try await self.revocations.revocationsInForce(
                of: partition,
                after: last,
                notExpiredAt: instant ?? CertificateTime(secondsSinceEpoch: 0),
                limit: Budget.crlPage
            )
            last = page.count < Budget.crlPage ? nil : page.last?.serialNumber
            try body.append(
                page.map {
                    CRLEntry(
                        serialNumber: $0.serialNumber,
                        revokedAt: $0.revocation.revokedAt,
                        reason: $0.revocation.reason,
                        invalidityDate: $0.revocation.invalidityDate
                    )
                }
            )
        } while last != nil
    }

    /// What has changed since the base: few, for a base is never older than the interval.
    private func fill(
        _ body: inout Body,
        withChangesSince base: PublishedCRL?,
        of partition: CRLPartition
    ) async throws {
        var changes: [SerialNumber: RevocationChange] = [:]
        var position = base?.position ?? 0
        while true {
            let page = try await self.revocations.lastChanges(of: partition, after: position, limit: Budget.crlPage)
            for change in page { changes[change.serialNumber] = change }
            guard page.count == Budget.crlPage, let last = page.last else { break }
            position = last.position
        }
        let entries = changes.values.map { change in
            CRLEntry(
                serialNumber: change.serialNumber,
                revokedAt: change.kind == .released ? change.at : change.revocation.revokedAt,
                reason: change.revocation.reason,
                invalidityDate: change.kind == .released ? nil : change.revocation.invalidityDate,
                isRemoval: change.kind == .released
            )
        }
        try body.append(
            entries.sorted { $0.serialNumber.bytes.lexicographicallyPrecedes($1.serialNumber.bytes) }
        )
    }

    private func examine(
        _ encoding: CRLEncoding,
        _ check: CRLEntryCheck,
        _ head: CRLHead,
        _ reserved: ReservedCRL,
        _ previous: CRLSchedule
    ) throws(AuthorityError) -> CRLSigningToken {
        do {
            return try CRLLintSet.examine(
                encoding: encoding,
                entries: check,
                context: CRLLintContext(
                    issuer: self.issuer.certificate.subject,
                    issuerKeyIdentifier: self.issuer.keyIdentifier,
                    issuerNotAfter: self.issuer.notAfter,
                    scheme: self.issuer.scheme,
                    scope: head.scope,
                    isDelta: reserved.kind == .delta,
                    coversAuthorities: self.issuer.pathLength != 0,
                    previousNumber: [previous.complete?.number, previous.delta?.number].compactMap(\.self).max(),
                    now: head.thisUpdate
                )
            )
        } catch {
            throw AuthorityError(.lintFailed, "the CRL would break a rule: \(error)")
        }
    }

    /// Redeems the token: the only place where a CRL is signed.
    private func sign(_ token: consuming CRLSigningToken, _ body: Body) async throws -> [UInt8] {
        let signed = [token.encoding.prefix] + body.pages + [token.encoding.suffix]
        let scheme = token.encoding.scheme
        do {
            guard let digest = Self.digest(signed, scheme) else {
                // Ed25519 signs the message itself (RFC 8032 §5.1.6): it must be whole.
                let message = Array(signed.joined())
                let signature = try await self.issuer.signer.signature(for: message, scheme: scheme)
                try self.issuer.verifier.check(signature, over: message, scheme: scheme)
                return signature
            }
            let signature = try await self.issuer.signer.signature(overDigest: digest, scheme: scheme)
            try self.issuer.verifier.check(signature, overDigest: digest, scheme: scheme)
            return signature
        } catch {
            throw AuthorityError(signing: error)
        }
    }

    private func event(_ crl: PublishedCRL) -> AuditEvent {
        AuditEvent(
            at: self.now(),
            actor: self.actor,
            action: .issueRevocationList,
            object: "crl:\(crl.partition)",
            details: [
                "number": "\(crl.number)", "kind": crl.kind == .delta ? "delta" : "complete",
                "entries": "\(crl.entries)", "sha256": crl.sha256.hexadecimal,
            ]
        )
    }
}

/// The entries, encoded, in pages, with what the check saw of them.
private struct Body {
    var pages: [[UInt8]] = []
    var check = CRLEntryCheck()

    mutating func append(_ entries: [CRLEntry]) throws(PKIXError) {
        guard !entries.isEmpty else { return }
        var page: [UInt8] = []
        page.reserveCapacity(entries.reduce(0) { $0 + $1.encodedCount })
        for entry in entries { entry.serialize(appendingTo: &page) }
        try self.check.examine(page)
        self.pages.append(page)
    }
}

extension CRLProduction {
    private static func digest(_ parts: [[UInt8]], _ scheme: SignatureScheme) -> [UInt8]? {
        func digest<Function: HashFunction>(_ function: Function.Type) -> [UInt8] {
            var hash = Function()
            for part in parts { hash.update(data: part) }
            return Array(hash.finalize())
        }
        switch scheme {
        case .ed25519: return nil
        case .ecdsaSHA384: return digest(SHA384.self)
        case .ecdsaSHA256, .rsaPKCS1SHA256, .rsaPSSSHA256: return digest(SHA256.self)
        }
    }

    private static func sha256(_ parts: [[UInt8]]) -> [UInt8] {
        Self.digest(parts, .ecdsaSHA256) ?? []
    }

    /// Writes the DER and, beside it, the PEM (RFC 7468 §6).
    private static func write(_ parts: [[UInt8]], to file: CRLFile) throws(FileError) {
        var der = try AtomicFileWriter(replacing: file.path, mode: 0o644)
        for part in parts { try der.append(part) }
        try der.commit()
        var pem = try AtomicFileWriter(replacing: file.pemPath, mode: 0o644)
        try pem.append(Array("-----BEGIN X509 CRL-----\n".utf8))
        var rest: [UInt8] = []
        for part in parts {
            rest += part
            // Whole lines of 64 characters, 48 octets each.
            let whole = rest.count / 48 * 48
            try pem.append(Self.lines(rest[..<whole]))
            rest.removeFirst(whole)
        }
        try pem.append(Self.lines(rest[...]))
        try pem.append(Array("-----END X509 CRL-----\n".utf8))
        try pem.commit()
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        let text = Data(bytes).base64EncodedData(options: [.lineLength64Characters, .endLineWithLineFeed])
        return Array(text) + [0x0A]
    }
}
