// The outcome of a verification: it fails closed.

public import PKIX

/// What was found of an agent.
public struct VerificationReport: Hashable, Sendable {
    /// What was asked about, in words.
    public let subject: String
    /// The agent's name, when it is known.
    public let name: ANSName?
    /// The host, when it is known.
    public let host: HostName?
    /// The registration's id, when the agent is known here.
    public let agentID: String?
    /// SHA-256 of the identity certificate that was checked.
    public let identityFingerprint: [UInt8]?
    /// SHA-256 of the public certificate that was checked.
    public let serverFingerprint: [UInt8]?
    /// When it was checked.
    public let time: CertificateTime
    /// Every check, in order.
    public let checks: [VerificationCheck]

    /// Without these there is no tier at all.
    static let demanded: [VerificationCheck.Name] = [
        .registration, .identityChain, .serverChain, .names, .identityRevocation,
    ]

    /// Whether the agent may be relied on: nothing failed, and what must hold does.
    public var isVerified: Bool { self.tier != .none }

    /// How far the agent is trusted.
    public var tier: VerificationTier {
        guard self.checks.allSatisfy({ $0.outcome != .failed }), Self.demanded.allSatisfy(self.passed) else {
            return .none
        }
        guard self.passed(.dane) else { return .bronze }
        return self.passed(.log) ? .gold : .silver
    }

    /// The one reason: what failed first, or what was found good.
    public var reason: String {
        if let failed = self.checks.first(where: { $0.outcome == .failed }) {
            return "\(failed.name.rawValue): \(failed.reason)"
        }
        if let missing = Self.demanded.first(where: { !self.passed($0) }) {
            return "\(missing.rawValue): was not checked"
        }
        switch self.tier {
        case .none: return "was not checked"
        case .bronze: return "both certificates hold and agree; \(self.check(.dane)?.reason ?? "DANE was not checked")"
        case .silver: return "both certificates hold and agree, and DANE confirms the public one"
        case .gold: return "both certificates hold and agree, DANE confirms the public one, and the log has its entry"
        }
    }

    private func check(_ name: VerificationCheck.Name) -> VerificationCheck? { self.checks.first { $0.name == name } }

    private func passed(_ name: VerificationCheck.Name) -> Bool { self.check(name)?.outcome == .passed }
}
