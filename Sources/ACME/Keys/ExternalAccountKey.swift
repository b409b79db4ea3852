// External account binding (RFC 8555 §7.3.4): an account key vouched for with a key that the CA gave out.

import Crypto
import JOSE
import JSON

/// A key for binding accounts.
public struct ExternalAccountKey: Sendable {
    /// The key's name with the CA.
    public let keyID: String
    private let key: SymmetricKey

    /// A key as CAs hand it out.
    ///
    /// - Parameters:
    ///   - keyID: the key identifier.
    ///   - hmacKey: the key in base64url; padding and the other alphabet of base64 are admitted, since CAs use them.
    /// - Throws: ``ACMEError`` with `.invalidRequest` when either is empty or the key is not base64url.
    public init(keyID: String, hmacKey: String) throws(ACMEError) {
        let text = hmacKey.trimmingSpaces.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        guard !keyID.isEmpty, let octets = Base64URL.decode(String(text)), !octets.isEmpty else {
            throw ACMEError(
                .invalidRequest,
                "an external account key has an identifier, and an HMAC key in base64url"
            )
        }
        self.keyID = keyID
        self.key = SymmetricKey(data: octets)
    }

    /// The binding of an account key, for a request to an address.
    ///
    /// "The "alg" field MUST indicate a MAC-based algorithm", "The "kid" field MUST contain the key identifier provided by
    /// the CA", "The "nonce" field MUST NOT be present", "The "url" field MUST be set to the same value as the outer JWS".
    func binding(of webKey: JSONWebKey, url: String) -> JSONValue {
        let header: JSONValue = ["alg": "HS256", "kid": .string(self.keyID), "url": .string(url)]
        let protected = Base64URL.encode(header.serialized)
        let payload = Base64URL.encode(webKey.value.serialized)
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(protected).\(payload)".utf8), using: self.key)
        return [
            "protected": .string(protected), "payload": .string(payload), "signature": .string(Base64URL.encode(code)),
        ]
    }
}

extension ExternalAccountKey: CustomStringConvertible, CustomReflectable {
    /// The identifier.
    public var description: String { self.keyID }

    /// No children: the key is secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
