// Bearer tokens in the Authorization field (RFC 6750 §2.1), the only way to authenticate here.

import HTTPTypes

/// The bearer scheme.
enum Bearer {
    /// The token of a request; nil when it has none.
    static func token(in headers: HTTPFields) -> String? {
        let values = headers[values: .authorization]
        guard values.count == 1, let value = values.first else { return nil }
        // RFC 9110 §11.1: the scheme is case-insensitive.
        let scheme = "bearer "
        guard value.utf8.count > scheme.utf8.count, value.prefix(scheme.count).lowercased() == scheme else {
            return nil
        }
        return String(value.dropFirst(scheme.count).drop { $0 == " " })
    }

    /// The value of WWW-Authenticate (RFC 6750 §3): without a code for a request that had no token at all.
    static func challenge(error: String? = nil) -> String {
        #"Bearer realm="signet""# + (error.map { #", error="\#($0)""# } ?? "")
    }
}
