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
    /// An agent by host or name, with the chain that its host has presented to who asks: DER, the host's own first.
    case presented(server: [[UInt8]], by: Agent)

    /// An agent that is asked about.
    public struct Agent: Hashable, Sendable {
        /// Its name; nil when it is known by its host alone.
        public let name: ANSName?
        /// Its host.
        public let host: HostName
    }

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

    /// Reads a host or an ANS name, and in PEM the chain that the host has presented.
    ///
    /// - Throws: ``VerificationError``.
    public init(_ text: String, presentedPEM: String) throws(VerificationError) {
        let server = try Self.certificates(inPEM: presentedPEM)
        switch try Self(text) {
        case .host(let host): self = .presented(server: server, by: Agent(name: nil, host: host))
        case .name(let name): self = .presented(server: server, by: Agent(name: name, host: name.host))
        case .certificate, .pair, .presented:
            throw VerificationError(.invalidSubject, "with a chain that was presented, give a host or an ANS name")
        }
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
        case .presented(_, let agent): "what \(agent.name.map { "\($0)" } ?? "\(agent.host)") has presented"
        }
    }
}
