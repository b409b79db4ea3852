// `ServerCertificateStore` on SQLite.

public import AuditLog
import GRDB
public import PKIX
public import ServerCertificates

extension SQLiteStore: ServerCertificateStore {
    /// Keeps a certificate, unless its agent has it or one came by the same reference; gives the one that is kept.
    public func keep(_ certificate: KeptCertificate, audit: AuditEvent) async throws -> KeptCertificate {
        try await self.write { transaction in
            let (kept, isNew) = try Self.keep(certificate, in: transaction.database)
            if isNew { try transaction.append(audit) }
            return kept
        }
    }

    /// Keeps a certificate within a change, and says whether it is new.
    static func keep(
        _ certificate: KeptCertificate,
        in database: Database
    ) throws -> (kept: KeptCertificate, isNew: Bool) {
        let known =
            try database.one(
                ServerCertificateRow.findByReference,
                [certificate.reference],
                ServerCertificateRow.decode
            )
            ?? database.one(
                ServerCertificateRow.findOfAgent,
                [certificate.agent, certificate.certificate.fingerprint.data],
                ServerCertificateRow.decode
            )
        if let known { return (known, false) }
        try database.change(ServerCertificateRow.insert, ServerCertificateRow.arguments(certificate))
        return (certificate, true)
    }

    /// The certificates of an agent, in the order in which they came.
    public func certificates(of agent: String) async throws -> [KeptCertificate] {
        try await self.read { database in
            try database.all(ServerCertificateRow.listOfAgent, [agent], ServerCertificateRow.decode)
        }
    }

    /// The certificate with a SHA-256; of several agents', one that is not revoked and was ordered comes first.
    public func certificate(_ fingerprint: [UInt8]) async throws -> KeptCertificate? {
        try await self.read { database in
            let holders = try database.all(ServerCertificateRow.find, [fingerprint.data], ServerCertificateRow.decode)
            let used = holders.filter { !$0.certificate.isRevoked }
            return used.first { $0.certificate.source != .brought } ?? used.first ?? holders.first
        }
    }

    /// The certificate that came by a reference.
    public func certificate(reference: String) async throws -> KeptCertificate? {
        try await self.read { database in
            try database.one(ServerCertificateRow.findByReference, [reference], ServerCertificateRow.decode)
        }
    }

    /// Marks an agent's certificate revoked, unless it is to be revoked at its CA; nil when the agent has no such certificate.
    public func withdraw(
        _ fingerprint: [UInt8],
        of agent: String,
        evenIfShared: Bool,
        audit: AuditEvent
    ) async throws -> CertificateWithdrawal? {
        try await self.write { transaction in
            let holders = try transaction.database.all(
                ServerCertificateRow.find,
                [fingerprint.data],
                ServerCertificateRow.decode
            )
            let withdrawal = holders.withdrawal(of: agent, evenIfShared: evenIfShared)
            if withdrawal == .marked, holders.isInUse(by: agent) {
                try transaction.database.change(ServerCertificateRow.revokeOfAgent, [agent, fingerprint.data])
                try transaction.append(audit)
            }
            return withdrawal
        }
    }

    /// Marks a certificate revoked, of all agents that have it.
    public func markRevoked(_ fingerprint: [UInt8], audit: AuditEvent) async throws -> Bool {
        try await self.write { transaction in
            guard try transaction.database.change(ServerCertificateRow.revoke, [fingerprint.data]) > 0 else {
                return false
            }
            try transaction.append(audit)
            return true
        }
    }

    /// What the CA said last about a certificate's renewal; nil when it was not asked.
    public func renewalInfo(of fingerprint: [UInt8]) async throws -> KeptRenewalInfo? {
        try await self.read { database in
            try database.one(ServerCertificateRow.findRenewal, [fingerprint.data], ServerCertificateRow.decodeRenewal)
        }
    }

    /// Keeps what the CA says.
    public func keepRenewalInfo(_ info: KeptRenewalInfo, of fingerprint: [UInt8]) async throws {
        _ = try await self.write { transaction in
            try transaction.database.change(
                ServerCertificateRow.writeRenewal,
                [
                    fingerprint.data, info.window?.lowerBound.secondsSinceEpoch,
                    info.window?.upperBound.secondsSinceEpoch, info.askAgainAt.milliseconds,
                ]
            )
        }
    }

    /// How many agents have, as the newest of their certificates that are not revoked, one in the last third of its life.
    public func countInLastThird(at instant: CertificateTime) async throws -> Int {
        try await self.read { database in
            try database.one(ServerCertificateRow.countInLastThird, [instant.secondsSinceEpoch]) { try $0.value(0) }
                ?? 0
        }
    }
}
