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
}
