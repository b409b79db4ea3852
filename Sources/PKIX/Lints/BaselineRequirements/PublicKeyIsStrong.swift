extension Lint {
    /// The subject's key is of a kind we take, and not weak.
    static let publicKeyIsStrong = Lint(
        "public_key_is_strong",
        citation: "BR §6.1.1.3: \"The CA SHALL reject a certificate request if [...] The Key Pair does not meet the "
            + "requirements set forth in Section 6.1.5 and/or Section 6.1.6\"",
        severity: .error
    ) { certificate in
        guard certificate.publicKey == nil else { return nil }
        do throws(PKIXError) {
            _ = try SubjectPublicKey(derEncoded: certificate.subjectPublicKeyInfo)
        } catch {
            return error.reason
        }
        return nil
    }
}
