// The text of the identity record: `v=agent1; pk=<base64 SubjectPublicKeyInfo>; fp=<first 16 hex digits of its SHA-256>`.

import Crypto
import FoundationEssentials
import PKIX

/// An agent's public key as its `_agent` record shows it.
public struct IdentityRecord: Hashable, Sendable {
    /// The DER of the SubjectPublicKeyInfo.
    public let key: [UInt8]

    /// A record for a key.
    public init(key: [UInt8]) {
        self.key = key
    }

    /// Reads a record's text; nil when it is none, such as one of another draft at the same owner name.
    public init?(_ text: String) {
        let fields = TextFields(text)
        guard fields["v"] == "agent1", let key = fields["pk"].flatMap({ Data(base64Encoded: $0) }), !key.isEmpty else {
            return nil
        }
        self.init(key: Array(key))
    }

    /// The first 16 hexadecimal digits of the key's SHA-256: for people, never for a decision.
    public var fingerprint: String { Array(SHA256.hash(data: self.key)).prefix(8).hexadecimal }

    /// The record's text.
    public var text: String { "v=agent1; pk=\(Data(self.key).base64EncodedString()); fp=\(self.fingerprint)" }
}
