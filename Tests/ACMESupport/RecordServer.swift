// Pebble's DNS server (`pebble-challtestsrv`): records that a test sets, and 127.0.0.1 for every name. It serves the other
// peers as well.

import Foundation
import LoopbackSupport
import OutboundHTTP

@testable import ACME

struct RecordServer: Sendable {
    /// Where it answers questions.
    let address: String
    /// Where records are set.
    let management: String
    private let process: ServerProcess

    static func start(_ directory: URL) async throws -> RecordServer {
        let address = "127.0.0.1:\(try await ServerProcess.freePort())"
        let management = "127.0.0.1:\(try await ServerProcess.freePort())"
        let process = try ServerProcess(
            "pebble-challtestsrv",
            [
                "-dns01", address, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "",
                "-management", management,
            ],
            log: directory.appending(path: "challtestsrv.log")
        )
        return RecordServer(address: address, management: "http://" + management, process: process)
    }

    func wait(_ exchange: PooledHTTPExchange) async throws {
        try await self.process.wait { await exchange.isAnswered(self.management + "/") }
    }

    func stop() { self.process.stop() }
}

extension PooledHTTPExchange {
    /// Whether anything answers at an address.
    func isAnswered(_ url: String) async -> Bool {
        let call = HTTPCall(method: "GET", url: url, headers: [])
        return (try? await self.answer(to: call, within: .seconds(2), upTo: 65_536)) != nil
    }
}
