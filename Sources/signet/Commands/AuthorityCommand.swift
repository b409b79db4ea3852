// signet ca: the hierarchy, as its certificates show it.

import ArgumentParser
import CertificateAuthority
import Crypto
import Foundation
import Logging
import PKIX
import SwiftASN1
import Telemetry
import X509

struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Look at the hierarchy, and revoke a CA of it.",
        subcommands: [Show.self, Revoke.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print root, issuing CAs and responders from their certificates."
        )

        @OptionGroup var state: StateOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                let layout = try self.state.existingLayout()
                let hierarchy = try Definitions(hierarchy: layout.hierarchy).hierarchy
                var members = [try AuthorityDocument(name: "root", path: layout.certificate("root"), issuer: nil)]
                for issuer in hierarchy.issuers {
                    members.append(
                        try AuthorityDocument(name: issuer.name, path: layout.certificate(issuer.name), issuer: "root")
                    )
                    guard let responder = issuer.responder else { continue }
                    let path = layout.certificate(responder.key.label)
                    members.append(try AuthorityDocument(name: responder.key.label, path: path, issuer: issuer.name))
                }
                if self.json { return try printJSON(members) }
                for member in members { member.show() }
            }
        }
    }
}

extension AuthorityCommand {
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke the certificate of an issuing CA, and have the root sign its CRL.",
            discussion: """
                The daemon must be stopped, and the root's token must be there. What the CA has issued stays as it is: revoke
                it with signet cert revoke --issuer before the daemon is stopped.

                Example: signet ca revoke agents --reason cACompromise --state ./state
                """
        )

        @Argument(help: "The name of the CA in the hierarchy.")
        var name: String

        @Option(help: "Why: cACompromise, cessationOfOperation, superseded, affiliationChanged or unspecified.")
        var reason: String

        @OptionGroup var state: StateOptions

        func run() async throws {
            try await signet.run {
                let admitted: [RevocationReason] = [
                    .cACompromise, .cessationOfOperation, .superseded, .affiliationChanged, .unspecified,
                ]
                guard let reason = RevocationReason(rawValue: self.reason), admitted.contains(reason) else {
                    let names = admitted.map(\.rawValue).joined(separator: ", ")
                    throw ConfigurationError("--reason: '\(self.reason)' is not one of \(names)")
                }
                Observability.bootstrapLogging(level: .warning, format: .text)
                let revocation = AuthorityRevocation(
                    layout: try self.state.existingLayout(),
                    name: self.name,
                    reason: reason
                )
                let serialNumber = try await revocation.perform(logger: Logger(label: "signet.ca"))
                print("revoked CA \(self.name), serial \(serialNumber); the root's CRL lists it")
            }
        }
    }
}

/// A member of the hierarchy.
private struct AuthorityDocument: Encodable {
    let name: String
    let issuer: String?
    let subject: String
    let serial: String
    let keyType: String
    let notBefore: String
    let notAfter: String
    let sha256: String

    init(name: String, path: String, issuer: String?) throws {
        let bytes = try PEM.certificate(in: path)
        let certificate = try Certificate(reading: bytes)
        self.name = name
        self.issuer = issuer
        self.subject = "\(certificate.subject)"
        self.serial = "\(try SerialNumber(bytes: certificate.serialNumber.bytes))"
        self.keyType = "\(try SubjectPublicKey(certificate.publicKey).type)"
        self.notBefore = "\(CertificateTime(certificate.notValidBefore))"
        self.notAfter = "\(CertificateTime(certificate.notValidAfter))"
        self.sha256 = Array(SHA256.hash(data: bytes)).hexadecimal
    }

    func show() {
        let depth = self.issuer == nil ? "" : self.issuer == "root" ? "  " : "    "
        print("\(depth)\(self.name): \(self.subject)")
        print("\(depth)  \(self.keyType), serial \(self.serial), \(self.notBefore) to \(self.notAfter)")
        print("\(depth)  SHA256:\(self.sha256)")
    }
}
