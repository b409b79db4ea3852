// Algorithms of TSIG (RFC 8945 §6); those with MD5 and SHA-1 are not offered.

import Crypto

/// A keyed hash.
public enum TSIGAlgorithm: String, Sendable, CaseIterable {
    /// HMAC with SHA-256, which every server has.
    case hmacSHA256 = "hmac-sha256"
    /// HMAC with SHA-384.
    case hmacSHA384 = "hmac-sha384"
    /// HMAC with SHA-512.
    case hmacSHA512 = "hmac-sha512"

    /// The name on the wire.
    var name: DomainName {
        // One label of letters, digits and a hyphen is always a name.
        (try? DomainName(self.rawValue)) ?? .root
    }

    /// The code of octets.
    func code(of octets: [UInt8], using key: SymmetricKey) -> [UInt8] {
        switch self {
        case .hmacSHA256: Array(HMAC<SHA256>.authenticationCode(for: octets, using: key))
        case .hmacSHA384: Array(HMAC<SHA384>.authenticationCode(for: octets, using: key))
        case .hmacSHA512: Array(HMAC<SHA512>.authenticationCode(for: octets, using: key))
        }
    }

    /// Whether a code is that of the octets, in time that does not depend on where they differ; no code is truncated.
    func isValid(_ code: [UInt8], of octets: [UInt8], using key: SymmetricKey) -> Bool {
        switch self {
        case .hmacSHA256: HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: octets, using: key)
        case .hmacSHA384: HMAC<SHA384>.isValidAuthenticationCode(code, authenticating: octets, using: key)
        case .hmacSHA512: HMAC<SHA512>.isValidAuthenticationCode(code, authenticating: octets, using: key)
        }
    }
}
