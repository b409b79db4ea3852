// Threads that may block: the pool's own, and those that run a synchronous signature.

import Foundation

/// A thread on which it is right to wait for a token.
final class BlockingThread: Thread {
    private let body: @Sendable () -> Void
    /// Whether a synchronous signature may wait here; not on the pool's own threads, which would wait for themselves.
    private let mayAwaitSignature: Bool

    private init(name: String, mayAwaitSignature: Bool, body: @escaping @Sendable () -> Void) {
        self.body = body
        self.mayAwaitSignature = mayAwaitSignature
        super.init()
        self.name = name
    }

    override func main() { self.body() }

    /// Whether this thread may wait for a signature.
    static var currentMayAwaitSignature: Bool {
        (Thread.current as? BlockingThread)?.mayAwaitSignature ?? false
    }

    static func detach(name: String, _ body: @escaping @Sendable () -> Void) {
        BlockingThread(name: name, mayAwaitSignature: false, body: body).start()
    }

    /// Runs a body on a thread of its own.
    static func run<R: Sendable>(name: String, _ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let thread = BlockingThread(name: name, mayAwaitSignature: true) {
                continuation.resume(with: Result(catching: body))
            }
            thread.start()
        }
    }
}
