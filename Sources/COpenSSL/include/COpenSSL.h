// libcrypto as a second opinion: does another implementation parse the certificate and accept its signature?
#ifndef SIGNET_COPENSSL_H
#define SIGNET_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

/// An issuer's public key as libcrypto holds it. May be used by several threads at once.
typedef struct signet_openssl_key signet_openssl_key;

/// Parses a SubjectPublicKeyInfo; NULL when libcrypto does not take it.
signet_openssl_key *signet_openssl_key_new(const uint8_t *spki, size_t length);
void signet_openssl_key_free(signet_openssl_key *key);

/// What libcrypto says of a certificate.
typedef enum {
    SIGNET_OPENSSL_VALID = 0,
    SIGNET_OPENSSL_UNPARSABLE = 1,
    SIGNET_OPENSSL_TRAILING_BYTES = 2,
    SIGNET_OPENSSL_BAD_EXTENSIONS = 3,
    SIGNET_OPENSSL_BAD_SIGNATURE = 4,
} signet_openssl_verdict;

/// Parses a certificate with all its extensions and verifies its signature under the issuer's key.
signet_openssl_verdict signet_openssl_check_certificate(
    const uint8_t *certificate, size_t length, signet_openssl_key *issuer);

#endif
