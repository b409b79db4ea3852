// What the agent commands say of a certificate, for people and as JSON.

import AgentClient
import Foundation
import PKIX

/// An agent's certificate as the commands show it; the members of its JSON are stable.
struct AgentReport: Encodable {
    var outcome: String?
    var state: String
    var reason: String?
    let directory: String
    var names: [String]?
    var profile: String?
    var keyType: String?
    var api: String?
    var serial: String?
    var sha256: String?
    var notBefore: String?
    var notAfter: String?
    var secondsLeft: Int64?
    var daysLeft: Int64?
    var renewalDue: Bool?
    var renewalDueAt: String?

    init(notEnrolled directory: AgentDirectory) {
        self.state = "not-enrolled"
        self.directory = directory.path
    }

    init(_ certificate: AgentCertificate, in directory: AgentDirectory, outcome: String? = nil, at now: Date) {
        self.outcome = outcome
        self.state = "valid"
        self.directory = directory.path
        self.names = certificate.application.nameTexts
        self.profile = certificate.application.profile
        self.keyType = certificate.application.keyType.description
        self.api = certificate.api
        self.serial = certificate.serialNumber.description
        self.sha256 = certificate.sha256
        self.notBefore = certificate.notBefore.description
        self.notAfter = certificate.notAfter.description
        self.secondsLeft = certificate.secondsLeft(at: now)
        self.daysLeft = Int64((Double(certificate.secondsLeft(at: now)) / 86_400).rounded(.down))
        self.renewalDue = certificate.isRenewalDue(at: now)
        self.renewalDueAt = certificate.renewalDueAt.description
    }

    init(_ status: AgentStatus, in directory: AgentDirectory, at now: Date) {
        self.init(status.certificate, in: directory, at: now)
        switch status.state {
        case .valid: break
        case .expired: self.state = "expired"
        case .unverified(let reason): (self.state, self.reason) = ("unverified", reason)
        }
        if status.state != .valid { self.renewalDue = true }
    }

    /// Prints the report: a headline and the facts, or JSON.
    func show(_ headline: String, json: Bool) throws {
        guard !json else { return try self.printJSON() }
        print(headline)
        let table = TextTable([
            ("state", self.reason.map { "\(self.state): \($0)" } ?? self.state),
            ("names", self.names?.joined(separator: ", ")),
            ("serial", self.serial),
            ("profile", self.profile),
            ("key", self.keyType),
            ("valid from", self.notBefore),
            ("valid until", self.notAfter.map { "\($0) (\(self.left))" }),
            ("renewal due", self.renewal),
            ("issued by", self.api),
            ("directory", self.directory),
        ])
        for line in table.lines { print(line) }
    }

    private var renewal: String? {
        guard self.renewalDue == true else { return self.renewalDueAt }
        return self.state == "unverified" ? "now" : self.renewalDueAt.map { "now (since \($0))" }
    }

    private var left: String {
        guard let seconds = self.secondsLeft, seconds >= 0 else { return "expired" }
        switch seconds {
        case ..<7_200: return "\(seconds / 60) minutes left"
        case ..<172_800: return "\(seconds / 3_600) hours left"
        default: return "\(seconds / 86_400) days left"
        }
    }
}
