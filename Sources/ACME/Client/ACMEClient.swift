// A client of one CA with one account (RFC 8555). Requests are in ACMEClient+Requests.swift; what can be asked of the CA is
// in the other extensions.

import JOSE
import Logging
import OutboundHTTP
import PKIX
import Synchronization
import TaskLimits

/// A client of one CA with one account.
///
/// Any number of tasks may use it at once. It holds no secrets: the key stays with its signer.
public final class ACMEClient: Sendable {
    struct State {
        var signer: any AccountSigner
        var accountURL: String?
        var directory: (value: ACMEDirectory, fetchedAt: CertificateTime)?
        var nonces = NoncePool()
    }

    let configuration: ACMEConfiguration
    let environment: ACMEEnvironment
    let limits: any RateLimitMemory
    let state: Mutex<State>
    /// Orders are placed few at once: those behind learn of a limit that was met before them.
    let orderTurns = Turnstile(Budget.ordersAtOnce)

    /// Creates a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - configuration: The CA.
    ///   - signer: The account's key.
    ///   - accountURL: The account's address if it is known; otherwise the CA is asked for it by the key.
    ///   - limits: Where the CA's limits are remembered.
    ///   - environment: HTTP, time and chance.
    public init(
        _ configuration: ACMEConfiguration,
        signer: any AccountSigner,
        accountURL: String? = nil,
        limits: any RateLimitMemory,
        environment: ACMEEnvironment
    ) {
        self.configuration = configuration
        self.environment = environment
        self.limits = limits
        self.state = Mutex(State(signer: signer, accountURL: accountURL))
    }

    /// The CA's name in what is stored: the address of its directory.
    public var authority: String { self.configuration.directoryURL }

    /// The thumbprint of the account's key (RFC 7638).
    public var thumbprint: String { self.signer.webKey.thumbprint }

    var signer: any AccountSigner { self.state.withLock { $0.signer } }
    var addresses: AddressPolicy { self.configuration.addresses }

    /// The directory: fetched once an hour, and kept when the CA cannot give a new one.
    ///
    /// - Throws: ``ACMEError`` when there is none.
    public func directory() async throws -> ACMEDirectory {
        let known = self.state.withLock { $0.directory }
        let now = self.environment.now()
        if let known, (known.fetchedAt...(known.fetchedAt + Budget.directoryAge)).contains(now) { return known.value }
        do {
            let answer = try await self.get(self.configuration.directoryURL)
            let directory = try ACMEDirectory(MessageReader(answer, "its directory", self.addresses))
            self.state.withLock { $0.directory = (directory, now) }
            return directory
        } catch let error as ACMEError {
            guard let known else { throw error }
            self.environment.logger.warning(
                "the directory of a CA cannot be fetched anew",
                metadata: ["authority": "\(self.authority)", "reason": "\(error)"]
            )
            return known.value
        }
    }

    /// The account's address, asked of the CA the first time.
    ///
    /// - Throws: ``ACMEError`` with `.noSuchAccount` when the CA has no account of the key.
    public func accountURL() async throws -> String {
        if let known = self.state.withLock({ $0.accountURL }) { return known }
        return try await self.findAccount().url
    }

    /// Reads a document in an answer.
    func reader(_ answer: HTTPAnswer, _ name: String, list: String? = nil) throws(ACMEError) -> MessageReader {
        try MessageReader(answer, name, self.addresses, list: list)
    }

    /// The address that an answer names its resource by.
    func location(_ answer: HTTPAnswer, of name: String) throws(ACMEError) -> String {
        guard let location = answer.header("Location"), self.addresses.admits(location) else {
            throw ACMEError(.malformedAnswer, "the CA gave no https address for \(name) (Location)")
        }
        return location
    }
}

extension CertificateTime {
    /// A time that is always long ago.
    static let distantPast = CertificateTime(secondsSinceEpoch: 0)
}

/// Nonces for coming requests, the newest first.
struct NoncePool {
    private var nonces: [String] = []

    mutating func take() -> String? { self.nonces.popLast() }

    mutating func put(_ nonce: String) {
        if self.nonces.count >= Budget.nonces { self.nonces.removeFirst() }
        self.nonces.append(nonce)
    }

    /// Forgets all: one was rejected, and those before it are older still.
    mutating func clear() { self.nonces = [] }
}
