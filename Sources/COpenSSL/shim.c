#include "COpenSSL.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

signet_openssl_key *signet_openssl_key_new(const uint8_t *spki, size_t length) {
    const unsigned char *cursor = spki;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &cursor, (long)length);
    ERR_clear_error();
    if (key != NULL && cursor != spki + length) {
        EVP_PKEY_free(key);
        return NULL;
    }
    return (signet_openssl_key *)key;
}

void signet_openssl_key_free(signet_openssl_key *key) {
    EVP_PKEY_free((EVP_PKEY *)key);
}

static signet_openssl_verdict check(X509 *certificate, EVP_PKEY *issuer) {
    // Reading the flags makes libcrypto decode every extension that it knows.
    uint32_t flags = X509_get_extension_flags(certificate);
    if (flags & (EXFLAG_INVALID | EXFLAG_INVALID_POLICY | EXFLAG_CRITICAL)) return SIGNET_OPENSSL_BAD_EXTENSIONS;
    if (X509_get0_pubkey(certificate) == NULL) return SIGNET_OPENSSL_BAD_PUBLIC_KEY;
    return X509_verify(certificate, issuer) == 1 ? SIGNET_OPENSSL_VALID : SIGNET_OPENSSL_BAD_SIGNATURE;
}

signet_openssl_verdict signet_openssl_check_certificate(
    const uint8_t *bytes, size_t length, signet_openssl_key *issuer) {
    const unsigned char *cursor = bytes;
    X509 *certificate = d2i_X509(NULL, &cursor, (long)length);
    if (certificate == NULL) {
        ERR_clear_error();
        return SIGNET_OPENSSL_UNPARSABLE;
    }
    signet_openssl_verdict verdict =
        cursor == bytes + length ? check(certificate, (EVP_PKEY *)issuer) : SIGNET_OPENSSL_TRAILING_BYTES;
    X509_free(certificate);
    ERR_clear_error();
    return verdict;
}
