// The key ceremony: from a hierarchy's definition to keys on tokens and certificates in files.
//
// It may be run again at any time and stopped at any step: what is there is kept, what is missing is made. Certificates
// take the path of every certificate, with lints, record and second opinion; the root is no exception. The root's token
// is opened only when the root has something to sign.

import AtomicFiles
public import AuditLog
import Crypto
import Foundation
public import Logging
public import PKIX
public import Signing
import SwiftASN1
import X509

/// A key ceremony.
public struct Ceremony: Sendable {
    /// Opens a token by its name in the hierarchy, prepares it when it is new, and closes it when the body returns.
    public typealias TokenAccess =
        @Sendable (
            _ name: String,
            _ body: @Sendable (Token) async throws -> Void
        ) async throws -> Void

    let hierarchy: HierarchyDefinition
    let profiles: [CertificateProfile]
    let layout: StateLayout
    let addresses: PublicAddresses
    let store: any AuthorityStore
    let audit: any AuditStore
    let environment: AuthorityEnvironment
    let withToken: TokenAccess
    let requester: Requester
    let logger: Logger

    /// Prepares a ceremony; nothing happens before ``perform()``.
    ///
    /// - Parameters:
    ///   - operator: who performs it, for the transcript and the audit log.
    public init(
        hierarchy: HierarchyDefinition,
        profiles: [CertificateProfile],
        layout: StateLayout,
        addresses: PublicAddresses,
        store: any AuthorityStore,
        audit: any AuditStore,
        environment: AuthorityEnvironment,
        withToken: @escaping TokenAccess,
        operator name: String,
        logger: Logger
    ) {
        self.hierarchy = hierarchy
        self.profiles = profiles
        self.layout = layout
        self.addresses = addresses
        self.store = store
        self.audit = audit
        self.environment = environment
        self.withToken = withToken
        self.requester = Requester(actor: "operator:\(name)")
        self.logger = logger
    }

    /// Makes what is missing.
    ///
    /// - Returns: what was made and what was there.
    /// - Throws: ``AuthorityError``, `SigningError`, `PKIXError`; what was made until then stands.
    public func perform() async throws -> CeremonyReport {
        let record = CeremonyRecord(transcripts: try self.transcripts())
        for token in self.hierarchy.tokens where token != self.hierarchy.root.key.token {
            try await self.withToken(token) { opened in
                for key in Self.keys(on: token, of: self.hierarchy) { try await self.ensure(key, on: opened, record) }
            }
        }
        try await self.certifyAuthorities(record)
        try self.writeChain()
        try self.writeLogKeys(record)
        return try self.report(record)
    }

    /// The keys on a token of the daemon's.
    static func keys(on token: String, of hierarchy: HierarchyDefinition) -> [KeyDefinition] {
        let keys = hierarchy.issuers.flatMap { [$0.key] + [$0.responder?.key].compactMap { $0 } }
        return (keys + hierarchy.logKeys).filter { $0.token == token }
    }

    /// Finds a key or makes it.
    private func ensure(_ key: KeyDefinition, on token: Token, _ record: CeremonyRecord) async throws {
        let found: TokenKey
        var isNew = false
        do {
            found = try await token.key(label: key.label)
        } catch let error as SigningError where error.code == .keyNotFound {
            try self.requireNoCertificate(of: key)
            found = try await token.generateKeyPair(key.type, label: key.label, id: Array(key.label.utf8))
            isNew = true
        }
        guard found.type == key.type else {
            throw AuthorityError(
                .ceremonyFailed,
                "key '\(key.label)' on token '\(key.token)' is \(found.type); the hierarchy asks for \(key.type)"
            )
        }
        try found.requireUsable(for: found.publicKey)
        let publicKey = try found.subjectPublicKey
        record.add(found, token: key.token, publicKey: publicKey, isNew: isNew)
        // A key that was there and that no transcript has is what an interrupted ceremony made, or an operator.
        let fingerprint = publicKey.sha256.hexadecimal
        if !isNew {
            if record.isInTranscript(fingerprint) { return }
            if try await self.isInAuditLog(fingerprint) { return }
        }
        try await self.audit(
            "key:\(key.token)/\(key.label)",
            ["type": "\(key.type)", "sha256": fingerprint, "generated": "\(isNew)"]
        )
    }

    /// Whether a key's fingerprint is in the audit log; read only after an interrupted ceremony.
    private func isInAuditLog(_ fingerprint: String) async throws -> Bool {
        var last: Int64 = 0
        while true {
            let entries = try await self.audit.entries(after: last, limit: AuditLog.Budget.verificationBatch)
            guard let end = entries.last else { return false }
            let events = entries.lazy.map(\.event)
            if events.contains(where: { $0.action == .ceremony && $0.details["sha256"] == fingerprint }) { return true }
            last = end.sequence
        }
    }

    /// Refuses to make a key anew whose certificate, or public key, is in its file: its token was lost or exchanged.
    private func requireNoCertificate(of key: KeyDefinition) throws(AuthorityError) {
        let path = self.layout.certificate(key.label)
        guard !AtomicFile.exists(path) else {
            throw AuthorityError(
                .ceremonyFailed,
                "key '\(key.label)' is not on token '\(key.token)', yet \(path) is there: restore the token from its backup,"
                    + " or move the file away to make a new key"
            )
        }
    }

    func audit(_ object: String, _ details: [String: String]) async throws {
        try await self.audit.append([
            AuditEvent(
                at: self.environment.now(),
                actor: self.requester.actor,
                action: .ceremony,
                object: object,
                policyHash: self.hierarchy.sha256,
                details: details
            )
        ])
    }

    /// Certifies root and issuing CAs, unless all have their certificates, and has the root sign its CRL when that is due.
    private func certifyAuthorities(_ record: CeremonyRecord) async throws {
        let missing = self.hierarchy.issuers.filter { !AtomicFile.exists(self.layout.certificate($0.name)) }
        let isCRLDue = try await self.isRootCRLDue()
        guard !missing.isEmpty || isCRLDue || !AtomicFile.exists(self.layout.certificate("root")) else { return }
        try await self.closeLeftovers()
        try await self.withToken(self.hierarchy.root.key.token) { token in
            try await self.ensure(self.hierarchy.root.key, on: token, record)
            let rootKey = try await token.key(label: self.hierarchy.root.key.label)
            let root = try await self.certifyRoot(rootKey)
            for issuer in missing {
                guard let key = record.key(issuer.key.label, token: issuer.key.token) else { continue }
                try await self.certify(issuer, key: key, by: root)
            }
            if isCRLDue { try await self.makeRootCRL(root) }
        }
    }

    /// What an interrupted ceremony began is closed: its serial numbers stay used.
    private func closeLeftovers() async throws {
        let pipeline = self.pipeline
        for (_, issuance) in try await self.store.begunIssuances(after: 0, limit: Budget.recoveryBatch)
        where issuance.issuer == self.hierarchy.root.name {
            let error = AuthorityError(.ceremonyFailed, "the ceremony was interrupted")
            await pipeline.abandon(issuance, because: error)
        }
    }

    var pipeline: IssuancePipeline {
        IssuancePipeline(store: self.store, environment: self.environment, logger: self.logger)
    }
}

extension TokenKey {
    /// The public key as this project's own type; its strength was checked when the token's answer was read.
    var subjectPublicKey: SubjectPublicKey {
        get throws(PKIXError) { try SubjectPublicKey(self.publicKey) }
    }
}
