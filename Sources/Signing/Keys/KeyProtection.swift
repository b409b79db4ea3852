// What the token says of a private key's way out (PKCS#11 2.40 Base §4.9).

/// How well the token keeps a private key.
public struct KeyProtection: Hashable, Sendable {
    /// `CKA_EXTRACTABLE`: the key can be wrapped and so leave the token.
    public let isExtractable: Bool
    /// `CKA_SENSITIVE`: the key's value cannot be read.
    public let isSensitive: Bool
    /// `CKA_NEVER_EXTRACTABLE`: the key has never been extractable, nor was it imported.
    public let wasNeverExtractable: Bool
    /// `CKA_ALWAYS_SENSITIVE`: the key has always been sensitive, nor was it imported.
    public let wasAlwaysSensitive: Bool
    /// `CKA_SIGN`: the key may sign.
    public let maySign: Bool

    static let attributes: [AttributeType] = [.extractable, .sensitive, .neverExtractable, .alwaysSensitive, .sign]

    /// Reads the attributes of a private key object; what the token does not show counts as the worse.
    init(_ values: AttributeValues) {
        self.isExtractable = values.bool(.extractable) ?? true
        self.isSensitive = values.bool(.sensitive) ?? false
        self.wasNeverExtractable = values.bool(.neverExtractable) ?? false
        self.wasAlwaysSensitive = values.bool(.alwaysSensitive) ?? false
        self.maySign = values.bool(.sign) ?? false
    }

    /// Why an issuer must not sign with the key; `nil` when it may.
    var complaint: String? {
        if self.isExtractable { return "it is extractable (CKA_EXTRACTABLE)" }
        if !self.isSensitive { return "its value can be read (CKA_SENSITIVE is false)" }
        if !self.maySign { return "it may not sign (CKA_SIGN is false)" }
        return nil
    }
}
