// `signet cert revoke`.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// Revokes a certificate.
struct CertRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a certificate, for ever.",
        discussion: """
            To revoke again changes nothing: the first reason and time stand, and are shown.

              signet cert revoke 4f1d3c0a99b27be05d1ca2f01b3ad8f1 --reason keyCompromise

            Exit codes: 0 revoked, 1 failed or not found, 2 configuration or usage.
            """
    )

    @OptionGroup var serial: SerialArgument

    @Option(
        help: ArgumentHelp(
            "Why (RFC 5280): \(RevocationReason.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "reason"
        )
    )
    var reason = RevocationReason.unspecified.rawValue

    @Option(
        help: ArgumentHelp(
            "Since when it should not be relied on, such as 2026-11-21T08:42:00Z, when that is known to be earlier.",
            valueName: "time"
        )
    )
    var invalidityDate: String?

    @OptionGroup var options: CertOptions

    func run() async throws {
        try await runClient {
            let serialNumber = try self.serial.serialNumber()
            let (reason, invalidityDate) = (try self.revocationReason(), try self.invalidityTime())
            try await self.options.withClient { client in
                let document = try await client.revoke(serialNumber, reason: reason, invalidityDate: invalidityDate)
                if self.options.json {
                    try document.printJSON()
                } else {
                    document.show()
                }
            }
        }
    }

    private func revocationReason() throws -> RevocationReason {
        guard let reason = RevocationReason(rawValue: self.reason) else {
            let reasons = RevocationReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw AgentClientError(.invalidConfiguration, "--reason '\(self.reason)' is none of \(reasons)")
        }
        return reason
    }

    private func invalidityTime() throws -> CertificateTime? {
        try self.invalidityDate.map { text in
            guard let time = CertificateTime(typed: text) else {
                throw AgentClientError(
                    .invalidConfiguration,
                    "--invalidity-date '\(text)' is no time; write for example 2026-11-21T08:42:00Z"
                )
            }
            return time
        }
    }
}
