extension OCSPLint {
    /// A nonce has 1 to 128 octets.
    static let nonceIs1To128Octets = OCSPLint(
        "nonce_is_1_to_128_octets",
        citation: "RFC 9654 §2.1: Nonce ::= OCTET STRING(SIZE(1..128))",
        severity: .error
    ) { response in
        guard let nonce = response.data.nonce, !(1...Budget.ocspNonceBytes).contains(nonce.count) else { return nil }
        return "the nonce has \(nonce.count) octets"
    }
}
