// What a failure of the token means to whoever asked for a certificate.

import Signing

extension AuthorityError {
    /// Translates an error of the signing path; total.
    init(signing error: any Error) {
        if let error = error as? AuthorityError {
            self = error
        } else if let error = error as? SigningError {
            let seconds = error.retryAfter.map { max(1, Int($0.components.seconds)) }
            switch error.code {
            case .overloaded:
                self.init(
                    .overloaded,
                    "too many signatures are waiting; ask again in a moment",
                    retryAfter: seconds ?? 1
                )
            default:
                self.init(.unavailable, "the signing key cannot be used now: \(error.code)", retryAfter: seconds ?? 5)
            }
        } else {
            self.init(.unavailable, "the certificate could not be signed", retryAfter: 5)
        }
    }
}
