// `signet cert`: what an operator runs.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// The commands about issued certificates.
struct CertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert",
        abstract: "List, show, revoke and release certificates.",
        discussion: """
            Asks the management API with an API token.

              export SIGNET_API=https://127.0.0.1:8443 SIGNET_ROOT=state/certificates/root.pem
              export SIGNET_TOKEN_FILE=state/secrets/admin.token
              signet cert list --status valid --expires-before 30d
            """,
        subcommands: [CertListCommand.self, CertShowCommand.self, CertRevokeCommand.self, CertReleaseCommand.self]
    )
}

/// The options of every command about certificates.
struct CertOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Print JSON.")
    var json = false

    /// Runs the body with a client.
    func withClient(_ body: (APIClient) async throws -> Void) async throws {
        let address = try self.connection.requiredAddress()
        let token = try self.connection.token().token
        let configuration = self.connection.configuration(address, roots: try self.connection.roots(), token: token)
        try await APIClient.with(configuration, body)
    }
}

/// A serial number as an argument.
struct SerialArgument: ParsableArguments {
    @Argument(help: "The serial number in hexadecimal; colons are ignored.")
    var serial: String

    func serialNumber() throws -> SerialNumber { try Self.parse(self.serial) }

    static func parse(_ text: String) throws -> SerialNumber {
        do {
            return try SerialNumber(hexadecimal: text.filter { $0 != ":" })
        } catch {
            throw AgentClientError(.invalidConfiguration, "'\(text)' is no serial number: \(error.reason)")
        }
    }
}

extension CertificateDocument {
    /// The names without their kinds, for tables.
    var nameList: String? { self.names?.joined(separator: " ") }

    /// Prints the document, or its main fields.
    func show(asJSON: Bool) throws {
        if asJSON { try self.printJSON() } else { self.show() }
    }

    /// Prints the main fields.
    func show() {
        let table = TextTable([
            ("serial", self.serial),
            ("status", self.status),
            ("revoked at", self.revocation?.revokedAt),
            ("reason", self.revocation?.reason),
            ("invalid since", self.revocation?.invalidityDate),
            ("names", self.nameList),
            ("agent", self.agent),
            ("profile", self.profile),
            ("issuer", self.issuer),
            ("valid from", self.notBefore),
            ("valid until", self.notAfter),
            ("issued at", self.issuedAt),
            ("requested by", self.requestedBy),
            ("sha256", self.sha256),
        ])
        for line in table.lines { print(line.dropFirst(2)) }
    }
}
