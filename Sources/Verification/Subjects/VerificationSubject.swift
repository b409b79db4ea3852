// What a relying party has of an agent: where it is, what it is called, or what it has shown.

import Foundation
public import PKIX
import SwiftASN1

/// What is asked about.
public enum VerificationSubject: Hashable, Sendable {
    /// The agent at a host; of several versions the latest that is active.
    case host(HostName)
    /// The agent of a name.
    case name(ANSName)
    /// A certificate that was shown, an identity's or a server's: DER, those above it after it.
    case certificate([[UInt8]])
    /// Both certificates: DER, those above each after it.
    case pair(identity: [[UInt8]], server: [[UInt8]])

    /// Reads a host, an ANS name, or certificates in PEM: the subject first, those above it after it.
    ///
    /// - Throws: ``VerificationError``.
    public init(_ text: String) throws(VerificationError) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("-----BEGIN") {
            self = .certificate(try Self.certificates(inPEM: text))
        } else if text.hasPrefix("ans://") {
            self = .name(try Self.reading { () throws(PKIXError) in try ANSName(text) })
        } else {
            let host = text.hasSuffix(".") ? String(text.dropLast()) : text
            self = .host(try Self.reading { () throws(PKIXError) in try HostName(host.lowercased()) })
        }
    }

    /// Reads both certificates in PEM, each with those above it after it.
    ///
    /// - Throws: ``VerificationError``.
    public init(identityPEM: String, serverPEM: String) throws(VerificationError) {
        self = .pair(
            identity: try Self.certificates(inPEM: identityPEM),
            server: try Self.certificates(inPEM: serverPEM)
        )
    }

    private static func reading<Value>(_ body: () throws(PKIXError) -> Value) throws(VerificationError) -> Value {
        do throws(PKIXError) {
            return try body()
        } catch {
            throw VerificationError(
                .invalidSubject,
                "\(error.reason); give a host, an ANS name (ans://v1.0.0.host) or certificates in PEM"
            )
        }
    }

    /// The DER of certificates in PEM; what they hold is judged later.
    private static func certificates(inPEM text: String) throws(VerificationError) -> [[UInt8]] {
        guard text.utf8.count <= Budget.subjectBytes else {
            throw VerificationError(.subjectTooLarge, "certificates of more than \(Budget.subjectBytes) octets")
        }
        guard let documents = try? PEMDocument.parseMultiple(pemString: text), !documents.isEmpty,
            documents.allSatisfy({ $0.discriminator == "CERTIFICATE" })
        else {
            throw VerificationError(.invalidSubject, "the PEM text holds something other than certificates, or none")
        }
        guard documents.count <= Budget.subjectCertificates else {
            throw VerificationError(
                .subjectTooLarge,
                "\(documents.count) certificates; at most \(Budget.subjectCertificates) are admitted"
            )
        }
        return documents.map(\.derBytes)
    }
}

extension VerificationSubject: CustomStringConvertible {
    /// The subject in words.
    public var description: String {
        switch self {
        case .host(let host): "host \(host)"
        case .name(let name): "\(name)"
        case .certificate: "a certificate"
        case .pair: "a pair of certificates"
        }
    }
}
