// Time in tests: the time of day begins at one instant.

import PKIX

/// The time of day at which tests begin.
let testInstant = CertificateTime(secondsSinceEpoch: 1_767_323_045)
