// Pebble (Debian `pebble`): Let's Encrypt's test server, which rejects nonces and reorders on purpose, with its DNS server or
// another.

import Crypto
import Foundation
import JSON
import LoopbackSupport
import OutboundHTTP
import PKIX
import SwiftASN1
import X509

@testable import ACME

/// A Pebble with validation ports of its own and, unless it is to ask another, a DNS server whose records the test sets.
struct PebbleServer: Sendable {
    struct Options: Sendable {
        var externalKeys: [String: String] = [:]
        var environment: [String: String] = [:]
        /// Where it asks for names; nil for a server of its own.
        var resolver: String?
    }

    let directoryURL: String
    let rootsPEM: String
    /// Where Pebble looks for http-01 and tls-alpn-01.
    let httpPort: Int
    let tlsPort: Int
    let management: String
    private let ownRecords: RecordServer?
    private let process: ServerProcess

    /// Runs Pebble while the body runs.
    static func with(
        _ options: Options = Options(),
        _ body: (PebbleServer, PooledHTTPExchange) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let server = try await self.start(options, directory)
            try await withExchange(rootsPEM: server.rootsPEM) { exchange in
                try await server.process.wait { await exchange.isAnswered(server.directoryURL) }
                try await server.ownRecords?.wait(exchange)
                try await body(server, exchange)
                server.process.stop()
                server.ownRecords?.stop()
            }
        }
    }

    /// The DNS server of its own.
    var records: RecordServer {
        get throws {
            guard let ownRecords else { throw ServerFailure(description: "this Pebble asks another DNS server") }
            return ownRecords
        }
    }

    private static func start(_ options: Options, _ directory: URL) async throws -> PebbleServer {
        var ports: [Int] = []
        for _ in 0..<4 { ports.append(try FreePort.next()) }
        let rootsPEM = try self.writeCertificate(directory)
        var pebble: [String: Any] = [
            "listenAddress": "127.0.0.1:\(ports[0])", "managementListenAddress": "127.0.0.1:\(ports[1])",
            "certificate": directory.appending(path: "cert.pem").path,
            "privateKey": directory.appending(path: "key.pem").path, "httpPort": ports[2], "tlsPort": ports[3],
            "ocspResponderURL": "", "externalAccountBindingRequired": !options.externalKeys.isEmpty,
        ]
        if !options.externalKeys.isEmpty { pebble["externalAccountMACKeys"] = options.externalKeys }
        let file = directory.appending(path: "config.json")
        try JSONSerialization.data(withJSONObject: ["pebble": pebble]).write(to: file)
        let records = options.resolver == nil ? try await RecordServer.start(directory) : nil
        let own = try ServerProcess(
            "pebble",
            ["-config", file.path, "-dnsserver", options.resolver ?? records?.address ?? "", "-strict"],
            environment: ["PEBBLE_VA_NOSLEEP": "1"].merging(options.environment) { $1 },
            log: directory.appending(path: "pebble.log")
        )
        return PebbleServer(
            directoryURL: "https://127.0.0.1:\(ports[0])/dir",
            rootsPEM: rootsPEM,
            httpPort: ports[2],
            tlsPort: ports[3],
            management: "https://127.0.0.1:\(ports[1])",
            ownRecords: records,
            process: own
        )
    }

    /// A certificate for Pebble's own TLS; the answer is its root.
    static func writeCertificate(_ directory: URL) throws -> String {
        let (rootKey, key) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let now = CertificateTime(Date())
        let issuer = Certificate.PrivateKey(rootKey)
        let root = try TestCA.certificate(
            issuer.publicKey,
            "Pebble TLS",
            by: issuer,
            "Pebble TLS",
            now,
            isAuthority: true,
            names: []
        )
        let leaf = try TestCA.certificate(
            Certificate.PublicKey(key.publicKey),
            "",
            by: issuer,
            "Pebble TLS",
            now,
            isAuthority: false,
            names: [.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))]
        )
        try leaf.pem.write(to: directory.appending(path: "cert.pem"), atomically: true, encoding: .utf8)
        try key.pemRepresentation.write(to: directory.appending(path: "key.pem"), atomically: true, encoding: .utf8)
        return try root.pem
    }

    /// How many orders it has taken and certificates it has issued, by its own log.
    var counts: (orders: Int, certificates: Int) {
        let lines = self.process.output.split(separator: "\n")
        let orders = lines.last { $0.contains("orders in the db") }?
            .split(separator: " ").compactMap { Int($0) }.last
        return (orders ?? 0, lines.count { $0.contains("Issued certificate serial") })
    }

    /// A document of Pebble's management.
    func managed(_ path: String, _ exchange: PooledHTTPExchange) async throws -> String {
        let call = HTTPCall(method: "GET", url: self.management + path, headers: [])
        let answer = try await exchange.answer(to: call, within: .seconds(5), upTo: 65_536)
        guard answer.status == 200 else { throw ServerFailure(description: "\(path): \(answer.status)") }
        return String(decoding: answer.body, as: UTF8.self)
    }
}
