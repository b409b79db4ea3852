// A relying party that asks in a hurry: OCSP and CRLs over kept connections, read by PKIX.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PKIX
import SwiftASN1
import X509

/// Asks the public side; shut it down in the end.
struct StatusClient: Sendable {
    /// What came of a question.
    enum Answer: Hashable, Sendable {
        case good
        case revoked
        case unknown
        /// A status alone.
        case error(OCSPErrorStatus)
        /// The connection failed, as it does while the daemon is down.
        case lost
        /// Something that must never come.
        case wrong(String)
    }

    private let client = HTTPClient(eventLoopGroupProvider: .singleton)
    private let address: String
    private let issuerName: [UInt8]
    private let issuerKey: [UInt8]

    /// A client that knows the issuer of what it asks about.
    init(_ party: RelyingParty) throws {
        let certificate = try Certificate(pemEncoded: String(contentsOfFile: party.daemon.issuing, encoding: .utf8))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate.subject)
        self.issuerName = serializer.serializedBytes
        self.issuerKey = try SubjectPublicKey(certificate.publicKey).keyBytes
        self.address = party.publicURL
    }

    func shutdown() async throws { try await self.client.shutdown() }

    /// Asks for one status, by POST or by GET.
    func ask(_ serial: String, nonce: [UInt8]? = nil, byGet: Bool = false) async -> Answer {
        do {
            let certID = OCSPCertID(
                hash: .sha1,
                issuerName: self.issuerName,
                issuerKey: self.issuerKey,
                serialNumber: try SerialNumber(hexadecimal: serial)
            )
            let question = OCSPRequest(items: [.certID(certID)], nonce: nonce).derEncoded()
            let response = try await self.execute(question, byGet: byGet)
            guard response.status == .ok else { return .wrong("\(response.status)") }
            let body = Array(buffer: try await response.body.collect(upTo: 65_536))
            return try Self.read(body, of: certID, nonce: nonce)
        } catch is PKIXError {
            return .wrong("not DER")
        } catch {
            return .lost
        }
    }

    private func execute(_ question: [UInt8], byGet: Bool) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "\(self.address)/ocsp")
        if byGet {
            let base64 = Data(question).base64EncodedString()
            request.url += "/" + (base64.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? base64)
        } else {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/ocsp-request")
            request.body = .bytes(ByteBuffer(bytes: question))
        }
        return try await self.client.execute(request, timeout: .seconds(30))
    }

    private static func read(_ body: [UInt8], of certID: OCSPCertID, nonce: [UInt8]?) throws -> Answer {
        switch try ParsedOCSPResponse(derEncoded: body) {
        case .error(let status): return .error(status)
        case .basic(let response):
            let data = response.responseData
            guard let single = data.responses.first(where: { $0.item == .certID(certID) }) else {
                return .wrong("an answer about another certificate")
            }
            guard nonce == nil || data.nonce == nonce else { return .wrong("another nonce") }
            switch single.status {
            case .good: return .good
            case .revoked: return .revoked
            case .unknown: return .unknown
            }
        }
    }

    /// The issuer's complete CRL; `nil` while nothing is there to be fetched.
    func crl() async throws -> ParsedCRL? {
        do {
            let request = HTTPClientRequest(url: "\(self.address)/crl/agents.crl")
            let response = try await self.client.execute(request, timeout: .seconds(30))
            guard response.status == .ok else { return nil }
            return try ParsedCRL(derEncoded: Array(buffer: try await response.body.collect(upTo: 1 << 26)))
        } catch let error as PKIXError {
            throw error
        } catch {
            return nil
        }
    }
}
