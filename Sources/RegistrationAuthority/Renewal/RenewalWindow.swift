// When a certificate should be renewed, as ACME Renewal Information says it (RFC 9773). Pure.
//
// The window of a certificate is a twelfth of its life long and lies between seven and nine twelfths, so that its middle is
// at two thirds of the life on average; where, is decided by a hash: certificates that were issued together are not renewed
// together.

import Crypto
public import FoundationEssentials

/// A span of time in which to renew.
public struct RenewalWindow: Hashable, Sendable {
    /// RFC 9773 §4.1: "A JSON object with two keys, "start" and "end"".
    public let start: Date
    /// When it ends; after ``start``.
    public let end: Date

    /// The window of a certificate.
    ///
    /// - Parameter id: what tells it from others: its serial number.
    public init(notBefore: Date, notAfter: Date, id: [UInt8]) {
        let life = max(12, notAfter.timeIntervalSince(notBefore))
        let twelfth = life / 12
        let drawn = SHA256.hash(data: id).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let spread = twelfth * Double(drawn) / Double(UInt32.max)
        let start = notBefore.addingTimeInterval((7 * twelfth + spread).rounded())
        self.start = start
        self.end = start.addingTimeInterval(max(1, twelfth.rounded(.down)))
    }

    /// A window that has passed: renew now.
    ///
    /// RFC 9773 §4.1: "A RenewalInfo object in which the end timestamp equals or precedes the start timestamp is invalid.
    /// Servers MUST NOT serve such a response".
    public static func passed(notBefore: Date) -> RenewalWindow {
        RenewalWindow(start: notBefore, end: notBefore.addingTimeInterval(1))
    }

    private init(start: Date, end: Date) {
        self.start = start
        self.end = end
    }
}

/// What the holder of a certificate is told about its renewal.
public struct RenewalInformation: Hashable, Sendable {
    /// When to renew.
    public let window: RenewalWindow
    /// When to ask again, in seconds.
    public let retryAfter: Int

    /// What is said of a certificate.
    public init(notBefore: Date, notAfter: Date, isRevoked: Bool, id: [UInt8]) {
        self.window =
            isRevoked
            ? .passed(notBefore: notBefore)
            : RenewalWindow(notBefore: notBefore, notAfter: notAfter, id: id)
        // Often enough that a window which moves, as after a revocation, is seen in time, also of short-lived certificates.
        let fraction = notAfter.timeIntervalSince(notBefore) / 40
        self.retryAfter = Int(min(max(fraction, 60), Budget.renewalRetrySeconds))
    }
}

extension Budget {
    /// When whoever asks for a renewal window asks again at the latest, in seconds: the six hours of RFC 9773's example.
    public static let renewalRetrySeconds: Double = 21_600
}
