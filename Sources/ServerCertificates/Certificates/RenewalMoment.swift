// When a certificate is renewed: a moment of its own in the CA's window (RFC 9773 §4.2), else before two thirds of its life are over.

import FoundationEssentials
import PKIX

/// Chooses moments; the same certificate gets the same one.
enum RenewalMoment {
    /// A number from 0 to 1 that tells certificates apart.
    static func fraction(_ fingerprint: [UInt8]) -> Double {
        let drawn = fingerprint.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(drawn) / Double(UInt64.max)
    }

    /// In the last twelfth before two thirds of the life are over: what is older is late.
    static func twoThirds(of certificate: ServerCertificate) -> Date {
        Self.point(certificate, (7 + Self.fraction(certificate.fingerprint)) / 12)
    }

    /// A moment in the CA's window.
    ///
    /// RFC 9773 §4.2: "Select a uniform random time within the suggested window." A window too near the end is not believed: an agent must not go dark for a CA's slip.
    static func within(_ window: ClosedRange<CertificateTime>, of certificate: ServerCertificate) -> Date {
        let span = window.upperBound.date.timeIntervalSince(window.lowerBound.date)
        let drawn = window.lowerBound.date.addingTimeInterval(span * Self.fraction(certificate.fingerprint))
        return min(drawn, Self.point(certificate, 11.0 / 12))
    }

    private static func point(_ certificate: ServerCertificate, _ share: Double) -> Date {
        let life = certificate.notAfter.date.timeIntervalSince(certificate.notBefore.date)
        return certificate.notBefore.date.addingTimeInterval((max(life, 0) * share).rounded())
    }
}
