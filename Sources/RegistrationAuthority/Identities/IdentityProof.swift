// Proofs of control over an identifier (ANS API, `verifyIdentityControl`): compact JWS over a text that we made, each by a key
// that the identifier itself names.

import JOSE
public import JSON

/// A key that control was proven by, with the proof: what the transparency log will seal.
public struct ProvenKey: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// The verification method as it was published.
    public let method: JSONValue
    /// The compact JWS.
    public let proof: String

    /// Creates or restores the value.
    public init(method: JSONValue, proof: String) {
        self.method = method
        self.proof = proof
    }
}

/// A proof as it was sent, before its signature is looked at.
struct IdentityProof: Sendable {
    private let compact: String
    private let jws: JSONWebSignature
    /// `kid`: which key it says it is by.
    let keyID: String

    /// The proofs of a call.
    ///
    /// - Parameter signingInput: the text that was given out, which every payload must be, letter by letter.
    /// - Throws: ``RegistrationError``: `.invalidIdentityProof`, `.identitySignatureInvalid`, `.invalidVerificationMethod`.
    static func read(_ texts: [String], over signingInput: String) throws(RegistrationError) -> [IdentityProof] {
        guard (1...Budget.identityProofs).contains(texts.count) else {
            throw RegistrationError(.invalidIdentityProof, "signedProofs has 1 to \(Budget.identityProofs) proofs")
        }
        var proofs: [IdentityProof] = []
        for text in texts {
            let proof = try IdentityProof(text, over: signingInput)
            guard !proofs.contains(where: { $0.keyID == proof.keyID }) else {
                throw RegistrationError(
                    .invalidIdentityProof,
                    "two proofs have the kid '\(proof.keyID.quotedForDetail)'; one for each key is enough"
                )
            }
            proofs.append(proof)
        }
        return proofs
    }

    private init(_ text: String, over signingInput: String) throws(RegistrationError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Budget.identityProofBytes, parts.count == 3 else {
            throw RegistrationError(
                .invalidIdentityProof,
                "a proof is a compact JWS: three texts between two dots, at most \(Budget.identityProofBytes) octets"
            )
        }
        guard parts[1].utf8.elementsEqual(signingInput.utf8) else {
            throw RegistrationError(
                .identitySignatureInvalid,
                "the payload of a proof is not the signingInput of the latest challenge; sign that text as it is"
            )
        }
        do throws(JOSEError) {
            self.jws = try JSONWebSignature(compact: text)
        } catch {
            throw RegistrationError(
                error.code == .malformedSignature ? .invalidIdentityProof : .identitySignatureInvalid,
                "a proof cannot be taken: \(error.reason)"
            )
        }
        guard let keyID = self.jws.header.keyID, !keyID.isEmpty else {
            throw VerificationMethod.error("the header of a proof lacks 'kid', which says by which key it is")
        }
        self.keyID = keyID
        self.compact = text
    }

    /// The key that the proof is by, once the signature is verified.
    ///
    /// - Throws: ``RegistrationError`` with `.identitySignatureInvalid`.
    func verified(with method: VerificationMethod) throws(RegistrationError) -> ProvenKey {
        do throws(JOSEError) {
            _ = try self.jws.verified(with: method.publicKey, allowing: JWSAlgorithm.ofIdentityProofs)
        } catch {
            throw RegistrationError(
                .identitySignatureInvalid,
                "the proof by '\(method.id.quotedForDetail)' does not hold: \(error.reason)"
            )
        }
        return ProvenKey(method: method.value, proof: self.compact)
    }
}

extension VerifiedIdentity {
    /// What is signed: base64url of the canonical `IdentityProofInput` (ANS-0).
    ///
    /// - Throws: `JSONError` when there is no canonical form.
    func signingInput(nonce: String, raID: String) throws -> String {
        let anchor = self.pending ?? self.anchor
        let input: JSONValue = [
            "identifier": .string(anchor.description), "identityId": .string(self.id.description),
            "nonce": .string(nonce), "purpose": "ans:identity-proof:v1", "raId": .string(raID),
            "scheme": .string(anchor.kind.rawValue),
        ]
        return Base64URL.encode(try input.canonical)
    }
}
