#include "COpenSSL.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// OpenSSL 3.0 decodes the subject's key through its provider machinery whenever it parses a certificate: 175 of 195
// microseconds. In a library context without providers the key stays encoded and the rest is parsed as ever. The key has
// been checked before (KeyStrength); the issuer's, which verifies, lives in the default context.
struct signet_openssl_key {
    EVP_PKEY *issuer;
    OSSL_LIB_CTX *parsing;
    OSSL_PROVIDER *none;
};

signet_openssl_key *signet_openssl_key_new(const uint8_t *spki, size_t length) {
    const unsigned char *cursor = spki;
    signet_openssl_key *key = OPENSSL_zalloc(sizeof(*key));
    if (key == NULL) return NULL;
    key->issuer = d2i_PUBKEY(NULL, &cursor, (long)length);
    key->parsing = OSSL_LIB_CTX_new();
    if (key->parsing != NULL) key->none = OSSL_PROVIDER_load(key->parsing, "null");
    ERR_clear_error();
    if (key->issuer != NULL && cursor == spki + length && key->none != NULL) return key;
    signet_openssl_key_free(key);
    return NULL;
}

void signet_openssl_key_free(signet_openssl_key *key) {
    if (key == NULL) return;
    EVP_PKEY_free(key->issuer);
    if (key->none != NULL) OSSL_PROVIDER_unload(key->none);
    OSSL_LIB_CTX_free(key->parsing);
    OPENSSL_free(key);
}

// Whether the signature is one of the issuer's key over the certificate's signed bytes, by an algorithm that names its
// digest (ECDSA, RSA PKCS #1) or has none (Ed25519).
static int verify_named(
    X509 *certificate, const uint8_t *bytes, size_t length, EVP_PKEY *issuer, int digest, int algorithm) {
    const ASN1_BIT_STRING *signature = NULL;
    const unsigned char *content = bytes, *signed_bytes = NULL;
    long content_length = 0;
    int tag = 0, class = 0, verdict = 0;

    if (EVP_PKEY_get_base_id(issuer) != algorithm) return 0;
    X509_get0_signature(&signature, NULL, certificate);
    if ((signature->flags & 7) != 0) return 0;
    // The signed bytes as they stand: encoded anew, a certificate could differ from what leaves.
    if (ASN1_get_object(&content, &content_length, &tag, &class, (long)length) & 0x80) return 0;
    signed_bytes = content;
    if (ASN1_get_object(&content, &content_length, &tag, &class, content_length) & 0x80) return 0;

    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *md = digest == NID_undef ? NULL : EVP_get_digestbynid(digest);
    verdict = context != NULL && (md != NULL || digest == NID_undef)
        && EVP_DigestVerifyInit(context, NULL, md, NULL, issuer) == 1
        && EVP_DigestVerify(context, signature->data, (size_t)signature->length, signed_bytes,
                            (size_t)(content + content_length - signed_bytes)) == 1;
    EVP_MD_CTX_free(context);
    return verdict;
}

// RSASSA-PSS has its digest in the parameters: libcrypto's own path reads them, in the default context.
static int verify_with_parameters(const uint8_t *bytes, size_t length, EVP_PKEY *issuer) {
    const unsigned char *cursor = bytes;
    X509 *certificate = d2i_X509(NULL, &cursor, (long)length);
    int verdict = certificate != NULL && X509_verify(certificate, issuer) == 1;
    X509_free(certificate);
    return verdict;
}

static int verify(X509 *certificate, const uint8_t *bytes, size_t length, EVP_PKEY *issuer) {
    const X509_ALGOR *outer = NULL;
    int digest = NID_undef, algorithm = NID_undef;
    X509_get0_signature(NULL, &outer, certificate);
    // RFC 5280 4.1.1.2: "This field MUST contain the same algorithm identifier as the signature field".
    if (X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(certificate)) != 0) return 0;
    if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, &algorithm) != 1) return 0;
    if (digest == NID_undef && algorithm != NID_ED25519) return verify_with_parameters(bytes, length, issuer);
    return verify_named(certificate, bytes, length, issuer, digest, algorithm);
}

static signet_openssl_verdict check(X509 *certificate, const uint8_t *bytes, size_t length, EVP_PKEY *issuer) {
    // Reading the flags makes libcrypto decode every extension that it knows.
    uint32_t flags = X509_get_extension_flags(certificate);
    if (flags & (EXFLAG_INVALID | EXFLAG_INVALID_POLICY | EXFLAG_CRITICAL)) return SIGNET_OPENSSL_BAD_EXTENSIONS;
    return verify(certificate, bytes, length, issuer) ? SIGNET_OPENSSL_VALID : SIGNET_OPENSSL_BAD_SIGNATURE;
}

signet_openssl_verdict signet_openssl_check_certificate(
    const uint8_t *bytes, size_t length, signet_openssl_key *key) {
    const unsigned char *cursor = bytes;
    X509 *certificate = X509_new_ex(key->parsing, NULL);
    if (certificate == NULL || d2i_X509(&certificate, &cursor, (long)length) == NULL) {
        ERR_clear_error();
        // On failure d2i_X509 has freed the certificate and set the pointer to NULL.
        return SIGNET_OPENSSL_UNPARSABLE;
    }
    signet_openssl_verdict verdict =
        cursor == bytes + length ? check(certificate, bytes, length, key->issuer) : SIGNET_OPENSSL_TRAILING_BYTES;
    X509_free(certificate);
    ERR_clear_error();
    return verdict;
}

static int key_type_of(signet_openssl_scheme scheme) {
    switch (scheme) {
    case SIGNET_OPENSSL_ECDSA_SHA256:
    case SIGNET_OPENSSL_ECDSA_SHA384: return EVP_PKEY_EC;
    case SIGNET_OPENSSL_ED25519: return EVP_PKEY_ED25519;
    case SIGNET_OPENSSL_RSA_PKCS1_SHA256:
    case SIGNET_OPENSSL_RSA_PSS_SHA256: return EVP_PKEY_RSA;
    }
    return EVP_PKEY_NONE;
}

static const EVP_MD *digest_of(signet_openssl_scheme scheme) {
    switch (scheme) {
    case SIGNET_OPENSSL_ED25519: return NULL;
    case SIGNET_OPENSSL_ECDSA_SHA384: return EVP_sha384();
    default: return EVP_sha256();
    }
}

// RFC 4055 3.1: the salt is as long as the digest, 32 octets.
static int set_padding(EVP_PKEY_CTX *context, signet_openssl_scheme scheme) {
    if (scheme == SIGNET_OPENSSL_RSA_PKCS1_SHA256)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    if (scheme != SIGNET_OPENSSL_RSA_PSS_SHA256) return 1;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

int signet_openssl_verify_message(
    signet_openssl_key *key, signet_openssl_scheme scheme, const uint8_t *message, size_t length,
    const uint8_t *signature, size_t signature_length) {
    if (EVP_PKEY_get_base_id(key->issuer) != key_type_of(scheme)) return 0;
    EVP_PKEY_CTX *parameters = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int verdict = context != NULL
        && EVP_DigestVerifyInit(context, &parameters, digest_of(scheme), NULL, key->issuer) == 1
        && set_padding(parameters, scheme)
        && EVP_DigestVerify(context, signature, signature_length, message, length) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return verdict;
}

int signet_openssl_verify_digest(
    signet_openssl_key *key, signet_openssl_scheme scheme, const uint8_t *digest, size_t length,
    const uint8_t *signature, size_t signature_length) {
    const EVP_MD *md = digest_of(scheme);
    if (md == NULL || length != (size_t)EVP_MD_get_size(md)) return 0;
    if (EVP_PKEY_get_base_id(key->issuer) != key_type_of(scheme)) return 0;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->issuer, NULL);
    int verdict = context != NULL && EVP_PKEY_verify_init(context) == 1
        && EVP_PKEY_CTX_set_signature_md(context, md) == 1 && set_padding(context, scheme)
        && EVP_PKEY_verify(context, signature, signature_length, digest, length) == 1;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return verdict;
}

// The square root, rounded down, by Newton's method from above; `spare` is overwritten.
static int square_root(BIGNUM *root, const BIGNUM *number, BIGNUM *spare, BN_CTX *context) {
    BN_zero(root);
    if (BN_is_zero(number)) return 1;
    BN_zero(spare);
    if (!BN_set_bit(spare, (BN_num_bits(number) + 1) / 2)) return 0;
    do {
        if (BN_copy(root, spare) == NULL || !BN_div(spare, NULL, number, root, context)
            || !BN_add(spare, spare, root) || !BN_rshift1(spare, spare))
            return 0;
    } while (BN_cmp(spare, root) < 0);
    return 1;
}

// n = (a - b)(a + b) with a just above the root of n: then a*a - n is a square.
static int fermat(const BIGNUM *n, int rounds, BN_CTX *context) {
    BIGNUM *a = BN_CTX_get(context), *rest = BN_CTX_get(context), *root = BN_CTX_get(context);
    BIGNUM *spare = BN_CTX_get(context);
    if (spare == NULL || !square_root(a, n, spare, context)) return -1;
    for (int round = 0; round < rounds; round++) {
        if (!BN_sqr(rest, a, context) || !BN_sub(rest, rest, n)) return -1;
        // A square is 0, 1, 4 or 9 modulo 16: three of four candidates fall here.
        int low = BN_is_bit_set(rest, 0) | BN_is_bit_set(rest, 1) << 1 | BN_is_bit_set(rest, 2) << 2
            | BN_is_bit_set(rest, 3) << 3;
        if (!BN_is_negative(rest) && (low == 0 || low == 1 || low == 4 || low == 9)) {
            if (!square_root(root, rest, spare, context) || !BN_sqr(spare, root, context)) return -1;
            if (BN_cmp(spare, rest) == 0) return 1;
        }
        if (!BN_add_word(a, 1)) return -1;
    }
    return 0;
}

int signet_openssl_has_close_primes(const uint8_t *modulus, size_t length, int rounds) {
    BN_CTX *context = BN_CTX_new();
    BIGNUM *n = BN_bin2bn(modulus, (int)length, NULL);
    if (context != NULL) BN_CTX_start(context);
    int verdict = context != NULL && n != NULL ? fermat(n, rounds, context) : -1;
    if (context != NULL) BN_CTX_end(context);
    BN_CTX_free(context);
    BN_free(n);
    ERR_clear_error();
    return verdict;
}

// Certificates in DER, one after the other; NULL when the bytes are anything else.
static STACK_OF(X509) *parse_all(const uint8_t *bytes, size_t length) {
    const unsigned char *cursor = bytes, *end = bytes + length;
    STACK_OF(X509) *all = sk_X509_new_null();
    while (all != NULL && cursor < end) {
        X509 *one = d2i_X509(NULL, &cursor, (long)(end - cursor));
        if (one != NULL && sk_X509_push(all, one) > 0) continue;
        X509_free(one);
        sk_X509_pop_free(all, X509_free);
        return NULL;
    }
    return all;
}

// Where the path's certificates between the first and the anchor stand among the intermediates.
static const char *locate(
    const STACK_OF(X509) *chain, const STACK_OF(X509) *intermediates, int *path, int capacity, int *used) {
    *used = 0;
    for (int depth = 1; depth < sk_X509_num(chain) - 1; depth++) {
        int index = 0, count = sk_X509_num(intermediates);
        while (index < count && X509_cmp(sk_X509_value(intermediates, index), sk_X509_value(chain, depth)) != 0) index++;
        // An anchor that another anchor issued stands in the path without having been given as an intermediate.
        if (index == count) continue;
        if (*used == capacity) return "the path is too long";
        path[(*used)++] = index;
    }
    return NULL;
}

const char *signet_openssl_verify_path(
    const uint8_t *certificate, size_t length, const uint8_t *intermediates, size_t intermediates_length,
    const uint8_t *anchors, size_t anchors_length, int64_t at, int *path, int capacity, int *used) {
    const char *verdict = "libcrypto does not take a certificate of the path";
    STACK_OF(X509) *first = parse_all(certificate, length);
    STACK_OF(X509) *between = parse_all(intermediates, intermediates_length);
    STACK_OF(X509) *trusted = parse_all(anchors, anchors_length);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (first != NULL && sk_X509_num(first) == 1 && between != NULL && trusted != NULL && context != NULL
        && X509_STORE_CTX_init(context, NULL, sk_X509_value(first, 0), between) == 1) {
        X509_STORE_CTX_set0_trusted_stack(context, trusted);
        X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_time(parameters, (time_t)at);
        // An anchor need not be self-signed (RFC 5280 6.1.1 d).
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT);
        // 112 bits of strength in every key and digest.
        X509_VERIFY_PARAM_set_auth_level(parameters, 2);
        verdict = X509_verify_cert(context) == 1
            ? locate(X509_STORE_CTX_get0_chain(context), between, path, capacity, used)
            : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    }
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(first, X509_free);
    sk_X509_pop_free(between, X509_free);
    sk_X509_pop_free(trusted, X509_free);
    ERR_clear_error();
    return verdict;
}
