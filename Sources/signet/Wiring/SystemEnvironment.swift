// The outside world's time, randomness and environment: named here and nowhere else.

import CertificateAuthority
import Foundation
import PKIX

/// The system's clocks, generator and variables.
enum SystemEnvironment {
    /// The time now.
    static let now: @Sendable () -> Date = { Date() }

    /// The monotonic clock.
    static let clock = ContinuousClock()

    /// Waits.
    static let sleep: @Sendable (Duration) async throws -> Void = { try await Self.clock.sleep(for: $0) }

    /// A fresh serial number.
    static let serialNumber: @Sendable () -> SerialNumber = {
        var generator = SystemRandomNumberGenerator()
        return SerialNumber(using: &generator)
    }

    /// A variable of the environment.
    static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

    /// All variables.
    static var variables: [String: String] { ProcessInfo.processInfo.environment }

    /// The name of the user who runs the program.
    static var user: String { NSUserName() }

    /// What issuance takes from the outside.
    static func authority(
        onStatusChange: @escaping @Sendable ([StoredCertificate]) -> Void = { _ in }
    ) -> AuthorityEnvironment {
        AuthorityEnvironment(
            now: self.now,
            serialNumber: self.serialNumber,
            onStep: Failpoint.onStep,
            onStatusChange: onStatusChange
        )
    }
}
