// How long a step that failed is left alone.

public import FoundationEssentials

/// Growing pauses with jitter.
public enum RegistrationBackoff {
    /// When the step is tried again after so many attempts in vain: 0.2 s, doubled each time, at most five minutes, the
    /// last half of it random, so that what failed together does not come back together.
    public static func next(
        after attempts: Int,
        at instant: Date,
        notBefore seconds: Int? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Date {
        let pause = min(Budget.longestStepPause, 0.2 * Double(1 << min(max(attempts - 1, 0), 16)))
        let jittered = pause * Double.random(in: 0.5...1, using: &generator)
        return instant.addingTimeInterval(max(jittered, Double(seconds ?? 0)))
    }
}
