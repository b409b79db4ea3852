// Which issuers a responder answers for.

public import PKIX

/// An issuer whose certificates are asked about.
public struct StatusIssuer: Sendable {
    /// The issuer's name in paths: `/issuers/{name}/ocsp`.
    public let name: String
    /// The hash of the encoded subject, by algorithm.
    public let nameHashes: [OCSPHash: [UInt8]]
    /// The hash of the public key, by algorithm.
    public let keyHashes: [OCSPHash: [UInt8]]

    /// Creates an issuer from its hashes.
    public init(name: String, nameHashes: [OCSPHash: [UInt8]], keyHashes: [OCSPHash: [UInt8]]) {
        self.name = name
        self.nameHashes = nameHashes
        self.keyHashes = keyHashes
    }

    /// Creates an issuer from its encoded subject and the content of its key's BIT STRING (RFC 6960 §4.1.1).
    public init(name: String, subject: [UInt8], publicKey: [UInt8]) {
        self.init(
            name: name,
            nameHashes: Dictionary(uniqueKeysWithValues: OCSPHash.allCases.map { ($0, $0.hash(subject)) }),
            keyHashes: Dictionary(uniqueKeysWithValues: OCSPHash.allCases.map { ($0, $0.hash(publicKey)) })
        )
    }
}
