import X509

extension Lint {
    /// A delegated responder signs OCSP responses and nothing else.
    static let responderExtendedKeyUsageIsOCSPSigning = Lint(
        "responder_extended_key_usage_is_ocsp_signing",
        citation: "RFC 6960 §4.2.2.2: \"OCSP signing delegation SHALL be designated by the inclusion of "
            + "id-kp-OCSPSigning in an extended key usage certificate extension\"; BR §7.1.2.8.5: any other "
            + "value \"MUST NOT\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .ocspResponder else { return nil }
        let isOnly = certificate.decoded.extendedKeyUsage.map { $0.elementsEqual([.ocspSigning]) } ?? false
        return isOnly ? nil : "a responder's extendedKeyUsage is not OCSPSigning alone"
    }
}
