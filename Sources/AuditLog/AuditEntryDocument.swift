// An entry as JSON, for `signet audit list --json` and for strangers that recompute the hash (see AuditEncoding.swift).

import FoundationEssentials

/// The JSON form of an entry: times as RFC 3339 in UTC with milliseconds, hashes in lower-case hexadecimal.
public struct AuditEntryDocument: Codable, Sendable, Hashable {
    /// The place in the log, from 1.
    public var sequence: Int64
    /// When: `2026-01-31T23:59:59.000Z`.
    public var at: String
    /// Who.
    public var actor: String
    /// What, as `object.verb`.
    public var action: String
    /// On what.
    public var object: String
    /// From which address.
    public var address: String?
    /// In which request.
    public var requestID: String?
    /// `success`, `denied:CODE` or `failure:CODE`.
    public var result: String
    /// SHA-256 of the profile, hexadecimal.
    public var profileHash: String?
    /// SHA-256 of the policy, hexadecimal.
    public var policyHash: String?
    /// What else matters.
    public var details: [String: String]
    /// The hash of the entry before, hexadecimal.
    public var previousHash: String
    /// This entry's hash, hexadecimal.
    public var hash: String

    /// The document of an entry.
    public init(_ entry: AuditEntry) {
        let event = entry.event
        self.sequence = entry.sequence
        self.at = timestamp(milliseconds: event.atMilliseconds)
        self.actor = event.actor
        self.action = event.action.rawValue
        self.object = event.object
        self.address = event.address
        self.requestID = event.requestID
        self.result = event.result.rawValue
        self.profileHash = event.profileHash.map(hexadecimal)
        self.policyHash = event.policyHash.map(hexadecimal)
        self.details = event.details
        self.previousHash = hexadecimal(entry.previousHash)
        self.hash = hexadecimal(entry.hash)
    }
}

/// Whole seconds through the library, milliseconds as integers: a fraction in floating point could lose one.
private func timestamp(milliseconds: Int64) -> String {
    let seconds = (milliseconds - (milliseconds % 1_000 + 1_000) % 1_000) / 1_000
    let fraction = String(1_000 + milliseconds - seconds * 1_000).dropFirst()
    let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    return "\(text.dropLast()).\(fraction)Z"
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
