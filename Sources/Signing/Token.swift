// A token behind PKCS#11, served by threads of its own: the public face of the session pool.

public import CoreMetrics
public import Logging
public import PKIX

/// A token that holds keys.
///
/// It connects in the background and for as long as it takes: a token that is absent at the start is waited for. While
/// it is away, calls fail at once with ``SigningError/Code/unavailable`` and ``SigningError/retryAfter``; a call never
/// waits longer than ``TokenConfiguration/waitingTimeout``. A PIN that the token refuses is tried once and never again.
///
/// Every method may be called from any task, at once. A call is not cancellable: its bound is its timeout.
public final class Token: Sendable {
    /// The URI that names the token.
    public let uri: PKCS11URI
    /// The numbers that it works by.
    public let configuration: TokenConfiguration
    private let pool: SessionPool

    /// Starts to serve a token.
    ///
    /// Returns at once; see ``ready()``.
    ///
    /// - Parameters:
    ///   - module: The module that holds the token; it must not be closed before ``shutdown()`` has returned.
    ///   - uri: Names the token; attributes that name a key are not looked at.
    ///   - pin: The user's PIN.
    ///   - configuration: Sessions, bounds and delays.
    ///   - clock: Tells durations. Threads wait by the operating system's monotonic clock, then ask this one.
    ///   - metrics: Makes the metrics `signet_signing_…`.
    ///   - logger: Hears of outages and recoveries.
    public init<C: Clock<Duration>>(
        module: any Cryptoki,
        uri: PKCS11URI,
        pin: PIN,
        configuration: TokenConfiguration = TokenConfiguration(),
        clock: C,
        metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger
    ) {
        var configuration = configuration
        configuration.sessions = min(max(configuration.sessions, 1), Budget.sessions)
        let name = uri.token ?? uri.serial ?? uri.description
        var logger = logger
        logger[metadataKey: "token"] = "\(name)"
        let start = clock.now
        self.uri = uri
        self.configuration = configuration
        self.pool = SessionPool(
            connection: Connection(module: module, uri: uri, pin: pin),
            configuration: configuration,
            now: { start.duration(to: clock.now) },
            metrics: PoolMetrics(factory: metrics, token: name),
            logger: logger
        )
        self.pool.start()
    }

    deinit { self.pool.beginShutdown() }

    /// Whether the token serves, and why not.
    public var status: TokenStatus { self.pool.status }

    /// Waits until the token serves, for as long as it takes.
    ///
    /// - Throws: ``SigningError/Code/pinRefused`` when it never will, ``SigningError/Code/shutDown``,
    ///   `CancellationError` when the task is cancelled.
    public func ready() async throws { try await self.pool.ready() }

    /// Finishes the calls that have been taken, refuses further ones, closes the sessions and ends the threads.
    ///
    /// Returns when that is done; a thread that the module does not let go is waited for
    /// ``TokenConfiguration/waitingTimeout``.
    public func shutdown() async { await self.pool.shutdown() }

    /// Makes a key pair on the token: sensitive, not extractable, for signatures only.
    ///
    /// - Parameters:
    ///   - type: P-256, P-384, Ed25519, RSA-3072 or RSA-4096.
    ///   - label: The key's label; no other key may have it.
    ///   - id: The key's identifier; no other key may have it.
    /// - Throws: ``SigningError/Code/keyExists`` when a key has the label or the identifier.
    public func generateKeyPair(_ type: KeyType, label: String, id: [UInt8]) async throws -> TokenKey {
        let generation = try KeyGeneration(type: type, label: label, id: id)
        let description = try await self.withSession(timeout: self.configuration.generationTimeout) {
            (session, attempt) throws(SigningError) in
            try generation.run(in: session, attempt: attempt)
            return try KeyDescription(label: label, id: id, in: session)
        }
        return self.key(description)
    }

    /// Finds a key pair.
    ///
    /// - Parameters:
    ///   - label: The label, when it is known.
    ///   - id: The identifier, when it is known.
    /// - Throws: ``SigningError/Code/keyNotFound``; ``SigningError/Code/keyAmbiguous`` when several keys answer.
    public func key(label: String? = nil, id: [UInt8]? = nil) async throws -> TokenKey {
        guard label != nil || id != nil else {
            throw SigningError(.keyNotFound, "a key is found by its label or its id: give object= or id= in the URI")
        }
        let description = try await self.withSession { (session, _) throws(SigningError) in
            try KeyDescription(label: label, id: id, in: session)
        }
        return self.key(description)
    }

    /// Finds the key pair that a URI names by `object` and `id`.
    public func key(_ uri: PKCS11URI) async throws -> TokenKey {
        try await self.key(label: uri.object, id: uri.id)
    }

    /// Runs a body on a thread of its own, on which keys of tokens may sign synchronously.
    ///
    /// For code that can only sign synchronously; everything else signs asynchronously.
    public static func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await BlockingThread.run(name: "signet-blocking", body)
    }

    private func key(_ description: KeyDescription) -> TokenKey {
        TokenKey(
            label: description.label,
            id: description.id,
            type: description.publicPart.type,
            publicKey: description.publicPart.publicKey,
            subjectPublicKeyInfo: description.publicPart.subjectPublicKeyInfo,
            protection: description.protection,
            token: self,
            timers: self.pool.metrics.timers(for: description.publicPart.type)
        )
    }
}

// MARK: Calls

extension Token {
    typealias SessionBody<R> = @Sendable (TokenSession, Int) throws(SigningError) -> R

    /// Runs a body on a thread of the pool, with a session.
    func withSession<R: Sendable>(
        recordingIn timers: SignatureTimers? = nil,
        timeout: Duration? = nil,
        _ body: @escaping SessionBody<R>
    ) async throws -> R {
        let begin = self.pool.now()
        let deadline = begin + (timeout ?? self.configuration.waitingTimeout)
        let result = await withUnsafeContinuation { continuation in
            self.pool.submit(Call(deadline: deadline, body: body) { continuation.resume(returning: $0) })
        }
        self.record(result, since: begin, in: timers)
        return try result.get()
    }

    /// As ``withSession(recordingIn:timeout:_:)``, blocking the thread.
    func withSessionBlocking<R: Sendable>(
        recordingIn timers: SignatureTimers,
        _ body: @escaping SessionBody<R>
    ) throws(SigningError) -> R {
        guard BlockingThread.currentMayAwaitSignature else {
            throw SigningError(
                .wouldBlock,
                "a synchronous signature would block this thread: sign asynchronously, or inside Token.blocking { }"
            )
        }
        let begin = self.pool.now()
        let answer = Monitor<Result<R, SigningError>?>(nil)
        let call = Call(deadline: begin + self.configuration.waitingTimeout, body: body) { result in
            answer.withLock { $0 = result }
            answer.signal(.work)
        }
        self.pool.submit(call)
        let result = answer.wait(on: .work) { $0.map { .done($0) } ?? .wait(nil) }
        self.record(result, since: begin, in: timers)
        return try result.get()
    }

    private func record<R>(_ result: Result<R, SigningError>, since begin: Duration, in timers: SignatureTimers?) {
        guard let timers else { return }
        let succeeded =
            switch result {
            case .success: true
            case .failure: false
            }
        timers.record(self.pool.now() - begin, succeeded: succeeded)
    }
}
