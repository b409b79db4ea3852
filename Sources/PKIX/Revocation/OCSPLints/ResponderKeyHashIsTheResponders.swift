extension OCSPLint {
    /// The hash in responderID is that of the key that signs.
    static let responderKeyHashIsTheResponders = OCSPLint(
        "responder_key_hash_is_the_responders",
        citation: "RFC 6960 §4.2.1: byKey is the SHA-1 hash of the responder's public key; §4.2.2.3: "
            + "responderID corresponds to the signer",
        severity: .error
    ) { response in
        guard case .byKey(let hash) = response.data.responderID, hash != response.context.responderKeyHash else {
            return nil
        }
        return "byKey is \(hash.hexadecimal), the responder's is \(response.context.responderKeyHash.hexadecimal)"
    }
}
