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
    func authenticate(
        _ request: inout Request,
        _ context: ManagementContext,
        on route: RouteName,
        at instant: Date
    ) async throws -> Principal {
        let body = try await request.boundedOctets()
        request.body = RequestBody(buffer: ByteBuffer(bytes: body))
        do {
            let candidate = try self.profile.candidate(in: request.head, body: body)
            let known = try await self.service.identityKey(thumbprint: candidate.keyID)
            if known == nil { try await self.service.admitStranger(from: RequestOrigin(context)) }
            let key = try known?.certificateKey ?? Self.key(named: candidate.keyID, body, route)
            let proof = try candidate.verified(with: key, at: instant)
            let isNew = try await self.service.claimNonce(of: proof)
            guard isNew else {
                throw Self.refusal("the nonce was used before; sign each request with a new one")
            }
            return try await self.service.principal(proof)
        } catch let error as HTTPSignatureError {
            throw Self.refusal(error.reason)
        } catch let error as JOSEError {
            throw Self.refusal(error.reason)
        }
    }

    /// A key that is not known yet, by its thumbprint: that of the identity request in the body, or the body's `jwk`.
    private static func key(
        named thumbprint: String,
        _ body: [UInt8],
        _ route: RouteName
    ) throws -> Certificate.PublicKey {
        let takesKeys = route.method == .post && Self.introductions.contains(route.path)
        let members = takesKeys ? try? JSONReader.read(body, within: Budget.registrationLimits) : nil
        if let pem = members?["identityCsrPEM"]?.text, let request = try? ParsedCSR(Array(pem.utf8)),
            try JSONWebKey(request.publicKey.certificateKey).thumbprint == thumbprint
        {
            return request.publicKey.certificateKey
        }
        if let value = members?["jwk"], let key = try? JSONWebKey(value), key.thumbprint == thumbprint {
            return key.publicKey
        }
        throw Self.refusal(
            "no agent has the key '\(thumbprint.quotedForDetail)'; keyid is the RFC 7638 thumbprint of an agent's identity key"
        )
    }

    /// The calls by which a key that nobody knows comes in.
    private static let introductions: Set<String> = ["/v2/ans/agents", "/v1/agents/register", "/v1/accounts"]

    /// RFC 9110 §15.5.2: a 401 "MUST send a WWW-Authenticate header field"; message signatures have no scheme of their own.
    private static func refusal(_ reason: String) -> Problem {
        Problem(.invalidMessageSignature, reason, headers: [.wwwAuthenticate: Bearer.challenge()])
    }
}
