// Crashes on demand, in debug builds only: SIGNET_FAILPOINT=STEP[:COUNT] kills the process, as `kill -9` would, when an
// issuance reaches the step for the COUNTth time. Release builds have none of this.

import CertificateAuthority

enum Failpoint {
    #if DEBUG
        static let onStep: @Sendable (IssuanceStep) -> Void = FailpointCounter(
            SystemEnvironment.variable("SIGNET_FAILPOINT")
        ).reached
    #else
        static let onStep: @Sendable (IssuanceStep) -> Void = { _ in }
    #endif
}

#if DEBUG
    import Glibc
    import Synchronization

    /// Counts down to the crash.
    private final class FailpointCounter: Sendable {
        private let step: IssuanceStep?
        private let remaining: Mutex<Int>

        init(_ text: String?) {
            let parts = (text ?? "").split(separator: ":")
            self.step = parts.first.flatMap { IssuanceStep(rawValue: String($0)) }
            self.remaining = Mutex(parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        func reached(_ step: IssuanceStep) {
            guard step == self.step else { return }
            let isLast = self.remaining.withLock { count in
                count -= 1
                return count == 0
            }
            if isLast { kill(getpid(), SIGKILL) }
        }
    }
#endif
