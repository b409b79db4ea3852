// What an answer to a delivery means.

/// What becomes of a delivery after an answer of the receiver.
public enum DeliveryVerdict: Hashable, Sendable {
    /// It has arrived.
    case delivered
    /// It is tried again by ``DeliverySchedule``.
    case retry
    /// The receiver wants no more: the webhook is switched off.
    case gone

    /// The meaning of a status code.
    ///
    /// Redirects are not followed: whoever moves a webhook tells us, as its owner. 410 is the one refusal that is meant for
    /// good (RFC 9110 §15.5.11: "the condition is likely to be permanent"); other errors are as often a mistake in an
    /// installation that is about to be mended.
    public init(status: Int) {
        switch status {
        case 200..<300: self = .delivered
        case 410: self = .gone
        default: self = .retry
        }
    }
}
