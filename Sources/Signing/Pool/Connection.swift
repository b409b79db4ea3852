// The way from a URI to a session that is logged in, taken by one thread at a time.
//
// The login belongs to the process (PKCS#11 2.40 Base §5.6, C_Login), so a wrong PIN is tried once however many
// threads there are: under the lock, the first refusal is remembered for good.

import Synchronization

/// Opens sessions with one token.
final class Connection: Sendable {
    let module: any Cryptoki
    private let uri: PKCS11URI
    private let pin: PIN
    /// Grows whenever everything known of the token is dropped.
    private let generation = Atomic<Int>(0)
    private let distrusted = Atomic<Bool>(false)
    /// Locked while a session is opened.
    private let state = Mutex(State())

    private struct State {
        var slot: (id: SlotID, generation: Int)?
        var refusal: SigningError?
    }

    init(module: any Cryptoki, uri: PKCS11URI, pin: PIN) {
        self.module = module
        self.uri = uri
        self.pin = pin
    }

    /// Opens a session and logs in, blocking the thread.
    func openSession() throws(SigningError) -> TokenSession {
        try self.state.withLock { (state) throws(SigningError) -> TokenSession in
            if let refusal = state.refusal { throw refusal }
            let epoch = self.module.usage.epoch
            let generation = self.generation.load(ordering: .acquiring)
            let slot: SlotID
            if let known = state.slot, known.generation == generation {
                slot = known.id
            } else {
                slot = try self.findSlot()
                state.slot = (slot, generation)
            }
            let handle = try self.module.openSession(slot: slot, readWrite: false)
            do throws(SigningError) {
                try self.logIn(handle)
            } catch {
                // The login's failure is the one to report.
                try? self.module.closeSession(handle)
                if error.code == .pinRefused { state.refusal = error }
                throw error
            }
            return TokenSession(self.module, slot: slot, handle: handle, epoch: epoch, generation: generation)
        }
    }

    /// Whether a session was opened before everything known of the token was dropped.
    func isOutdated(_ session: TokenSession) -> Bool {
        session.epoch != self.module.usage.epoch
            || session.generation != self.generation.load(ordering: .acquiring)
    }

    /// Drops everything known of the token, unless another thread has since `session` was opened.
    func forget(since session: TokenSession?) {
        let seen = session?.generation ?? self.generation.load(ordering: .acquiring)
        _ = self.generation.compareExchange(expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
    }

    /// Whether the module answers but can no longer be believed: only a new initialisation helps.
    var isDistrusted: Bool { self.distrusted.load(ordering: .acquiring) }

    /// Has the module initialised anew when it is next connected to.
    func distrust() { self.distrusted.store(true, ordering: .releasing) }

    /// Initialises the module after it said that it is not initialised.
    func initialize() throws(SigningError) {
        self.forget(since: nil)
        do {
            try self.module.initialize()
        } catch let error where error.returnValue == .cryptokiAlreadyInitialized {
            // Another token's thread was quicker.
        }
        self.distrusted.store(false, ordering: .releasing)
    }

    /// Finalises and initialises the module: many list their tokens only then (SoftHSM 2.6 among them).
    ///
    /// Only when no other token is served through the module, because all its sessions end.
    func reinitialize() throws(SigningError) {
        try self.module.usage.exclusively { () throws(SigningError) in
            guard self.module.usage.count <= 1 else { return }
            do throws(SigningError) {
                try self.module.finalize()
            } catch let error where error.returnValue == .cryptokiNotInitialized {
                // Then there is nothing to end.
            }
            try self.initialize()
        }
    }

    private func findSlot() throws(SigningError) -> SlotID {
        var matches: [(slot: SlotID, info: TokenInfo)] = []
        for slot in try self.module.slots() {
            guard let info = try self.describe(slot), info.isInitialized, self.uri.matches(slot: slot, token: info)
            else { continue }
            matches.append((slot, info))
        }
        guard let match = matches.first else {
            throw SigningError(.tokenNotFound, "no token answers to \(self.uri)")
        }
        guard matches.count == 1 else {
            let serials = matches.map(\.info.serial).joined(separator: ", ")
            throw SigningError(
                .tokenNotFound,
                "\(matches.count) tokens answer to \(self.uri): add serial= with one of \(serials)"
            )
        }
        try self.checkPINState(match.info)
        return match.slot
    }

    /// A token may leave while the slots are asked one by one.
    private func describe(_ slot: SlotID) throws(SigningError) -> TokenInfo? {
        do {
            return try self.module.tokenInfo(slot: slot)
        } catch let error where error.returnValue == .tokenNotPresent || error.returnValue == .tokenNotRecognized {
            return nil
        }
    }

    /// A daemon that is started over and over with a wrong PIN must not lock the token.
    private func checkPINState(_ info: TokenInfo) throws(SigningError) {
        if info.flags & TokenInfo.userPINLocked != 0 {
            throw SigningError(
                .pinRefused,
                "the token \(info.label) has locked its PIN: its security officer must reset it"
            )
        }
        if info.flags & TokenInfo.userPINFinalTry != 0 {
            throw SigningError(
                .pinRefused,
                "the token \(info.label) will lock at the next wrong PIN: log in once with another tool to clear this"
            )
        }
    }

    private func logIn(_ session: SessionHandle) throws(SigningError) {
        do {
            try self.module.login(session: session, user: .user, pin: self.pin)
        } catch let error where error.returnValue == .userAlreadyLoggedIn {
            // Another session of this process did.
        } catch let error where Recovery(error) == .never {
            throw SigningError(
                .pinRefused,
                "the token refused the PIN (\(error.reason)); it is not tried again: correct the PIN and restart",
                returnValue: error.returnValue
            )
        }
    }
}
