// Everything that a session can tell of a key pair.

/// A key pair as one session found it.
struct KeyDescription: Sendable {
    let label: String
    let id: [UInt8]
    let publicPart: PublicKeyObject
    let protection: KeyProtection

    /// Finds the pair: one private key, and the one public key with its identifier and label.
    init(label: String?, id: [UInt8]?, in session: TokenSession) throws(SigningError) {
        let privateKey = try session.find(.privateKey, label: label, id: id)
        let values = try session.module.attributes(
            session: session.handle,
            object: privateKey,
            types: [.label, .id] + KeyProtection.attributes
        )
        guard let label = values.string(.label), let id = values.bytes(.id) else {
            throw SigningError(.malformedAnswer, "the private key with \(keyName(label: label, id: id)) has no names")
        }
        let publicKey = try session.find(.publicKey, label: label, id: id)
        let publicValues = try session.module.attributes(
            session: session.handle,
            object: publicKey,
            types: PublicKeyObject.attributes
        )
        self.label = label
        self.id = id
        self.publicPart = try PublicKeyObject(publicValues)
        self.protection = KeyProtection(values)
    }
}
