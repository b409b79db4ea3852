// Which public certificates are relied on: the trust store, and what their CAs publish of their status.

import AtomicFiles
import DNS
import Foundation
import Logging
import PKIX
import PublicTrust
import RegistrationAuthority
import ServerCertificates

/// The trust in public certificates, as the configuration has it.
struct PublicTrustAssembly: Sendable {
    let roots: TrustRoots
    /// Asks the CAs of certificates that anyone has verified.
    let revocation: RevocationChecker
    /// Asks the CAs of certificates that agents bring: those who verify cannot take its room.
    let intake: RevocationChecker
    let policy: RevocationPolicy

    /// Reads the trust store; nil where there is none.
    init?(_ settings: VerificationConfiguration, dns: DNSAssembly, logger: Logger) throws {
        guard AtomicFile.exists(settings.trustRoots) else {
            logger.warning(
                "agents cannot be verified, nor certificates taken in: verification.trustRoots does not exist",
                metadata: ["path": "\(settings.trustRoots)"]
            )
            return nil
        }
        let (resolver, addresses) = (dns.resolver, dns.addresses)
        let statuses = StatusFetcher(
            clock: SystemEnvironment.clock,
            admits: { addresses.check(address: $0).isAdmitted },
            lookUp: { host in
                if let address = DNS.IPAddress(host) { return [address.octets] }
                return try await resolver.addresses(of: try DomainName(host)).map(\.octets)
            }
        )
        self.roots = try TrustRoots(paths: [settings.trustRoots])
        self.revocation = RevocationChecker(exchange: statuses)
        self.intake = RevocationChecker(exchange: statuses)
        self.policy = settings.revocation
    }
}

/// Judges the chains of certificates that agents bring.
struct BroughtChains: ChainChecking {
    let trust: PublicTrustAssembly?

    var isAvailable: Bool { self.trust != nil }

    func check(_ chain: [[UInt8]], host: String, at instant: Date) async throws(IssuingFailure) {
        guard let trust = self.trust else {
            throw IssuingFailure(
                code: "TRUST_ROOTS_MISSING",
                reason:
                    "certificates that agents bring are not taken in here: the operator has configured no trust roots",
                isTransient: false
            )
        }
        let path: TrustedPath
        do {
            path = try ChainValidator(roots: trust.roots).validate(
                chain,
                for: .server,
                of: .host(try HostName(host)),
                at: CertificateTime(instant)
            )
        } catch {
            let reason = (error as? TrustError)?.reason ?? "\(error)"
            throw IssuingFailure(code: "INVALID_SERVER_CERT", reason: reason, isTransient: false)
        }
        let report = await trust.intake.status(of: path, at: CertificateTime(instant))
        guard !trust.policy.admits(report.status) else { return }
        throw IssuingFailure(
            code: "INVALID_SERVER_CERT",
            reason: "the certificate's status at its CA is: \(report.status)",
            isTransient: [.unavailable, .busy].contains(report.status)
        )
    }
}
