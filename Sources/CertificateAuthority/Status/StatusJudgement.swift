// What is said of one certificate, and how grave it is.

import PKIX

/// What is said of one certificate.
struct StatusJudgement {
    enum Gravity: Int, Comparable {
        case good
        case unknown
        case revoked

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

        var outcome: OCSPAnswer.Outcome {
            switch self {
            case .good: .good
            case .unknown: .unknown
            case .revoked: .revoked
            }
        }
    }

    let status: OCSPCertificateStatus
    let gravity: Gravity
    var isExpired = false
    var isNeverIssued = false

    /// Whether it stays true as long as nobody revokes.
    var isLasting: Bool { !self.isNeverIssued }
}
