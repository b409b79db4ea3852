// Which of a note's signatures hold.

extension SignedNote {
    /// The known keys that signed.
    ///
    /// - Throws: ``LogError`` with `.untrustedNote` when a signature line names a known key and is not its signature, or
    ///   when no known key signed.
    public func signers(among keys: [VerifierKey]) throws(LogError) -> Set<VerifierKey> {
        var signers: Set<VerifierKey> = []
        for signature in self.signatures {
            // "Verifiers MUST ignore signatures from unknown keys, even if they share a name or ID (but not both) with a
            // known key. If the key name and ID match a known key, verifiers MUST verify the signature."
            for key in keys where key.matches(signature) {
                guard key.isValid(signature, over: self.text) else {
                    throw LogError(.untrustedNote, "the signature of '\(key.name)' (\(key.hexadecimalID)) is false")
                }
                signers.insert(key)
            }
        }
        guard !signers.isEmpty else {
            throw LogError(.untrustedNote, "none of the \(self.signatures.count) signatures is of a trusted key")
        }
        return signers
    }
}
