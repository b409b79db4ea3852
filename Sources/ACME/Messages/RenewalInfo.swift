// When the CA wants a certificate to be renewed (RFC 9773 §4.2).

import JSON
public import PKIX

/// A window in time to renew in.
public struct RenewalInfo: Hashable, Sendable {
    /// The first second of the window; in the past when the certificate should be renewed at once.
    public let start: CertificateTime
    /// The end of the window.
    public let end: CertificateTime
    /// Where the CA tells people why.
    public let explanationURL: String?
    /// When to ask again: one minute to one day from now, six hours when the CA does not say.
    public let askAgainAt: CertificateTime

    init(_ reader: MessageReader, retryAfter: Int64?, now: CertificateTime) throws(ACMEError) {
        let window = try MessageReader(reader.value["suggestedWindow"] ?? .null, "a renewal window", reader.addresses)
        guard let start = window.time("start"), let end = window.time("end") else {
            throw window.error("start or end", "is no time of RFC 3339")
        }
        // RFC 9773 §4.2: "A RenewalInfo object in which the end timestamp equals or precedes the start timestamp is
        // invalid."
        guard start < end else { throw window.error("end", "is not behind its start") }
        self.start = start
        self.end = end
        self.explanationURL = reader.value["explanationURL"]?.text.map(\.printable)
        // RFC 9773 §4.3.2: "Clients SHOULD set reasonable limits on their checking interval. For example, values under one
        // minute could be treated as if they were one minute, and values over one day could be treated as […] one day."
        self.askAgainAt = now + min(max(retryAfter ?? 21_600, 60), 86_400)
    }

    /// The instant in the window to renew at.
    ///
    /// RFC 9773 §4.2: "Select a uniform random time within the suggested window." "If the selected time is in the past,
    /// attempt renewal immediately." A certificate keeps its fraction, so that the instant moves only with the window.
    ///
    /// - Parameter fraction: a number from 0 to 1, drawn once for the certificate.
    public func instant(_ fraction: Double) -> CertificateTime {
        let span = Double(self.end.secondsSinceEpoch - self.start.secondsSinceEpoch)
        return self.start + Int64(span * min(max(fraction, 0), 0.999_999))
    }
}
