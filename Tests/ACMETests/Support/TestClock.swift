// The time of day in tests.

import LoopbackSupport
import PKIX

extension SkippingClock {
    /// The time of day: the start of all tests, and what was slept since.
    var time: CertificateTime { testInstant + self.now.offset.components.seconds }
}

/// The time of day at which tests begin.
let testInstant = CertificateTime(secondsSinceEpoch: 1_767_323_045)
