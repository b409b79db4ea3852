import X509

extension Lint {
    /// OCSPSigning stands on responders only.
    static let ocspSigningIsOnlyOnResponders = Lint(
        "ocsp_signing_is_only_on_responders",
        citation: "RFC 6960 §4.2.2.2: \"OCSP signing delegation SHALL be designated by the inclusion of "
            + "id-kp-OCSPSigning in an extended key usage certificate extension included in the OCSP response "
            + "signer's certificate.\"",
        severity: .error
    ) { certificate in
        guard certificate.role != .ocspResponder, certificate.hasPurpose(.ocspSigning) else { return nil }
        return "extendedKeyUsage has OCSPSigning on a certificate that is no responder's"
    }
}
