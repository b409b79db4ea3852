// One thing that happened, as its caller reports it; the chain gives it a place and a hash.

public import FoundationEssentials

/// Who did what, when, on which object, from where, with which result, under which rules.
///
/// Two ways to make one: the initializer with `at:` bounds every text (what strangers send ends up in some of them), the
/// one with `atMilliseconds:` takes stored values as they are, so that a changed row is seen and not mended.
public struct AuditEvent: Sendable, Hashable {
    // Stored: a change here needs a migration.
    /// When, in milliseconds since 1970-01-01T00:00:00Z without leap seconds; the precision that is kept and hashed.
    public let atMilliseconds: Int64
    /// Who: `token:` and the token's id, `operator:` and a user name, `system` for the daemon itself, or `anonymous`.
    public let actor: String
    /// What was done or attempted.
    public let action: AuditAction
    /// On what: a kind, a colon and a name, as in `certificate:0a1b…` with the serial in lower-case hexadecimal.
    public let object: String
    /// The remote address that the request came from.
    public let address: String?
    /// The id of the request, as in the log and in the answer's header.
    public let requestID: String?
    /// How it ended.
    public let result: AuditResult
    /// SHA-256 of the certificate profile that applied.
    public let profileHash: [UInt8]?
    /// SHA-256 of the policy that applied.
    public let policyHash: [UInt8]?
    /// What else matters, by name; never a secret.
    public let details: [String: String]

    /// The instant, to the millisecond.
    public var at: Date { Date(timeIntervalSince1970: Double(self.atMilliseconds) / 1_000) }

    /// Reports an event; texts are cut to ``Budget/textBytes`` and details to ``Budget/details``, with a mark.
    public init(
        at instant: Date,
        actor: String,
        action: AuditAction,
        object: String,
        address: String? = nil,
        requestID: String? = nil,
        result: AuditResult = .success,
        profileHash: [UInt8]? = nil,
        policyHash: [UInt8]? = nil,
        details: [String: String] = [:]
    ) {
        self.init(
            atMilliseconds: Self.milliseconds(of: instant),
            actor: bounded(actor),
            action: AuditAction(rawValue: bounded(action.rawValue)),
            object: bounded(object),
            address: address.map(bounded),
            requestID: requestID.map(bounded),
            result: bounded(result),
            profileHash: profileHash,
            policyHash: policyHash,
            details: bounded(details)
        )
    }

    /// Restores an event from a store, exactly as it is there.
    public init(
        atMilliseconds: Int64,
        actor: String,
        action: AuditAction,
        object: String,
        address: String?,
        requestID: String?,
        result: AuditResult,
        profileHash: [UInt8]?,
        policyHash: [UInt8]?,
        details: [String: String]
    ) {
        self.atMilliseconds = atMilliseconds
        self.actor = actor
        self.action = action
        self.object = object
        self.address = address
        self.requestID = requestID
        self.result = result
        self.profileHash = profileHash
        self.policyHash = policyHash
        self.details = details
    }

    private static func milliseconds(of instant: Date) -> Int64 {
        let value = (instant.timeIntervalSince1970 * 1_000).rounded()
        // Year 9999 is the last that RFC 3339 can write; a clock beyond it is broken and must not stop the log.
        return Int64(max(-62_135_596_800_000, min(253_402_300_799_999, value.isNaN ? 0 : value)))
    }
}

private func bounded(_ text: String) -> String {
    guard text.utf8.count > Budget.textBytes else { return text }
    let mark = "…"
    var end = text.utf8.index(text.startIndex, offsetBy: Budget.textBytes - mark.utf8.count)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end]) + mark
}

private func bounded(_ result: AuditResult) -> AuditResult {
    switch result {
    case .success: .success
    case .denied(let code): .denied(code: bounded(code))
    case .failure(let code): .failure(code: bounded(code))
    }
}

private func bounded(_ details: [String: String]) -> [String: String] {
    let excess = details.count > Budget.details ? details.count - (Budget.details - 1) : 0
    var result: [String: String] = [:]
    for (key, value) in details.sorted(by: { $0.key < $1.key }).dropLast(excess) {
        result[bounded(key)] = bounded(value)
    }
    if excess > 0 { result["…"] = "\(excess) more" }
    return result
}
