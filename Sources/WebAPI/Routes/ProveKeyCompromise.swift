// POST /v1/revocations/key-compromise: whoever can sign with a key may have it blocked and its certificates revoked.
//
// Public: who finds a private key has no account here. What is answered says no more than that the proof verifies, so
// that nobody learns from it which keys have certificates.

import CertificateAuthority
import FoundationEssentials
import HTTPTypes
import Hummingbird
import PKIX
import SwiftASN1
import X509

extension Route {
    /// Reports a compromised key: `{"publicKey" | "certificate", "proof", "invalidityDate"?}` → 200.
    static func proveKeyCompromise(_ authority: IssuingAuthority) -> Route {
        Route(
            .post,
            "/v1/revocations/key-compromise",
            for: .everyone { request, context in
                let body = try KeyCompromiseBody(try await request.jsonBody())
                let requester = Requester(
                    actor: "anonymous",
                    address: context.remoteAddress?.ipAddress,
                    requestID: context.requestID
                )
                let outcome = try await authority.revoke(
                    body.proof,
                    invalidityDate: body.invalidityDate,
                    requester: requester
                )
                var json = JSONWriter(capacity: 128)
                json.object {
                    $0.member("publicKeySha256", body.proof.publicKey.sha256.hexadecimal)
                    $0.member("keyBlocked", outcome.isKeyBlocked)
                    $0.member("complete", outcome.isComplete)
                }
                return .json(json)
            }
        )
    }
}

/// The body of a report.
struct KeyCompromiseBody {
    private static let keys = ["publicKey", "certificate"]

    let proof: KeyCompromiseProof
    let invalidityDate: CertificateTime?

    /// Reads a body.
    ///
    /// - Throws: ``Problem``; `PKIXError` for the key; `AuthorityError` for the size of the signature.
    init(_ body: [UInt8]) throws {
        let members = try JSONMembers(body, admitting: Self.keys + ["proof", "invalidityDate"])
        let given = try members.strings(among: Self.keys)
        guard given.count == 1, let (name, text) = given.first else {
            throw Problem(
                given.isEmpty ? .missingMember : .invalidMember,
                "exactly one of \(Self.keys.joined(separator: ", ")) says which key"
            )
        }
        let der = try Self.bytes(of: text, member: name)
        let key = name == "publicKey" ? try SubjectPublicKey(derEncoded: der) : try Self.key(certifiedIn: der)
        guard let signature = Data(base64Encoded: try members.requiredString("proof")) else {
            throw JSONMembers.invalid("proof", "must be the base64 of a signature (RFC 4648 §4)")
        }
        self.proof = try KeyCompromiseProof(publicKey: key, signature: Array(signature))
        self.invalidityDate = try members.time("invalidityDate")
    }

    private static func key(certifiedIn der: [UInt8]) throws -> SubjectPublicKey {
        do {
            return try SubjectPublicKey(try Certificate(reading: der).publicKey)
        } catch let error as PKIXError {
            throw error
        } catch {
            throw JSONMembers.invalid("certificate", "is not a certificate (RFC 5280)")
        }
    }

    /// The DER of PEM, or of base64.
    private static func bytes(of text: String, member name: String) throws(Problem) -> [UInt8] {
        if text.contains("-----BEGIN") {
            let label = name == "publicKey" ? "PUBLIC KEY" : "CERTIFICATE"
            if let document = try? PEMDocument(pemString: text), document.discriminator == label {
                return document.derBytes
            }
        } else if let der = Data(base64Encoded: text), !der.isEmpty {
            return Array(der)
        }
        throw JSONMembers.invalid(name, "must be PEM, or base64 of DER")
    }
}
