// Issuances whose end the store would not record: kept, with the very certificate that was signed, until it does.

import PKIX

/// An issuance that has begun, and how it ended.
struct StrandedIssuance: Sendable {
    enum End: Sendable {
        case certificate([UInt8])
        case abandoned(because: AuthorityError)
    }

    let issuance: BegunIssuance
    let end: End
    let details: [String: String]
}

/// A queue between the callers whose store call failed and ``IssuanceRecovery``, which makes it again.
///
/// To sign once more instead would make a second certificate with the same serial number. What is lost with the process, or
/// beyond ``Budget/strandedIssuances``, is still begun in the store: recovery closes it at the next start.
final class StrandedIssuances: Sendable {
    /// What has been stranded, in order; for one reader.
    let stream: AsyncStream<StrandedIssuance>
    private let continuation: AsyncStream<StrandedIssuance>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Budget.strandedIssuances)
        )
    }

    func add(_ issuance: BegunIssuance, _ end: StrandedIssuance.End, _ details: [String: String]) {
        self.continuation.yield(StrandedIssuance(issuance: issuance, end: end, details: details))
    }
}
