// PKCS#11 state belongs to the process, not to an object: who uses a module, and how often it was initialised.

import Synchronization

/// Counts the users of a module, so that one that alone uses it may initialise it again.
public final class ModuleUsage: Sendable {
    private let users = Atomic<Int>(0)
    private let initializations = Atomic<Int>(0)
    private let exclusive = Mutex<Void>(())

    /// A module that nobody uses yet.
    public init() {}

    /// How many tokens are served through the module.
    public var count: Int { self.users.load(ordering: .acquiring) }

    /// How often the module has been initialised: session handles from an earlier epoch must not be used, nor closed,
    /// because the module may have given the same number to another session since.
    public var epoch: Int { self.initializations.load(ordering: .acquiring) }

    /// Notes that the module has been initialised; for implementations of ``Cryptoki``.
    public func noteInitialization() { self.initializations.add(1, ordering: .acquiringAndReleasing) }

    /// Runs `body` while no other caller of this method runs its own.
    public func exclusively<R>(_ body: () throws(SigningError) -> R) throws(SigningError) -> R {
        try self.exclusive.withLock { (_) throws(SigningError) -> R in try body() }
    }

    func enter() { self.users.add(1, ordering: .acquiringAndReleasing) }

    func leave() { self.users.subtract(1, ordering: .acquiringAndReleasing) }
}
