// A signature that is as the profile wants it, and that nobody has verified.

public import FoundationEssentials
import HTTPTypes
public import X509

/// What a request says of who signed it.
///
/// None of it is known to be true before ``verified(with:at:)``.
public struct SignatureCandidate: Hashable, Sendable {
    /// The label.
    public let label: String
    /// Which key is said to have signed.
    public let keyID: String
    /// The text that this key uses for this request alone.
    public let nonce: String
    /// When it is said to have been made.
    public let created: Date
    /// When it ends.
    public let expires: Date
    /// The algorithm.
    public let algorithm: SignatureAlgorithm
    /// What is covered.
    public let components: [CoveredComponent]
    /// The octets that are signed.
    public let base: [UInt8]
    /// How far the signer's clock may be off, in seconds.
    private let skew: Double
    private let signature: [UInt8]

    /// Until when a nonce must be remembered, once claimed, for the signature never to be taken twice.
    public var nonceRetention: Date { self.expires.addingTimeInterval(self.skew) }

    init(
        _ input: SignatureInput,
        of request: HTTPRequest,
        profile: SignatureProfile
    ) throws(HTTPSignatureError) {
        let parameters = input.parameters
        guard let created = parameters.created, let expires = parameters.expires, let nonce = parameters.nonce,
            let keyID = parameters.keyID, let algorithm = parameters.algorithm
        else {
            throw HTTPSignatureError(
                .invalidParameter,
                "the signature must have the parameters created, expires, nonce, keyid and alg"
            )
        }
        guard (1...Budget.nonceBytes).contains(nonce.utf8.count), (1...Budget.keyIDBytes).contains(keyID.utf8.count)
        else {
            throw HTTPSignatureError(
                .invalidParameter,
                "'nonce' has 1 to \(Budget.nonceBytes) octets, and 'keyid' 1 to \(Budget.keyIDBytes)"
            )
        }
        guard expires > created else {
            throw HTTPSignatureError(.invalidParameter, "'expires' must be after 'created'")
        }
        // Integers of structured fields have 15 digits: the difference does not overflow.
        guard expires - created <= profile.lifetime else {
            throw HTTPSignatureError(
                .lifetimeTooLong,
                "from 'created' to 'expires' may be at most \(profile.lifetime) seconds"
            )
        }
        self.base = try input.base(for: request)
        self.label = input.label
        self.keyID = keyID
        self.nonce = nonce
        self.created = Date(timeIntervalSince1970: Double(created))
        self.expires = Date(timeIntervalSince1970: Double(expires))
        self.algorithm = algorithm
        self.components = input.components
        self.signature = input.signature
        self.skew = Double(profile.skew)
    }
}

extension SignatureCandidate {
    /// Verifies the signature: the second of two steps.
    ///
    /// It is pure, and so does not see that a request was sent before. The caller claims ``nonce`` under the key afterwards
    /// and before it acts: claimed earlier, strangers could fill the memory of nonces or use up those of others.
    ///
    /// - Parameters:
    ///   - key: The key that ``keyID`` names, as the caller knows it.
    ///   - instant: The present.
    /// - Throws: ``HTTPSignatureError`` with `.notYetValid`, `.expired`, `.algorithmMismatch` or `.invalidSignature`.
    public func verified(
        with key: Certificate.PublicKey,
        at instant: Date
    ) throws(HTTPSignatureError) -> VerifiedSignature {
        guard self.created <= instant.addingTimeInterval(self.skew) else {
            throw HTTPSignatureError(.notYetValid, "the signature was made in the future; set the signer's clock")
        }
        guard instant < self.nonceRetention else {
            throw HTTPSignatureError(.expired, "the signature has expired; sign again")
        }
        // RFC 9421 §3.2, step 6: the algorithm that the signature names must be the one that the key has.
        guard self.algorithm.suits(key) else {
            throw HTTPSignatureError(
                .algorithmMismatch,
                "'alg' is \(self.algorithm.rawValue), which is not for this kind of key"
            )
        }
        guard self.algorithm.isValid(self.signature, over: self.base, under: key) else {
            throw HTTPSignatureError(.invalidSignature, "the signature is not one of the key over this request")
        }
        return VerifiedSignature(self, key: key)
    }
}

/// The proof that the holder of a key signed a request.
///
/// Only verification makes one.
public struct VerifiedSignature: Hashable, Sendable {
    /// The key.
    public let key: Certificate.PublicKey
    /// The key's name, as the signer has it.
    public let keyID: String
    /// The text that the signer uses once; claim it before acting.
    public let nonce: String
    /// Until when the nonce must be remembered.
    public let nonceRetention: Date
    /// When the signature was made, by the signer's clock.
    public let created: Date
    /// When it ends.
    public let expires: Date
    /// What is covered.
    public let components: [CoveredComponent]

    fileprivate init(_ candidate: SignatureCandidate, key: Certificate.PublicKey) {
        self.key = key
        self.keyID = candidate.keyID
        self.nonce = candidate.nonce
        self.nonceRetention = candidate.nonceRetention
        self.created = candidate.created
        self.expires = candidate.expires
        self.components = candidate.components
    }
}
