// When an agent's owner is reminded of its certificate's end. Pure.

import FoundationEssentials

/// Which parts of a certificate's life must be left when its owner is reminded.
public struct ReminderPlan: Hashable, Sendable {
    /// What is left at each reminder, in per cent of the life, the most first.
    public let percentages: [Int]

    /// A third and a tenth of the life.
    public init() {
        self.percentages = [33, 10]
    }

    /// Creates a plan; none at all reminds nobody.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidReminderPlan` for a percentage beyond 1 to 99, or more than nine of them.
    public init(percentages: Set<Int>) throws(RegistrationError) {
        guard percentages.count <= 9, percentages.allSatisfy({ (1...99).contains($0) }) else {
            throw RegistrationError(
                .invalidReminderPlan,
                "reminders are at most nine, each at 1 to 99 per cent of a certificate's life left"
            )
        }
        self.percentages = percentages.sorted(by: >)
    }

    /// What is left at the reminder that is due at an instant: the last that has come, for those before it are late.
    ///
    /// - Parameter last: what was left at the reminder before, 100 for none.
    func due(_ watch: CertificateWatch, at instant: Date) -> Int? {
        self.percentages.last { $0 < watch.reminded && watch.instant(withLeft: $0) <= instant }
    }

    /// When the next reminder of a watch is due; nil when there is none.
    func next(_ watch: CertificateWatch) -> Date? {
        self.percentages.first { $0 < watch.reminded }.map(watch.instant(withLeft:))
    }
}
