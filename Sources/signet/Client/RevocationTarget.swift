// What `signet cert revoke` is about: one certificate, or every one of an agent, a key or a CA.

import AgentClient
import ArgumentParser
import Foundation
import PKIX
import SwiftASN1
import X509

/// The arguments that say which certificates.
struct RevocationTarget: ParsableArguments {
    enum Resolved {
        case certificate(SerialNumber)
        case selection(CertificateSelection)
    }

    @Argument(help: "The serial number in hexadecimal; colons are ignored.")
    var serial: String?

    @Option(name: .customLong("serial"), help: ArgumentHelp("The same, as an option.", valueName: "serial"))
    var serialOption: String?

    @Option(help: ArgumentHelp("Every certificate whose first host is this.", valueName: "host"))
    var agent: String?

    @Option(
        help: ArgumentHelp(
            "Every certificate of this key: the SHA-256 of its SubjectPublicKeyInfo in hexadecimal, or a PEM file with the"
                + " public key or a certificate.",
            valueName: "sha256|file"
        ),
        completion: .file()
    )
    var key: String?

    @Option(help: ArgumentHelp("Every certificate of this CA.", valueName: "name"))
    var issuer: String?

    func resolved() throws -> Resolved {
        guard [self.serial, self.serialOption, self.agent, self.key, self.issuer].compactMap(\.self).count == 1 else {
            throw AgentClientError(
                .invalidConfiguration,
                "say which certificates: a serial number, --agent, --key or --issuer, and only one of them"
            )
        }
        if let serial = self.serial ?? self.serialOption { return .certificate(try SerialArgument.parse(serial)) }
        if let agent = self.agent { return .selection(.agent(agent)) }
        if let key = self.key { return .selection(.publicKey(sha256: try Self.sha256(of: key))) }
        return .selection(.issuer(self.issuer ?? ""))
    }

    /// The SHA-256 as it is, or that of the key in a file.
    private static func sha256(of text: String) throws -> String {
        let digits = text.filter { $0 != ":" }
        if digits.utf8.count == 64, let sha256 = [UInt8](hexadecimal: digits) { return sha256.hexadecimal }
        do {
            let document = try PEMDocument(pemString: try readText(text))
            let key =
                document.discriminator == "CERTIFICATE"
                ? try SubjectPublicKey(try Certificate(reading: document.derBytes).publicKey)
                : try SubjectPublicKey(derEncoded: document.derBytes)
            return key.sha256.hexadecimal
        } catch {
            throw AgentClientError(
                .invalidConfiguration,
                "--key '\(text)' is neither a SHA-256 nor a PEM file with a public key or a certificate: \(error)"
            )
        }
    }
}
