// The time of day in tests.

import LoopbackSupport
import PKIX

@testable import ACMESupport

extension SkippingClock {
    /// The time of day: the start of all tests, and what was slept since.
    var time: CertificateTime { testInstant + self.now.offset.components.seconds }
}
