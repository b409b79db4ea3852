// The facts of an agent's certificate.

import Crypto
public import Foundation
public import PKIX
import X509

/// An agent's certificate with what it was asked for.
public struct AgentCertificate: Hashable, Sendable {
    /// What was asked for.
    public let application: AgentApplication
    /// The address of the API that issued it.
    public let api: String
    /// The serial number.
    public let serialNumber: SerialNumber
    /// SHA-256 of the certificate's DER in lower-case hexadecimal.
    public let sha256: String
    /// The first second of validity.
    public let notBefore: CertificateTime
    /// The last second of validity.
    public let notAfter: CertificateTime

    init(_ certificate: EncodedCertificate, _ application: AgentApplication, api: String) throws(AgentClientError) {
        do {
            self.serialNumber = try SerialNumber(bytes: certificate.fields.serialNumber.bytes)
        } catch {
            throw AgentClientError(.damagedEnrolment, "the certificate's serial number is invalid: \(error.reason)")
        }
        self.application = application
        self.api = api
        self.sha256 = Array(SHA256.hash(data: certificate.der)).hexadecimal
        self.notBefore = CertificateTime(certificate.fields.notValidBefore)
        self.notAfter = CertificateTime(certificate.fields.notValidAfter)
    }

    /// When a third of the life is left.
    public var renewalDueAt: CertificateTime {
        CertificateTime(secondsSinceEpoch: self.notAfter.secondsSinceEpoch - self.life / 3)
    }

    /// Whether at most a third of the life is left.
    public func isRenewalDue(at now: Date) -> Bool { CertificateTime(now) >= self.renewalDueAt }

    /// The seconds of validity that are left; negative once it has expired.
    public func secondsLeft(at now: Date) -> Int64 {
        self.notAfter.secondsSinceEpoch - CertificateTime(now).secondsSinceEpoch
    }

    private var life: Int64 { self.notAfter.secondsSinceEpoch - self.notBefore.secondsSinceEpoch }
}
