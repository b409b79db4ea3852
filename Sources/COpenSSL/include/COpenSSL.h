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

/// Whether a modulus is found to be a product of two close primes within so many rounds of Fermat's method; 1 or 0, and -1
/// when out of memory.
int signet_openssl_has_close_primes(const uint8_t *modulus, size_t length, int rounds);

/// How a message that is no certificate was signed.
typedef enum {
    SIGNET_OPENSSL_ECDSA_SHA256 = 0,
    SIGNET_OPENSSL_ECDSA_SHA384 = 1,
    SIGNET_OPENSSL_ED25519 = 2,
    SIGNET_OPENSSL_RSA_PKCS1_SHA256 = 3,
    SIGNET_OPENSSL_RSA_PSS_SHA256 = 4,
} signet_openssl_scheme;

/// Whether the signature is one of the key over a message; 1 or 0.
int signet_openssl_verify_message(
    signet_openssl_key *key, signet_openssl_scheme scheme, const uint8_t *message, size_t length,
    const uint8_t *signature, size_t signature_length);

/// Whether the signature is one of the key over a message with this digest; 1 or 0. Never for Ed25519, which has no digest.
int signet_openssl_verify_digest(
    signet_openssl_key *key, signet_openssl_scheme scheme, const uint8_t *digest, size_t length,
    const uint8_t *signature, size_t signature_length);

/// Builds and verifies a certification path (RFC 5280 6) from a certificate to one of the anchors.
///
/// - certificate, intermediates, anchors: DER, several certificates one after the other.
/// - at: seconds since 1970-01-01, for which the validity is judged.
/// - path: receives the indexes of the intermediates that the path uses, the issuer first; room for `capacity`.
/// - used: receives their number.
///
/// Returns NULL when the path is valid, and otherwise why it is not: a static text.
const char *signet_openssl_verify_path(
    const uint8_t *certificate, size_t length, const uint8_t *intermediates, size_t intermediates_length,
    const uint8_t *anchors, size_t anchors_length, int64_t at, int *path, int capacity, int *used);

#endif
