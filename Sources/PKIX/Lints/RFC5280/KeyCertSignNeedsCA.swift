import X509

extension Lint {
    /// keyCertSign stands only beside cA.
    static let keyCertSignNeedsCA = Lint(
        "key_cert_sign_needs_ca",
        citation: "RFC 5280 §4.2.1.9: \"If the cA boolean is not asserted, then the keyCertSign bit in the key "
            + "usage extension MUST NOT be asserted.\"",
        severity: .error
    ) { certificate in
        guard certificate.decoded.keyUsage?.keyCertSign == true, !certificate.assertsCA else { return nil }
        return "keyUsage asserts keyCertSign and basicConstraints does not assert cA"
    }
}
