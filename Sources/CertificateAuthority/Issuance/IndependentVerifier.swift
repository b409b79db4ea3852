// The second opinion: another implementation parses the certificate and verifies its signature before it leaves.

import COpenSSL
import PKIX

/// libcrypto with an issuer's public key.
final class IndependentVerifier: Sendable {
    // Sound: what the pointer leads to is not changed after creation, is freed in deinit alone, and libcrypto lets several
    // threads verify with one key as long as none changes it (openssl-threads(7)).
    private nonisolated(unsafe) let key: OpaquePointer

    /// - Throws: ``AuthorityError`` with `.invalidHierarchy` when libcrypto does not take the key.
    init(issuerKey: SubjectPublicKey) throws(AuthorityError) {
        guard let key = signet_openssl_key_new(issuerKey.subjectPublicKeyInfo, issuerKey.subjectPublicKeyInfo.count)
        else {
            throw AuthorityError(.invalidHierarchy, "libcrypto does not take the issuer's \(issuerKey.type) key")
        }
        self.key = key
    }

    deinit {
        signet_openssl_key_free(self.key)
    }

    /// Parses a certificate with its extensions and verifies its signature.
    ///
    /// - Throws: ``AuthorityError`` with `.verificationFailed`.
    func check(_ certificate: [UInt8]) throws(AuthorityError) {
        let verdict = signet_openssl_check_certificate(certificate, certificate.count, self.key)
        let reason: String
        switch verdict {
        case SIGNET_OPENSSL_VALID: return
        case SIGNET_OPENSSL_UNPARSABLE: reason = "it is not a certificate"
        case SIGNET_OPENSSL_TRAILING_BYTES: reason = "bytes follow the certificate"
        case SIGNET_OPENSSL_BAD_EXTENSIONS: reason = "an extension is invalid"
        default: reason = "the signature does not verify under the issuer's key"
        }
        throw AuthorityError(.verificationFailed, "libcrypto does not accept the certificate: \(reason)")
    }

    /// Verifies a signature over a message: an OCSP response, or a CRL that is signed whole.
    ///
    /// - Throws: ``AuthorityError`` with `.verificationFailed`.
    func check(_ signature: [UInt8], over message: [UInt8], scheme: SignatureScheme) throws(AuthorityError) {
        let verdict = signet_openssl_verify_message(
            self.key,
            scheme.libcrypto,
            message,
            message.count,
            signature,
            signature.count
        )
        guard verdict == 1 else { throw Self.badSignature }
    }

    /// Verifies a signature over a message of which only the digest is at hand.
    ///
    /// - Throws: ``AuthorityError`` with `.verificationFailed`.
    func check(_ signature: [UInt8], overDigest digest: [UInt8], scheme: SignatureScheme) throws(AuthorityError) {
        let verdict = signet_openssl_verify_digest(
            self.key,
            scheme.libcrypto,
            digest,
            digest.count,
            signature,
            signature.count
        )
        guard verdict == 1 else { throw Self.badSignature }
    }

    private static var badSignature: AuthorityError {
        AuthorityError(
            .verificationFailed,
            "libcrypto does not accept the signature under the key that should have made it"
        )
    }
}

extension SignatureScheme {
    fileprivate var libcrypto: signet_openssl_scheme {
        switch self {
        case .ecdsaSHA256: SIGNET_OPENSSL_ECDSA_SHA256
        case .ecdsaSHA384: SIGNET_OPENSSL_ECDSA_SHA384
        case .ed25519: SIGNET_OPENSSL_ED25519
        case .rsaPKCS1SHA256: SIGNET_OPENSSL_RSA_PKCS1_SHA256
        case .rsaPSSSHA256: SIGNET_OPENSSL_RSA_PSS_SHA256
        }
    }
}
