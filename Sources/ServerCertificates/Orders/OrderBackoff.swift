// How long an order is left alone after a run in vain.

import FoundationEssentials

/// Growing pauses with jitter.
enum OrderBackoff {
    /// When the next run is.
    ///
    /// The pause doubles from ``Budget/firstPause``; its last half is random, so that what failed together does not come back
    /// together. What a CA asks for is obeyed, and spread by up to a tenth, at most ten minutes.
    ///
    /// - Parameters:
    ///   - attempts: how many were in vain.
    ///   - earliest: what the CA asks for.
    ///   - fraction: from 0 to 1.
    static func next(
        after attempts: Int,
        at instant: Date,
        notBefore earliest: Date?,
        atMost longest: TimeInterval = Budget.longestPause,
        fraction: Double
    ) -> Date {
        let pause = min(longest, Budget.firstPause * Double(1 << min(max(attempts - 1, 0), 16)))
        let own = instant.addingTimeInterval(pause * (0.5 + fraction / 2))
        guard let earliest, earliest > instant else { return own }
        let spread = min(600, earliest.timeIntervalSince(instant) / 10) * fraction
        return max(own, earliest.addingTimeInterval(spread))
    }
}
