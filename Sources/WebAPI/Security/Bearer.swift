// Tokens in the Authorization field: as bearer tokens (RFC 6750 §2.1), or in the form that ANS clients have, `sso-key ID:SECRET`.

import HTTPTypes
import RegistrationAuthority

/// The bearer scheme.
enum Bearer {
    /// The token of a request; nil when it has none.
    static func token(in headers: HTTPFields) -> String? {
        let values = headers[values: .authorization]
        guard values.count == 1, let value = values.first else { return nil }
        // RFC 9110 §11.1: the scheme is case-insensitive.
        guard let end = value.firstIndex(of: " ") else { return nil }
        let credentials = value[end...].drop { $0 == " " }
        switch value[..<end].lowercased() {
        case "bearer": return credentials.isEmpty ? nil : String(credentials)
        case "sso-key":
            let parts = credentials.split(separator: ":", omittingEmptySubsequences: false)
            return parts.count == 2 ? APITokenSecret.text(id: parts[0], secret: parts[1]) : nil
        default: return nil
        }
    }

    /// The value of WWW-Authenticate (RFC 6750 §3): without a code for a request that had no token at all.
    static func challenge(error: String? = nil) -> String {
        #"Bearer realm="signet""# + (error.map { #", error="\#($0)""# } ?? "")
    }
}
