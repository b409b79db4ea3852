// The revocation of an issuing CA: recorded, then put on the root's CRL by a ceremony, since the root signs nowhere else.

import AuditLog
import CertificateAuthority
import Logging
import PKIX
import Persistence
import X509

/// Revokes the certificate of an issuing CA.
struct AuthorityRevocation: Sendable {
    let layout: StateLayout
    let name: String
    let reason: RevocationReason

    /// Records the revocation, and has the root sign its next CRL; may be run again when it was interrupted.
    ///
    /// - Returns: the serial number of the CA's certificate.
    func perform(logger: Logger) async throws -> SerialNumber {
        let hierarchy = try Definitions(hierarchy: self.layout.hierarchy).hierarchy
        guard hierarchy.issuers.contains(where: { $0.name == self.name }) else {
            let names = hierarchy.issuers.map(\.name).joined(separator: ", ")
            throw ConfigurationError("the hierarchy has no CA '\(self.name)'; it has \(names)")
        }
        let certificate = try Certificate(reading: try PEM.certificate(in: self.layout.certificate(self.name)))
        let serialNumber = try SerialNumber(bytes: certificate.serialNumber.bytes)
        try await self.record(serialNumber)
        _ = try await StateInitialization(layout: self.layout, hierarchy: nil, publicURL: nil, api: nil, module: nil)
            .perform(logger: logger)
        return serialNumber
    }

    private func record(_ serialNumber: SerialNumber) async throws {
        let lock = try StateDirectoryLock(directory: self.layout.directory)
        defer { withExtendedLifetime(lock) {} }
        let store = try SQLiteStore(path: self.layout.database, creating: false, clock: SystemEnvironment.clock)
        do {
            let now = SystemEnvironment.now()
            _ = try await store.revoke(
                serialNumber,
                revocation: Revocation(revokedAt: CertificateTime(now), reason: self.reason, invalidityDate: nil),
                audit: AuditEvent(
                    at: now,
                    actor: "operator:\(SystemEnvironment.user)",
                    action: .revokeCertificate,
                    object: "certificate:\(serialNumber)",
                    details: ["reason": self.reason.rawValue, "authority": self.name]
                )
            )
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }
}
