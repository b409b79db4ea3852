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
        var body = CRLBody()
        switch kind {
        // RFC 5280 §3.3: an entry stays until it has stood on one regularly scheduled CRL issued beyond the certificate's
        // validity.
        case .complete:
            try await self.fill(&body, with: partition, notExpiredAt: previous.complete?.thisUpdate, at: thisUpdate)
        case .delta: try await self.fill(&body, withChangesSince: reserved.base, of: partition, at: thisUpdate)
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
        try await Token.blocking { try file.write(parts) }
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
        _ body: inout CRLBody,
        with partition: CRLPartition,
        notExpiredAt instant: CertificateTime?,
        at thisUpdate: CertificateTime
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
                        // A revocation that came while the pages were read, or by a clock that was ahead, is listed as of now.
                        revokedAt: min($0.revocation.revokedAt, thisUpdate),
                        reason: $0.revocation.reason,
                        invalidityDate: $0.revocation.invalidityDate
                    )
                }
            )
        } while last != nil
    }

    /// What has changed since the base: few, for a base is never older than the interval.
    private func fill(
        _ body: inout CRLBody,
        withChangesSince base: PublishedCRL?,
        of partition: CRLPartition,
        at thisUpdate: CertificateTime
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
                revokedAt: min(change.kind == .released ? change.at : change.revocation.revokedAt, thisUpdate),
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
    private func sign(_ token: consuming CRLSigningToken, _ body: CRLBody) async throws -> [UInt8] {
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
