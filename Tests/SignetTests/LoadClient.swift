// Many callers at once, each remembering what it was given.

import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import SwiftASN1
import Synchronization
import X509

/// Asks for certificates over plain HTTP on loopback until the daemon goes away.
final class LoadClient: Sendable {
    /// A certificate that arrived.
    struct Received: Sendable, Hashable {
        let serial: String
        let certificate: [UInt8]
    }

    private let url: String
    private let token: String
    private let received = Mutex<[Received]>([])
    private let failures = Mutex<[String]>([])

    init(url: String, token: String) {
        self.url = url
        self.token = token
    }

    /// What arrived whole.
    var certificates: [Received] { self.received.withLock { $0 } }
    /// Answers that were neither a certificate nor a lost connection.
    var unexpected: [String] { self.failures.withLock { $0 } }

    /// Runs callers until each has had `count` answers or lost its connection.
    func run(callers: Int, requests count: Int) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for index in 0..<count {
                        guard await self.request(client, "caller\(caller)-\(index)") else { return }
                    }
                }
            }
        }
        try await client.shutdown()
    }

    /// One request; false when the connection is gone.
    private func request(_ client: HTTPClient, _ name: String) async -> Bool {
        do {
            var request = HTTPClientRequest(url: "\(self.url)/v1/certificates")
            request.method = .POST
            request.headers.add(name: "Authorization", value: "Bearer \(self.token)")
            request.headers.add(name: "Content-Type", value: "application/json")
            request.headers.add(name: "Accept", value: "application/pem-certificate-chain")
            request.headers.add(name: "Idempotency-Key", value: UUID().uuidString)
            request.body = .bytes(ByteBuffer(string: try Self.body(name)))
            let response = try await client.execute(request, timeout: .seconds(20))
            let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
            guard response.status == .created, let document = try? PEMDocument.parseMultiple(pemString: body).first
            else {
                self.failures.withLock { $0.append("\(response.status.code) \(body)") }
                return response.status != .created
            }
            let certificate = try Certificate(derEncoded: document.derBytes)
            let serial = certificate.serialNumber.bytes.drop { $0 == 0 }.map { String(format: "%02x", $0) }.joined()
            self.received.withLock { $0.append(Received(serial: serial, certificate: document.derBytes)) }
            return true
        } catch {
            return false
        }
    }

    private static func body(_ name: String) throws -> String {
        let request = try makeRequest(uri: "ans://v1.0.0.\(name).agents.example")
        return "{\"profile\":\"agent-identity\",\"csr\":\"\(Data(request).base64EncodedString())\"}"
    }
}

/// The DER of a certificate request for a URI; for a new Ed25519 key unless one is given.
func makeRequest(uri: String, key: P256.Signing.PrivateKey? = nil) throws -> [UInt8] {
    let extensions = try Certificate.Extensions { SubjectAlternativeNames([.uniformResourceIdentifier(uri)]) }
    let request = try CertificateSigningRequest(
        version: .v1,
        subject: DistinguishedName(),
        privateKey: key.map { Certificate.PrivateKey($0) } ?? Certificate.PrivateKey(Curve25519.Signing.PrivateKey()),
        attributes: CertificateSigningRequest.Attributes([.init(ExtensionRequest(extensions: extensions))]),
        signatureAlgorithm: key == nil ? .ed25519 : .ecdsaWithSHA256
    )
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    return serializer.serializedBytes
}
