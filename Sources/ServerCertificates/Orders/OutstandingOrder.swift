// An order at a CA that was given up when the CA could issue already: what comes of it is waited for, so that no certificate
// is in the world of which we do not know.

public import ACME
public import FoundationEssentials
import PKIX

/// An order at a CA whose last word is awaited.
public struct OutstandingOrder: Hashable, Sendable, Codable {
    // Stored: a change here needs a migration.
    /// The CA, by the name that the configuration has for it.
    public let authority: String
    /// The order as it was given up.
    public let state: OrderState
    /// When it was given up.
    public let since: Date
}

extension OrderState {
    /// Whether a certificate may come of it by itself: the request was sent, or may have been.
    var mayBringCertificate: Bool { [.finalizing, .downloading, .complete].contains(self.step) }

    /// Whether it failed by the CA's word about the order, and not for what stood between.
    var hasFailedForGood: Bool {
        let words: [ACMEError.Code] = [.orderInvalid, .orderLost, .certificateRejected, .validationFailed]
        return self.failure.map { failure in words.contains { $0.rawValue == failure.code } } ?? false
    }
}

extension ServerOrder {
    /// Turns away from the order at the CA: one that may still bring a certificate is outstanding from now on.
    mutating func leave(_ state: OrderState?, at instant: Date) {
        guard let state, state.mayBringCertificate else { return }
        let isKnown = self.outstanding.contains { $0.state.id == state.id && $0.state.authority == state.authority }
        if !isKnown {
            self.outstanding.append(OutstandingOrder(authority: self.authority, state: state, since: instant))
        }
    }

    /// Orders at CAs that were given up when a certificate could come of them.
    public internal(set) var outstanding: [OutstandingOrder] {
        get { self.left ?? [] }
        set { self.left = newValue.isEmpty ? nil : newValue }
    }

    /// Why certificates that come of ``outstanding`` orders are revoked.
    var revocation: RevocationReason {
        get { self.revocationReason.flatMap { RevocationReason(rawValue: $0) } ?? .cessationOfOperation }
        set { self.revocationReason = newValue.rawValue }
    }
}
