// `signet cert release`.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// Releases a certificate from hold.
struct CertReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Release a certificate from hold.",
        discussion: """
            Only a certificate whose reason is certificateHold can be released; of one that is not revoked nothing changes.

              signet cert revoke 4f1d3c0a99b27be05d1ca2f01b3ad8f1 --reason certificateHold
              signet cert release 4f1d3c0a99b27be05d1ca2f01b3ad8f1

            Exit codes: 0 released, 1 failed or revoked for good, 2 configuration or usage.
            """
    )

    @OptionGroup var serial: SerialArgument
    @OptionGroup var options: CertOptions

    func run() async throws {
        try await runClient {
            let serialNumber = try self.serial.serialNumber()
            try await self.options.withClient { client in
                try await client.release(serialNumber).show(asJSON: self.options.json)
            }
        }
    }
}
