// signet serve: the daemon.

import ArgumentParser
import Foundation
import Glibc
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the management API, OCSP and CRLs from a state directory.",
        discussion: """
            Prints the addresses of the API and of the public side, a line each, once both take connections; logs go to standard error. SIGTERM and SIGINT stop
            it: requests under way finish first.

            Example: signet serve --state ./state
            """
    )

    @OptionGroup var state: StateOptions

    @Option(
        help:
            "Where the management API listens: https://HOST:PORT, or http://HOST:PORT on loopback. Port 0 takes a free one."
    )
    var api: String?

    @Option(
        name: .customLong("public"),
        help: "Where relying parties get OCSP answers and CRLs: http://HOST:PORT. Port 0 takes a free one."
    )
    var publicListener: String?

    @Option(help: "The least severe level that is logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel: String?

    @Option(help: "How log lines look: text or json.")
    var logFormat: String?

    func run() async throws {
        try await signet.run {
            // A reader of our output that goes away must not take the daemon with it.
            signal(SIGPIPE, SIG_IGN)
            let layout = try self.state.existingLayout()
            var flags: [String: String] = [:]
            flags["api"] = self.api
            flags["public"] = self.publicListener
            flags["log.level"] = self.logLevel
            flags["log.format"] = self.logFormat
            let configuration = try await SignetConfiguration(layout, flags: flags)
            Observability.bootstrapLogging(level: configuration.logLevel, format: configuration.logFormat)
            try await Daemon(
                layout: layout,
                configuration: configuration,
                metrics: Observability.bootstrapMetrics(),
                logger: Logger(label: "signet")
            ).run()
        }
    }
}
