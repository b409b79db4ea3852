// An agent as it comes to us: a key, and what it says and signs with it.

import Crypto
import Foundation
import HTTPSignatures
import HTTPTypes
import JOSE
import X509

/// An agent with its key.
struct TestAgent: Sendable {
    let key: Certificate.PrivateKey
    private let sign: MessageSigner.Sign

    /// An agent with a new key of P-256.
    init() {
        let key = P256.Signing.PrivateKey()
        self.key = Certificate.PrivateKey(key)
        self.sign = { _, base in Array(try key.signature(for: SHA256.hash(data: base)).rawRepresentation) }
    }

    /// An agent with a new key of Ed25519.
    static func edwards() throws -> TestAgent {
        let key = Curve25519.Signing.PrivateKey()
        return TestAgent(key: Certificate.PrivateKey(key)) { _, base in Array(try key.signature(for: base)) }
    }

    private init(key: Certificate.PrivateKey, sign: @escaping MessageSigner.Sign) {
        self.key = key
        self.sign = sign
    }

    /// The key's name (RFC 7638).
    var thumbprint: String { get throws { try JSONWebKey(self.key.publicKey).thumbprint } }

    /// A request for the identity of a host and version, in PEM.
    func csr(_ host: String, version: String = "1.0.0") throws -> String {
        TestRequests.pem(of: try TestRequests.der(uris: ["ans://v\(version).\(host)"], key: self.key))
    }

    /// The body of a registration; members given replace or add, nil removes.
    func registration(
        _ host: String,
        version: String = "1.0.0",
        _ changes: [String: Any?] = [:]
    ) throws -> String {
        var members: [String: Any] = [
            "agentDisplayName": "Test agent", "version": version, "agentHost": host,
            "agentDescription": "answers tests",
            "endpoints": [["protocol": "A2A", "agentUrl": "https://\(host)/a2a"]],
            "discoveryProfiles": ["ANS_TXT", "ANS_DNSAID"],
            "identityCsrPEM": try self.csr(host, version: version),
        ]
        for (name, value) in changes { members[name] = value }
        return try TestRequests.body(members)
    }

    /// A request with the agent's signature.
    func signed(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: String? = nil,
        authority: String = "test",
        nonce: String = UUID().uuidString,
        lifetime: Int64 = 60,
        at instant: Date
    ) async throws -> HTTPRequest {
        var request = HTTPRequest(method: method, scheme: "https", authority: authority, path: path)
        if body != nil { request.headerFields[.contentType] = "application/json" }
        let signer = try MessageSigner(
            keyID: try self.thumbprint,
            key: self.key.publicKey,
            lifetime: lifetime,
            sign: self.sign
        )
        return try await signer.signed(request, body: Array((body ?? "").utf8), nonce: nonce, at: instant)
    }
}

extension AgentAPI {
    /// Calls the API with nothing but an agent's key.
    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        by agent: TestAgent,
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> Answer {
        var head = try await agent.signed(method, path, body: body, at: self.clock.now)
        head.headerFields.append(contentsOf: headers)
        return try await self.send(head, body: Array((body ?? "").utf8))
    }
}
