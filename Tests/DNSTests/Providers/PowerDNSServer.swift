// A PowerDNS authoritative server from Debian (pdns-server, pdns-backend-sqlite3) on loopback, in a temporary directory.

import DNS
import Foundation
import LoopbackSupport
import OutboundHTTP

/// A PowerDNS server with its API.
struct PowerDNSServer: Sendable {
    let endpoint: ProviderEndpoint
    let key: String
    private let process: ServerProcess

    /// Runs PowerDNS while the body runs.
    static func with(_ body: (PowerDNSServer, PooledHTTPExchange) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try await withExchange { exchange in
                let (dns, web) = (try FreePort.next(), try FreePort.next())
                try await Self.configure(directory, dns: dns, web: web)
                let process = try ServerProcess(
                    "/usr/sbin/pdns_server",
                    ["--config-dir=\(directory.path)", "--guardian=no", "--daemon=no", "--disable-syslog"],
                    log: directory.appending(path: "pdns.log")
                )
                let endpoint = try ProviderEndpoint("http://127.0.0.1:\(web)")
                let server = PowerDNSServer(endpoint: endpoint, key: "the-api-key", process: process)
                try await process.wait {
                    (try? await server.call("GET", "/servers/localhost", "", exchange))?.status == 200
                }
                try await body(server, exchange)
                process.stop()
            }
        }
    }

    /// Stops the server: nobody answers any more.
    func stop() { self.process.stop() }

    func addZone(_ name: String, _ exchange: PooledHTTPExchange) async throws {
        let body = #"{"name":"\#(name).","kind":"Native","nameservers":["ns1.\#(name).","ns2.\#(name)."]}"#
        let answer = try await self.call("POST", "/servers/localhost/zones", body, exchange)
        guard answer.status == 201 else {
            throw ServerFailure(
                description: "PowerDNS: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
    }

    /// A call as an operator makes it.
    func call(_ method: String, _ path: String, _ body: String, _ exchange: PooledHTTPExchange) async throws
        -> HTTPAnswer
    {
        let call = HTTPCall(
            method: method,
            url: self.endpoint.url + "/api/v1" + path,
            headers: [HTTPField("X-API-Key", self.key), HTTPField("Content-Type", "application/json")],
            body: Array(body.utf8)
        )
        return try await exchange.answer(to: call, within: .seconds(5), upTo: 1 << 24)
    }

    private static func configure(_ directory: URL, dns: Int, web: Int) async throws {
        let database = directory.appending(path: "zones.db").path
        let schema = "/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"
        let log = directory.appending(path: "sqlite3.log")
        let maker = try ServerProcess("sqlite3", [database, ".read \(schema)"], log: log)
        while maker.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        let settings = """
            launch=gsqlite3
            gsqlite3-database=\(database)
            gsqlite3-pragma-foreign-keys=yes
            gsqlite3-dnssec=yes
            local-address=127.0.0.1
            local-port=\(dns)
            api=yes
            api-key=the-api-key
            webserver=yes
            webserver-address=127.0.0.1
            webserver-port=\(web)
            socket-dir=\(directory.path)
            security-poll-suffix=
            """
        try settings.write(to: directory.appending(path: "pdns.conf"), atomically: true, encoding: .utf8)
    }
}
