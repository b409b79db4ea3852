// A profile that would fail its lints is refused when it is loaded, not when the first agent asks.

import Crypto
import PKIX
import X509

/// Builds and lints a sample certificate of a profile.
enum ProfileCheck {
    /// Throws unless a certificate for a sample request passes every lint of severity error.
    static func run(_ template: CertificateTemplate) throws {
        let profile = template.profile
        guard let key = try self.sampleKey(profile) else { return }
        var application = CertificateApplication(
            profile: profile.name,
            publicKey: key,
            names: try self.sampleNames(profile.names),
            requester: .system
        )
        application.subject = try DistinguishedName { CommonName("Profile Check") }
        let instant =
            template.context.issuerNotAfter.map { $0 + -profile.maximumLifetime }
            ?? CertificateTime(secondsSinceEpoch: 0)
        let serialNumber = try SerialNumber(bytes: [UInt8](repeating: 0x5A, count: 16))
        do {
            let sample = try template.toBeSigned(application, serialNumber: serialNumber, at: instant)
            _ = try IssuancePipeline.lint(try sample.derEncoded(), template.context)
        } catch {
            throw AuthorityError(
                .invalidHierarchy,
                "\(profile.file): profile '\(profile.name)' can issue nothing: \(error)"
            )
        }
    }

    /// A key of a kind that the profile admits and that is quick to make; `nil` for profiles of RSA alone.
    private static func sampleKey(_ profile: CertificateProfile) throws -> SubjectPublicKey? {
        let admits = { (type: KeyType) in profile.keys.contains { $0.admits(type) } }
        if admits(.p256) { return try SubjectPublicKey(Certificate.PublicKey(P256.Signing.PrivateKey().publicKey)) }
        if admits(.p384) { return try SubjectPublicKey(Certificate.PublicKey(P384.Signing.PrivateKey().publicKey)) }
        if admits(.ed25519) {
            return try SubjectPublicKey(Certificate.PublicKey(Curve25519.Signing.PrivateKey().publicKey))
        }
        return nil
    }

    /// The fewest names of each kind that the profile admits; one of the first kind when it needs none of any.
    private static func sampleNames(_ admitted: AdmittedNames) throws(PKIXError) -> [AlternativeName] {
        var names: [AlternativeName] = []
        for index in 0..<admitted.dns.minimum { names.append(try self.host(index)) }
        for index in 0..<admitted.uri.minimum { names += try self.uri(index, admitted) }
        for index in 0..<admitted.ip.minimum { names.append(self.address(index)) }
        guard names.isEmpty else { return names }
        if admitted.dns.maximum > 0 { return [try self.host(0)] }
        if admitted.uri.maximum > 0 { return try self.uri(0, admitted) }
        return admitted.ip.maximum > 0 ? [self.address(0)] : []
    }

    private static func host(_ index: Int) throws(PKIXError) -> AlternativeName {
        .dns(try HostName("host\(index).example"))
    }

    private static func uri(_ index: Int, _ admitted: AdmittedNames) throws(PKIXError) -> [AlternativeName] {
        guard let scheme = admitted.schemes.first else { return [] }
        let version = scheme == "ans" ? "v1.0.0." : ""
        return [.uri(try URIName("\(scheme)://\(version)host\(index).example"))]
    }

    /// An address of the block for documentation (RFC 3849).
    private static func address(_ index: Int) -> AlternativeName {
        .ip([0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [UInt8(truncatingIfNeeded: index + 1)])
    }
}
