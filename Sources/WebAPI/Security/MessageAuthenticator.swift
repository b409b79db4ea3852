// Callers that sign their requests (RFC 9421): an agent with nothing but its key.
//
// Order of the checks: form and coverage, the key, the signature, the nonce. Whoever does not hold the key costs one
// look-up and one verification, and leaves nothing in the store.

import FoundationEssentials
import HTTPSignatures
import HTTPTypes
import Hummingbird
import JOSE
import JSON
import NIOCore
import PKIX
import RegistrationAuthority
import X509

/// Verifies signed requests.
struct MessageAuthenticator: Sendable {
    let service: RegistrationService
    let profile: SignatureProfile

    /// Whether a request carries a signature.
    static func isSigned(_ request: Request) -> Bool {
        HTTPField.Name("Signature-Input").map { request.headers[$0] != nil } ?? false
    }

    /// The caller of a signed request.
    ///
    /// The body is read and put back.
    ///
    /// - Throws: ``Problem`` with `.unauthenticated` or `.invalidMessageSignature`.
    func authenticate(_ request: inout Request, at instant: Date) async throws -> Principal {
        let body = try await request.boundedOctets()
        request.body = RequestBody(buffer: ByteBuffer(bytes: body))
        do {
            let candidate = try self.profile.candidate(in: request.head, body: body)
            let key = try await self.key(named: candidate.keyID, body)
            let proof = try candidate.verified(with: key, at: instant)
            let isNew = try await self.service.claimNonce(of: proof)
            guard isNew else {
                throw Self.refusal("the nonce was used before; sign each request with a new one")
            }
            return try Principal(proof)
        } catch let error as HTTPSignatureError {
            throw Self.refusal(error.reason)
        } catch let error as JOSEError {
            throw Self.refusal(error.reason)
        }
    }

    /// The key with a thumbprint: that of an agent, or of the identity request in the body, when the agent is not known yet.
    private func key(named thumbprint: String, _ body: [UInt8]) async throws -> Certificate.PublicKey {
        if let known = try await self.service.identityKey(thumbprint: thumbprint) { return known.certificateKey }
        let limits = Budget.registrationLimits
        if let pem = (try? JSONReader.read(body, within: limits))?["identityCsrPEM"]?.text,
            let request = try? ParsedCSR(Array(pem.utf8)),
            try JSONWebKey(request.publicKey.certificateKey).thumbprint == thumbprint
        {
            return request.publicKey.certificateKey
        }
        throw Self.refusal(
            "no agent has the key '\(thumbprint.quotedForDetail)'; keyid is the RFC 7638 thumbprint of an agent's identity key"
        )
    }

    /// RFC 9110 §15.5.2: a 401 "MUST send a WWW-Authenticate header field"; message signatures have no scheme of their own.
    private static func refusal(_ reason: String) -> Problem {
        Problem(.invalidMessageSignature, reason, headers: [.wwwAuthenticate: Bearer.challenge()])
    }
}
