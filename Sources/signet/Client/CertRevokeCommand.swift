// `signet cert revoke`.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// Revokes a certificate.
struct CertRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke certificates, for ever or until their release.",
        discussion: """
            To revoke again changes nothing: the first reason and time stand, and are shown. With --agent, --key or --issuer
            every certificate that has not expired is revoked, and with --key nothing is issued for the key any more.
            A certificate revoked with certificateHold can be released (signet cert release).

              signet cert revoke 4f1d3c0a99b27be05d1ca2f01b3ad8f1 --reason keyCompromise
              signet cert revoke --agent weather.example.com --reason cessationOfOperation
              signet cert revoke --key agent.pem --reason keyCompromise

            Exit codes: 0 revoked, 1 failed or not found, 2 configuration or usage.
            """
    )

    @OptionGroup var target: RevocationTarget

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
            let target = try self.target.resolved()
            let (reason, invalidityDate) = (try self.revocationReason(), try self.invalidityTime())
            try await self.options.withClient { client in
                switch target {
                case .certificate(let serialNumber):
                    let document = try await client.revoke(serialNumber, reason: reason, invalidityDate: invalidityDate)
                    try document.show(asJSON: self.options.json)
                case .selection(let selection):
                    let document = try await client.revoke(
                        selection,
                        reason: reason,
                        invalidityDate: invalidityDate,
                        onProgress: { Progress.show("\($0) certificates revoked so far") }
                    )
                    try self.show(document)
                }
            }
        }
    }

    private func show(_ document: SelectionRevocationDocument) throws {
        if self.options.json { return try document.printJSON() }
        print("\(document.revoked) \(document.revoked == 1 ? "certificate" : "certificates") revoked")
        if document.keyBlocked == true { print("the key is blocked") }
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
