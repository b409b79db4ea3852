// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header).
//
// As the draft suggests: a repetition gets the answer of the first request, status included (201); the same key with
// another request is refused with 422, and one whose first request is under way with 409. A failed request holds no key.

import CertificateAuthority
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import PKIX

extension HTTPField.Name {
    /// `Idempotency-Key`.
    static let idempotencyKey = requestFieldName("Idempotency-Key")
    /// `X-Request-Id`.
    static let requestID = requestFieldName("X-Request-Id")

    private static func requestFieldName(_ name: String) -> HTTPField.Name {
        // The names above are tokens; the fallback is unreachable and harmless.
        HTTPField.Name(name) ?? .via
    }
}

extension IdempotencyKey {
    /// The key of a request, for the caller that makes it; nil when it has none.
    ///
    /// - Throws: ``Problem`` with `.invalidIdempotencyKey`.
    init?(
        _ request: Request,
        scope: String,
        profile: String,
        csr: ParsedCSR,
        lifetime: Int64?
    ) throws(Problem) {
        let values = request.headers[values: .idempotencyKey]
        guard let key = values.first else { return nil }
        let bound = CertificateAuthority.Budget.idempotencyKeyCharacters
        guard values.count == 1, (1...bound).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem(
                .invalidIdempotencyKey,
                "Idempotency-Key is one value of 1 to \(bound) visible ASCII characters"
            )
        }
        self.init(scope: scope, key: key, requestHash: Self.hash(profile, csr, lifetime))
    }

    /// SHA-256 over what was asked, each part with its length before it, so that no two requests have the same octets.
    private static func hash(_ profile: String, _ csr: ParsedCSR, _ lifetime: Int64?) -> [UInt8] {
        var hash = SHA256()
        for part in [Array(profile.utf8), csr.derEncoded, lifetime.map { Array(String($0).utf8) } ?? []] {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        return Array(hash.finalize())
    }
}
