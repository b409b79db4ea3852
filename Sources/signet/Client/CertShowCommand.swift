// `signet cert show`.

import AgentClient
import ArgumentParser

/// Shows one certificate.
struct CertShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one certificate.",
        discussion: """
            Its main fields, or with --pem the certificate and its chain for other programs.

              signet cert show 4f1d3c0a99b27be05d1ca2f01b3ad8f1 --pem | openssl x509 -text

            Exit codes: 0 shown, 1 failed or not found, 2 configuration or usage.
            """
    )

    @OptionGroup var serial: SerialArgument

    @Flag(help: "Print the certificate and its chain in PEM.")
    var pem = false

    @OptionGroup var options: CertOptions

    func validate() throws {
        guard !(self.pem && self.options.json) else { throw ValidationError("give either --pem or --json") }
    }

    func run() async throws {
        try await runClient {
            let serialNumber = try self.serial.serialNumber()
            try await self.options.withClient { client in
                let document = try await client.certificate(serialNumber)
                if self.options.json {
                    try document.printJSON()
                } else if self.pem {
                    print(try document.certificatesPEM(), terminator: "")
                } else {
                    document.show()
                }
            }
        }
    }
}
