// What a thread with a session does: connect, take a call, try it, rebuild what is broken, try again.

import Logging

/// The work of one thread; used by that thread only.
struct SessionWorker {
    private let pool: SessionPool
    private let index: Int
    private var session: TokenSession?

    init(_ pool: SessionPool, index: Int) {
        self.pool = pool
        self.index = index
    }

    mutating func run() {
        var succeeded = false
        loop: while true {
            switch self.pool.next(worker: self.index, succeeded: succeeded) {
            case .run(let call): succeeded = self.execute(call)
            case .connect(let alone):
                succeeded = false
                self.connect(alone: alone)
            case .finish: break loop
            // `next` itself waits.
            case .wait: continue
            }
        }
        self.drop(closing: true)
        self.pool.ended(worker: self.index)
    }

    // MARK: Connecting

    /// Opens a session where there was no connection.
    private mutating func connect(alone: Bool) {
        self.drop(closing: true)
        do {
            try self.open(reinitializing: alone)
            self.pool.logger.info("the token serves")
            self.pool.connected()
        } catch let error where Recovery(error) == .never {
            self.pool.logger.critical("the token will not be tried again", metadata: ["reason": "\(error.reason)"])
            self.pool.failed(error)
        } catch {
            self.pool.logger.warning("the token does not serve", metadata: ["reason": "\(error.reason)"])
            self.pool.connection.forget(since: nil)
            self.pool.connectFailed(error)
        }
    }

    /// Opens a session; where the token is missing, lets the module look again.
    private mutating func open(reinitializing: Bool) throws(SigningError) {
        do {
            if reinitializing, self.pool.connection.isDistrusted { try self.pool.connection.reinitialize() }
            try self.openSession()
        } catch let error where Recovery(error) == .module {
            try self.pool.connection.initialize()
            try self.openSession()
        } catch let error where Recovery(error) == .token && reinitializing {
            try self.pool.connection.reinitialize()
            try self.openSession()
        }
    }

    private mutating func openSession() throws(SigningError) {
        self.session = try self.pool.connection.openSession()
        self.pool.metrics.sessionOpened()
    }

    /// Forgets the session.
    ///
    /// - Parameter closing: Closes it too; a session that the module called void must not be.
    private mutating func drop(closing: Bool) {
        guard let session else { return }
        self.session = nil
        if closing { session.close() }
        self.pool.metrics.sessionClosed()
    }

    // MARK: Calls

    /// Runs a call to its end; says whether the token did what it should.
    private mutating func execute(_ call: Call) -> Bool {
        var attempt = 0
        while true {
            do {
                try call.attempt(attempt, with: try self.usableSession())
                if attempt > 0 { self.pool.recovered() }
                return true
            } catch {
                guard let recovery = Recovery(error) else {
                    call.fail(error)
                    return false
                }
                attempt += 1
                if self.recover(from: error, by: recovery, attempt: attempt, of: call) { continue }
                return false
            }
        }
    }

    private mutating func usableSession() throws(SigningError) -> TokenSession {
        if let session, !self.pool.connection.isOutdated(session) { return session }
        self.drop(closing: true)
        try self.openSession()
        guard let session else { throw SigningError(.unavailable, "no session") }
        return session
    }

    /// Rebuilds what is broken; says whether to try the call again, and has answered it otherwise.
    private mutating func recover(
        from error: SigningError,
        by recovery: Recovery,
        attempt: Int,
        of call: Call
    ) -> Bool {
        if recovery == .never {
            self.pool.logger.critical("the token will not be tried again", metadata: ["reason": "\(error.reason)"])
            self.pool.failed(error)
            call.fail(error)
            return false
        }
        self.pool.metrics.recovered(from: error)
        self.pool.logger.notice(
            "recovering the token",
            metadata: ["reason": "\(error.reason)", "attempt": "\(attempt)"]
        )
        self.rebuild(recovery)
        if call.isSettled { return false }
        let pause = self.pool.configuration.delay(beforeRetry: attempt)
        if attempt <= self.pool.configuration.retries, self.pool.pause(pause) { return true }
        self.giveUp(call, error, recovery)
        return false
    }

    private mutating func rebuild(_ recovery: Recovery) {
        switch recovery {
        case .handles, .login: self.drop(closing: true)
        // Closing a void handle could close another thread's session that has got its number.
        case .session: self.drop(closing: false)
        case .token:
            self.pool.connection.forget(since: self.session)
            self.drop(closing: true)
        case .objects:
            self.pool.connection.distrust()
            self.pool.connection.forget(since: self.session)
            self.drop(closing: true)
        case .module:
            self.drop(closing: false)
            // Should this fail, so will the next attempt, and say why.
            try? self.pool.connection.initialize()
        case .never: break
        }
    }

    private func giveUp(_ call: Call, _ error: SigningError, _ recovery: Recovery) {
        if recovery != .handles {
            self.pool.logger.error("the token is away", metadata: ["reason": "\(error.reason)"])
            self.pool.lost(error)
        }
        let retryAfter = self.pool.refusal?.retryAfter ?? self.pool.configuration.probeDelay
        call.fail(.unavailable(error.reason, retryAfter: retryAfter, returnValue: error.returnValue))
    }
}
