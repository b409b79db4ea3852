// A time of day that moves on at will.

import FoundationEssentials
import PKIX
import Synchronization

@testable import ACMESupport

/// A time of day that a test moves on.
final class TestTime: Sendable {
    private let value: Mutex<Date>

    init(_ start: Date = testInstant.date) { self.value = Mutex(start) }

    var now: Date { self.value.withLock { $0 } }

    func advance(by seconds: TimeInterval) { self.value.withLock { $0 = $0.addingTimeInterval(seconds) } }
}
