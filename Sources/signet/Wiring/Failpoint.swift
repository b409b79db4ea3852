// Crashes on demand, in debug builds only: SIGNET_FAILPOINT=STEP[:COUNT] kills the process, as `kill -9` would, when an
// issuance, a registration, an agent's renewal, a witness or, as `order-STEP` (`order-STEP-unsaved` before it is recorded), an
// order of a public certificate or, as `log-STEP`, a batch of the log reaches the step for the COUNTth time. Release builds
// have none of this.

import ACME
import AgentClient
import CertificateAuthority
import RegistrationAuthority
import ServerCertificates
import TransparencyLog

enum Failpoint {
    #if DEBUG
        static let onStep: @Sendable (IssuanceStep) -> Void = { counter.reached($0.rawValue) }
        static let onRegistrationStep: @Sendable (RegistrationStep) -> Void = { counter.reached($0.rawValue) }
        static let onOrderMoment: @Sendable (OrderMoment) -> Void = { moment in
            switch moment {
            case .reached(let step): counter.reached("order-\(step.rawValue)-unsaved")
            case .recorded(let step): counter.reached("order-\(step.rawValue)")
            }
        }
        static let onBatchStep: @Sendable (BatchStep) -> Void = { counter.reached("log-\($0.rawValue)") }

        /// A step's name is that of its case: `received`.
        static let onEnrolmentStep: @Sendable (EnrolmentStep) throws -> Void = { step in
            counter.reached(String("\(step)".prefix { $0 != "(" }))
        }

        static let onWitnessPersisted: @Sendable () -> Void = { counter.reached("witness-persisted") }

        private static let counter = FailpointCounter(SystemEnvironment.variable("SIGNET_FAILPOINT"))
    #else
        static let onStep: @Sendable (IssuanceStep) -> Void = { _ in }
        static let onRegistrationStep: @Sendable (RegistrationStep) -> Void = { _ in }
        static let onOrderMoment: @Sendable (OrderMoment) -> Void = { _ in }
        static let onBatchStep: @Sendable (BatchStep) -> Void = { _ in }
        static let onEnrolmentStep: @Sendable (EnrolmentStep) throws -> Void = { _ in }
        static let onWitnessPersisted: @Sendable () -> Void = {}
    #endif
}

#if DEBUG
    import Glibc
    import Synchronization

    /// Counts down to the crash.
    private final class FailpointCounter: Sendable {
        private let step: String?
        private let remaining: Mutex<Int>

        init(_ text: String?) {
            let parts = (text ?? "").split(separator: ":")
            self.step = parts.first.map(String.init)
            self.remaining = Mutex(parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        func reached(_ step: String) {
            guard step == self.step else { return }
            let isLast = self.remaining.withLock { count in
                count -= 1
                return count == 0
            }
            if isLast { kill(getpid(), SIGKILL) }
        }
    }
#endif
