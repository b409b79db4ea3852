// Which identity certificate and which server certificate of an agent were valid at the same time.

import Crypto
public import FoundationEssentials
import JOSE
public import PKIX
import X509

/// Two certificates of an agent, and when both were valid.
public struct CertificatePair: Hashable, Sendable {
    /// The serial number of the identity certificate.
    public let identitySerial: SerialNumber
    /// SHA-256 of the identity certificate.
    public let identityFingerprint: [UInt8]
    /// RFC 7638 thumbprint of its key; nil for one that cannot be read.
    public let keyThumbprint: String?
    /// SHA-256 of the server certificate.
    public let serverFingerprint: [UInt8]
    /// SHA-256 of the SubjectPublicKeyInfo of the server certificate.
    public let serverKeyHash: [UInt8]
    /// The agent's ANS name.
    public let name: String
    /// From when both were valid, and handed out.
    public let validFrom: Date
    /// Until when both were valid; the agent's end, if that came first.
    public let validUntil: Date
    /// Whether one of the two is revoked by now.
    public let isRevoked: Bool
}

extension RegistrationService {
    /// The pairs of certificates of an agent that were valid together, the earliest first.
    ///
    /// - Throws: ``RegistrationError``: `.agentNotFound`, `.permissionDenied`; or `IssuingFailure`.
    public func certificatePairs(of id: AgentID, for principal: Principal) async throws -> [CertificatePair] {
        let registration = try await self.registration(id, for: principal)
        let identities = try await self.identityCertificates(of: id, for: principal)
        let servers = try await self.serverCertificates(of: registration)
        let pairs = identities.flatMap { identity in
            servers.compactMap { server in
                CertificatePair(registration, identity.certificate, server.certificate, from: server.request.updatedAt)
            }
        }
        return pairs.sorted { ($0.validFrom, $0.validUntil) < ($1.validFrom, $1.validUntil) }
    }
}

extension CertificatePair {
    /// The two, as long as they are valid together; nil when they never are.
    fileprivate init?(
        _ registration: Registration,
        _ identity: DeliveredCertificate,
        _ server: ServerCertificate,
        from handedOut: Date
    ) {
        let begin = max(identity.notBefore.date, server.notBefore.date, handedOut)
        let end = min(identity.notAfter.date, server.notAfter.date, registration.ending?.at ?? .distantFuture)
        guard begin < end else { return nil }
        let key = try? Certificate(reading: identity.certificate).publicKey
        self.identitySerial = identity.serialNumber
        self.identityFingerprint = Array(SHA256.hash(data: identity.certificate))
        self.keyThumbprint = key.flatMap { try? JSONWebKey($0).thumbprint }
        self.serverFingerprint = server.fingerprint
        self.serverKeyHash = server.publicKeyHash
        self.name = registration.ansName
        self.validFrom = begin
        self.validUntil = end
        self.isRevoked = identity.isRevoked || server.isRevoked
    }
}
