// signet init: from nothing to a state directory that `signet serve` runs on.

import ArgumentParser
import CertificateAuthority
import Foundation
import Logging
import Telemetry

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create a state directory: tokens, keys, certificates, configuration, the first API token.",
        discussion: """
            Runs the key ceremony without questions. May be run again, also after an interruption: it finishes what is
            missing and changes nothing else.

            Example: signet init --state ./state --hierarchy ca/hierarchy.yaml
            """
    )

    @OptionGroup var state: StateOptions

    @Option(help: "The hierarchy's definition; profiles lie beside it in profiles/. Copied into the state directory.")
    var hierarchy: String?

    @Option(
        help:
            "The address of the public side, written into certificates. Default: \(SignetConfiguration.defaultPublicURL)"
    )
    var publicURL: String?

    @Option(help: "Where the management API will listen. Default: \(SignetConfiguration.defaultAPI)")
    var api: String?

    @Option(name: .customLong("module"), help: "The PKCS#11 module that is to hold the keys. Default: SoftHSM's.")
    var module: String?

    @Flag(name: .long, help: "Print what would be done, and do nothing.")
    var dryRun = false

    func run() async throws {
        try await signet.run {
            let layout = try self.state.layout()
            let initialization = StateInitialization(
                layout: layout,
                hierarchy: self.hierarchy,
                publicURL: self.publicURL,
                api: self.api,
                module: self.module
            )
            if self.dryRun {
                for step in try await initialization.plan() { print(step) }
                return
            }
            Observability.bootstrapLogging(level: .warning, format: .text)
            let report = try await initialization.perform(logger: Logger(label: "signet.init"))
            Self.show(report, layout)
        }
    }

    private static func show(_ report: CeremonyReport, _ layout: StateLayout) {
        for key in report.keys {
            print("\(key.isNew ? "made" : "kept") key \(key.token)/\(key.label) \(key.type) SHA256:\(key.sha256)")
        }
        for certificate in report.certificates {
            print("certificate \(certificate.name): \(certificate.subject), until \(certificate.notAfter)")
            print("  SHA256:\(certificate.sha256)")
        }
        print("state: \(layout.directory)")
        print("the first API token (role admin) is in \(layout.adminToken)")
    }
}
