// Pebble's DNS server (`pebble-challtestsrv`): records that a test sets, and one address for every name. It serves
// the other peers as well.

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

    /// Starts it.
    ///
    /// - Parameter host: the address of every name.
    static func start(_ directory: URL, host: String = "127.0.0.1") async throws -> RecordServer {
        let address = "127.0.0.1:\(try FreePort.next())"
        let management = "127.0.0.1:\(try FreePort.next())"
        let process = try ServerProcess(
            "pebble-challtestsrv",
            [
                "-dns01", address, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "",
                "-defaultIPv4", host, "-management", management,
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
