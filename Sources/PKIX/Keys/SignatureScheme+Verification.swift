// Verifying signatures of our schemes by libcrypto, which knows RSASSA-PSS as swift-certificates does not.

import COpenSSL

extension SignatureScheme {
    /// Whether a signature is one of the key over a message; false also when the key does not fit the scheme.
    public func verifies(_ signature: [UInt8], of message: [UInt8], under key: SubjectPublicKey) -> Bool {
        guard self.fits(key.type) else { return false }
        let info = key.subjectPublicKeyInfo
        guard let handle = signet_openssl_key_new(info, info.count) else { return false }
        defer { signet_openssl_key_free(handle) }
        let verdict = signet_openssl_verify_message(
            handle,
            self.libcryptoScheme,
            message,
            message.count,
            signature,
            signature.count
        )
        return verdict == 1
    }

    private var libcryptoScheme: signet_openssl_scheme {
        switch self {
        case .ecdsaSHA256: SIGNET_OPENSSL_ECDSA_SHA256
        case .ecdsaSHA384: SIGNET_OPENSSL_ECDSA_SHA384
        case .ed25519: SIGNET_OPENSSL_ED25519
        case .rsaPKCS1SHA256: SIGNET_OPENSSL_RSA_PKCS1_SHA256
        case .rsaPSSSHA256: SIGNET_OPENSSL_RSA_PSS_SHA256
        }
    }
}
