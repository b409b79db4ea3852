// How an action ended, and its one stored text.

/// How an action ended.
public enum AuditResult: Hashable, Sendable {
    // Stored: a change here needs a migration.
    /// It was done.
    case success
    /// It was refused, by rule; the code says which.
    case denied(code: String)
    /// It was admitted but could not be done; the code says why.
    case failure(code: String)
}

extension AuditResult: RawRepresentable, CustomStringConvertible {
    /// The stored text: `success`, `denied:CODE` or `failure:CODE`.
    public var rawValue: String {
        switch self {
        case .success: "success"
        case .denied(let code): "denied:" + code
        case .failure(let code): "failure:" + code
        }
    }

    /// Reads the stored text; nil when it is none.
    public init?(rawValue: String) {
        if rawValue == "success" {
            self = .success
        } else if rawValue.hasPrefix("denied:") {
            self = .denied(code: String(rawValue.dropFirst("denied:".count)))
        } else if rawValue.hasPrefix("failure:") {
            self = .failure(code: String(rawValue.dropFirst("failure:".count)))
        } else {
            return nil
        }
    }

    /// The stored text.
    public var description: String { self.rawValue }
}
