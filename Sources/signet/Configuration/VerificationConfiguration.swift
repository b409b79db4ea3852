// The configuration of verification: the section `verification`.

import Configuration
import PublicTrust

/// The section `verification`.
struct VerificationConfiguration: Sendable {
    static let keys = ["trustRoots", "revocation", "validatingResolver", "handshake", "perMinute"]
    /// Where Debian has its trust store.
    static let debianRoots = "/etc/ssl/certs/ca-certificates.crt"

    /// The file or directory with the trust roots of public certificates.
    let trustRoots: String
    /// What follows when a public CA's status is not to be had.
    let revocation: RevocationPolicy
    /// Whether the resolvers of dns.yaml validate DNSSEC, on a path that nobody else is on.
    let validatingResolver: Bool
    /// Whether the host of an agent is connected to, for the certificate that it presents.
    let handshake: Bool
    /// Verifications that one address has a minute.
    let perMinute: Int

    init(_ reader: ConfigReader) throws {
        self.trustRoots = reader.string(forKey: "verification.trustRoots", default: Self.debianRoots)
        self.revocation = try reader.choice("verification.revocation", default: .soft)
        self.validatingResolver = reader.bool(forKey: "verification.validatingResolver", default: false)
        self.handshake = reader.bool(forKey: "verification.handshake", default: false)
        self.perMinute = try reader.integer("verification.perMinute", default: 30, in: 1...100_000)
    }
}
