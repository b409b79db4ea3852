// What is counted of registrations.

import CoreMetrics
import Metrics

/// Counters of the registration authority.
struct RegistrationMetrics: Sendable {
    private let active = Counter(label: "signet_registrations_active_total")
    private let duration = Metrics.Timer(label: "signet_registration_duration_seconds")

    /// A registration became active.
    func activated(after seconds: Double) {
        self.active.increment()
        self.duration.record(seconds)
    }

    /// A registration was given up.
    func failed(_ code: String) {
        Counter(label: "signet_registrations_failed_total", dimensions: [("code", code)]).increment()
    }

    /// A server certificate was obtained.
    func serverObtained() {
        Counter(label: "signet_server_certificates_obtained_total").increment()
    }

    /// A server certificate was refused.
    func serverRefused(_ code: String) {
        Counter(label: "signet_server_certificates_refused_total", dimensions: [("code", code)]).increment()
    }

    /// An order waits until the CAs' limits leave room for it.
    func serverHeld() {
        Counter(label: "signet_server_certificates_held_total").increment()
    }

    /// A server certificate nears its end, and its renewal fails.
    func serverFailing() {
        Counter(label: "signet_server_certificate_alarms_total").increment()
    }

    /// A step was not taken.
    func stepFailed(_ step: RegistrationStep) {
        Counter(label: "signet_registration_step_failures_total", dimensions: [("step", step.rawValue)]).increment()
    }
}
