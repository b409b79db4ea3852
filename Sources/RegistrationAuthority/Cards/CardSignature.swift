// Signatures of an A2A agent card (A2A 1.0, AgentCardSignature): each a JWS whose payload is the canonical form (RFC 8785) of
// the card without its `signatures`. Keys come from the registry's own records; a `jku` is never followed.

public import JOSE
public import JSON
public import X509

/// What is signed of a card.
public enum CardForm: String, Hashable, Sendable, CaseIterable {
    /// The card as it stands, as the specification has it.
    case specification
    /// The card without empty strings, lists and objects at any depth: what a2a-sdk signs, against the specification.
    case sdk

    /// The octets that are signed.
    ///
    /// - Throws: ``RegistrationError`` with `.malformedCard` when the card is no object or has no canonical form.
    public func payload(of card: JSONValue) throws(RegistrationError) -> [UInt8] {
        guard case .object = card else {
            throw RegistrationError(.malformedCard, "an agent card is an object, not \(card.kind)")
        }
        let bare = card.removing("signatures")
        do { return try (self == .sdk ? bare.withoutEmptyValues ?? [:] : bare).canonical } catch {
            throw RegistrationError(.malformedCard, "the agent card has no canonical form: \(error.reason)")
        }
    }
}

/// A signature of a card that the holder of a key made.
///
/// Only verification makes one.
public struct VerifiedCardSignature: Hashable, Sendable {
    /// The place of the signature in `signatures`.
    public let index: Int
    /// `kid`: the signer's name for the key.
    public let keyID: String
    /// What was signed.
    public let form: CardForm
    /// The key.
    public let key: Certificate.PublicKey

    fileprivate init(index: Int, keyID: String, form: CardForm, key: Certificate.PublicKey) {
        self.index = index
        self.keyID = keyID
        self.form = form
        self.key = key
    }
}

/// Verifies and makes signatures of cards.
public enum CardSignature {
    /// The signatures of a card that are the agent's.
    ///
    /// Others may have signed as well, with keys and algorithms that are not known here: their signatures are passed over.
    /// One that names the agent's key by its thumbprint must be the agent's.
    ///
    /// - Throws: ``RegistrationError`` with `.malformedCard`, or with `.invalidCardSignature` when no signature is the
    ///   agent's.
    public static func verify(
        _ card: JSONValue,
        with key: JSONWebKey
    ) throws(RegistrationError) -> [VerifiedCardSignature] {
        let payloads = try Self.payloads(of: card)
        var verified: [VerifiedCardSignature] = []
        for (index, entry) in try Self.entries(of: card).enumerated() {
            do {
                verified.append(try Self.verify(entry, at: index, over: payloads, with: key))
            } catch  where entry.keyID == key.thumbprint {
                throw RegistrationError(
                    .invalidCardSignature,
                    "signature \(index) of the card names the agent's key and is not one of it: \(error.reason)"
                )
            } catch {
                continue
            }
        }
        guard !verified.isEmpty else {
            throw RegistrationError(
                .invalidCardSignature,
                "the card has no signature of the agent's key; sign it again"
            )
        }
        return verified
    }

    /// The card with a signature of the registry behind those it has.
    ///
    /// The header names the key by its thumbprint and carries the chain in `x5c`, so that a relying party needs nothing but
    /// the root. Two registries of one card do not disturb each other: no signature covers `signatures`.
    ///
    /// - Parameters:
    ///   - certificateChain: DER, the registry's certificate first.
    ///   - key: The key of that certificate.
    ///   - signer: Signs with its private half.
    /// - Throws: ``RegistrationError`` with `.malformedCard`, `JOSEError`, and what the signer throws.
    public static func countersigned(
        _ card: JSONValue,
        certificateChain: [[UInt8]],
        key: JSONWebKey,
        algorithm: JWSAlgorithm,
        signer: JWSSigner
    ) async throws -> JSONValue {
        let existing = try card["signatures"] == nil ? [] : Self.values(of: card)
        let jws = try await JSONWebSignature.sign(
            try CardForm.specification.payload(of: card),
            header: JWSHeader(
                algorithm: algorithm,
                keyID: key.thumbprint,
                type: "JOSE",
                certificateChain: certificateChain
            ),
            key: key.publicKey,
            signer: signer
        )
        let entry: JSONValue = ["protected": .string(jws.protected), "signature": .string(jws.encodedSignature)]
        let signatures = JSONMember(name: "signatures", value: .array(existing + [entry]))
        return card.removing("signatures").appending([signatures])
    }
}

extension CardSignature {
    private struct Entry {
        let protected: String
        let signature: String

        /// What the header says; nil when it cannot be read.
        var keyID: String? {
            JOSE.Base64URL.decode(self.protected)
                .flatMap { try? JSONReader.read($0, within: JSONLimits(depth: 6, members: 32)) }?["kid"]?.text
        }
    }

    private static func payloads(of card: JSONValue) throws(RegistrationError) -> [(CardForm, [UInt8])] {
        let specification = try CardForm.specification.payload(of: card)
        let sdk = try CardForm.sdk.payload(of: card)
        return [(.specification, specification)] + (sdk == specification ? [] : [(.sdk, sdk)])
    }

    private static func verify(
        _ entry: Entry,
        at index: Int,
        over payloads: [(CardForm, [UInt8])],
        with key: JSONWebKey
    ) throws(JOSEError) -> VerifiedCardSignature {
        var failure = JOSEError(.invalidSignature, "the signature is not one of the key over this card")
        for (form, payload) in payloads {
            let jws = try JSONWebSignature(protected: entry.protected, signature: entry.signature, payload: payload)
            // A2A 1.0 §8.4.2: the protected header must have `alg` and `kid`.
            guard let keyID = jws.header.keyID else { throw JOSEError(.malformedSignature, "the header lacks 'kid'") }
            do {
                _ = try jws.verified(with: key)
                return VerifiedCardSignature(index: index, keyID: keyID, form: form, key: key.publicKey)
            } catch { failure = error }
        }
        throw failure
    }

    private static func entries(of card: JSONValue) throws(RegistrationError) -> [Entry] {
        var entries: [Entry] = []
        for value in try Self.values(of: card) {
            guard let protected = value["protected"]?.text, let signature = value["signature"]?.text else {
                throw RegistrationError(
                    .malformedCard,
                    "a signature of a card is an object with the strings 'protected' and 'signature'"
                )
            }
            entries.append(Entry(protected: protected, signature: signature))
        }
        return entries
    }

    private static func values(of card: JSONValue) throws(RegistrationError) -> [JSONValue] {
        guard case .array(let values) = card["signatures"] ?? [], values.count <= Budget.cardSignatures else {
            throw RegistrationError(
                .malformedCard,
                "'signatures' of the card must be a list of at most \(Budget.cardSignatures)"
            )
        }
        return values
    }
}

extension JSONValue {
    /// Without empty strings, lists and objects at any depth; nil when nothing is left.
    fileprivate var withoutEmptyValues: JSONValue? {
        switch self {
        case .object(let members):
            let kept = members.compactMap { member in
                member.value.withoutEmptyValues.map { JSONMember(name: member.name, value: $0) }
            }
            return kept.isEmpty ? nil : .object(kept)
        case .array(let values):
            let kept = values.compactMap(\.withoutEmptyValues)
            return kept.isEmpty ? nil : .array(kept)
        case .string(""): return nil
        case .string, .number, .boolean, .null: return self
        }
    }
}

extension Budget {
    /// Signatures of one agent card: the agent's, its provider's, and those of a few registries.
    public static let cardSignatures = 8
}

extension RegistrationError.Code {
    /// The agent card is not as A2A has it, or has no canonical form.
    public static let malformedCard = Self("MALFORMED_AGENT_CARD")
    /// The agent card is not signed with the agent's key.
    public static let invalidCardSignature = Self("CARD_SIGNATURE_INVALID")
}
