// A PKCS#11 module in memory with one token, for tests of what happens when a token goes and comes.
//
// It keeps the rules that recovery depends on: logins belong to the process, closing the last session ends the login,
// a token that is pulled out takes sessions, login and handles along, and a wrong PIN is counted. Its signatures are
// real; it has no RSA.

import Crypto
import Foundation
public import Signing
import Synchronization

/// A token in memory.
public final class SoftwareCryptoki: Cryptoki {
    public static let label = "software"
    public static let pinText = "5678-user"

    public let usage = ModuleUsage()
    private let state: Mutex<State>

    fileprivate struct Object {
        var attributes: [AttributeType: [UInt8]]
        var privateKey: SoftwareKey?
    }

    fileprivate struct State {
        var isInitialized = true
        var isPlugged = true
        /// Whether a token that was plugged in shows only after the module has been initialised again, as with SoftHSM.
        var showsAtInitialization = false
        var isVisible = true
        var isLoggedIn = false
        var sessions: Set<UInt> = []
        var nextSession: UInt = 1
        var objects: [Object] = []
        /// Added to an object's number: handles of earlier connections are void.
        var handleBase: UInt = 1
        var wrongPINs = 0
        var flags: UInt = 0
        var serial = "0001"
    }

    public init(isPlugged: Bool = true, showsAtInitialization: Bool = false) {
        var state = State()
        state.isPlugged = isPlugged
        state.isVisible = isPlugged
        state.showsAtInitialization = showsAtInitialization
        self.state = Mutex(state)
        self.usage.noteInitialization()
    }

    public static func uri() throws -> PKCS11URI { try PKCS11URI("pkcs11:token=\(self.label)") }

    public static func pin() throws -> PIN { try PIN(self.pinText) }

    // MARK: What tests do to the token

    /// Pulls the token out.
    public func unplug() {
        self.state.withLock { state in
            state.isPlugged = false
            state.isVisible = false
            state.loseSessions()
        }
    }

    /// Puts the token in.
    public func plug() {
        self.state.withLock { state in
            state.isPlugged = true
            if !state.showsAtInitialization { state.isVisible = true }
        }
    }

    /// Ends all sessions, as a network HSM does that has been idle for long.
    public func dropSessions() { self.state.withLock { $0.loseSessions() } }

    /// Logs the process out behind everybody's back.
    public func dropLogin() { self.state.withLock { $0.isLoggedIn = false } }

    /// Sets flags of the token's information.
    public func setFlags(_ flags: UInt) { self.state.withLock { $0.flags = flags } }

    /// Wrong PINs that the token has been given.
    public var wrongPINs: Int { self.state.withLock { $0.wrongPINs } }

    /// Sessions that are open.
    public var openSessions: Int { self.state.withLock { $0.sessions.count } }

    // MARK: Cryptoki

    public func initialize() throws(SigningError) {
        try self.locked(checking: false) { (state) throws(SigningError) in
            if state.isInitialized { throw failure(.cryptokiAlreadyInitialized) }
            state.isInitialized = true
            state.isVisible = state.isPlugged
        }
        self.usage.noteInitialization()
    }

    public func finalize() throws(SigningError) {
        try self.locked { (state) throws(SigningError) in
            state.isInitialized = false
            state.loseSessions()
            // Numbers start anew: a stale handle would meet another session.
            state.nextSession = 1
        }
    }

    public func slots() throws(SigningError) -> [SlotID] {
        try self.locked { (state) throws(SigningError) in state.isVisible ? [SlotID(rawValue: 7)] : [] }
    }

    public func tokenInfo(slot: SlotID) throws(SigningError) -> TokenInfo {
        try self.locked { (state) throws(SigningError) in
            if !state.isVisible { throw failure(.tokenNotPresent) }
            return TokenInfo(
                label: Self.label,
                manufacturer: "tests",
                model: "memory",
                serial: state.serial,
                flags: TokenInfo.tokenInitialized | TokenInfo.userPINInitialized | state.flags
            )
        }
    }

    public func initializeToken(slot: SlotID, soPIN: PIN, label: String) throws(SigningError) {
        throw failure(.functionNotSupported)
    }

    public func initializePIN(session: SessionHandle, pin: PIN) throws(SigningError) {
        throw failure(.functionNotSupported)
    }

    public func openSession(slot: SlotID, readWrite: Bool) throws(SigningError) -> SessionHandle {
        try self.locked { (state) throws(SigningError) in
            if !state.isVisible { throw failure(.tokenNotPresent) }
            defer { state.nextSession += 1 }
            state.sessions.insert(state.nextSession)
            return SessionHandle(rawValue: state.nextSession)
        }
    }

    public func closeSession(_ session: SessionHandle) throws(SigningError) {
        try self.locked(session) { (state) throws(SigningError) in
            state.sessions.remove(session.rawValue)
            if state.sessions.isEmpty { state.isLoggedIn = false }
        }
    }

    public func login(session: SessionHandle, user: CryptokiUser, pin: PIN) throws(SigningError) {
        try self.locked(session) { (state) throws(SigningError) in
            if state.isLoggedIn { throw failure(.userAlreadyLoggedIn) }
            guard pin.withBytes({ Array($0) }) == Array(Self.pinText.utf8) else {
                state.wrongPINs += 1
                throw failure(.pinIncorrect)
            }
            state.isLoggedIn = true
        }
    }

    public func logout(session: SessionHandle) throws(SigningError) {
        try self.locked(session) { (state) throws(SigningError) in state.isLoggedIn = false }
    }

    public func findObjects(
        session: SessionHandle,
        template: [Attribute],
        limit: Int
    ) throws(SigningError) -> [ObjectHandle] {
        try self.locked(session) { (state) throws(SigningError) in
            let matches = state.objects.indices.filter { index in
                let object = state.objects[index]
                // Private objects are invisible, not an error, without a login (PKCS#11 2.40 Base §5.7).
                if object.privateKey != nil, !state.isLoggedIn { return false }
                return template.allSatisfy { object.attributes[$0.type] == $0.value }
            }
            return matches.prefix(limit).map { ObjectHandle(rawValue: UInt($0) + state.handleBase) }
        }
    }

    public func attributes(
        session: SessionHandle,
        object: ObjectHandle,
        types: [AttributeType]
    ) throws(SigningError) -> AttributeValues {
        try self.locked(session) { (state) throws(SigningError) in
            let found = try state.object(object, orThrow: .objectHandleInvalid)
            return AttributeValues(found.attributes.filter { types.contains($0.key) })
        }
    }

    public func generateKeyPair(
        session: SessionHandle,
        mechanism: Mechanism,
        publicTemplate: [Attribute],
        privateTemplate: [Attribute]
    ) throws(SigningError) -> (publicKey: ObjectHandle, privateKey: ObjectHandle) {
        try self.locked(session) { (state) throws(SigningError) in
            if !state.isLoggedIn { throw failure(.userNotLoggedIn) }
            func dictionary(_ template: [Attribute]) -> [AttributeType: [UInt8]] {
                Dictionary(uniqueKeysWithValues: template.map { ($0.type, $0.value) })
            }
            var publicPart = dictionary(publicTemplate)
            let key = try SoftwareKey(mechanism: mechanism, parameters: publicPart[.ecParameters] ?? [])
            publicPart[.objectClass] = Attribute.class(.publicKey).value
            publicPart[.keyType] = Attribute(.keyType, key.keyType).value
            publicPart[.ecPoint] = [0x04, UInt8(key.point.count)] + key.point
            var privatePart = dictionary(privateTemplate)
            privatePart[.objectClass] = Attribute.class(.privateKey).value
            privatePart[.neverExtractable] = [1]
            privatePart[.alwaysSensitive] = [1]
            state.objects.append(Object(attributes: publicPart, privateKey: nil))
            state.objects.append(Object(attributes: privatePart, privateKey: key))
            let last = UInt(state.objects.count - 1) + state.handleBase
            return (ObjectHandle(rawValue: last - 1), ObjectHandle(rawValue: last))
        }
    }

    public func sign(
        session: SessionHandle,
        key: ObjectHandle,
        mechanism: Mechanism,
        data: [UInt8]
    ) throws(SigningError) -> [UInt8] {
        let privateKey = try self.locked(session) { (state) throws(SigningError) in
            if !state.isLoggedIn { throw failure(.userNotLoggedIn) }
            guard let privateKey = try state.object(key, orThrow: .keyHandleInvalid).privateKey else {
                throw failure(.keyHandleInvalid)
            }
            return privateKey
        }
        return try privateKey.sign(data, mechanism: mechanism)
    }

    private func locked<R>(
        checking: Bool = true,
        _ body: (inout State) throws(SigningError) -> sending R
    ) throws(SigningError) -> sending R {
        try self.state.withLock { (state) throws(SigningError) in
            if checking, !state.isInitialized { throw failure(.cryptokiNotInitialized) }
            return try body(&state)
        }
    }

    private func locked<R>(
        _ session: SessionHandle,
        _ body: (inout State) throws(SigningError) -> sending R
    ) throws(SigningError) -> sending R {
        try self.state.withLock { (state) throws(SigningError) in
            if !state.isInitialized { throw failure(.cryptokiNotInitialized) }
            if !state.isPlugged { throw failure(.deviceRemoved) }
            if !state.sessions.contains(session.rawValue) { throw failure(.sessionHandleInvalid) }
            return try body(&state)
        }
    }
}

extension SoftwareCryptoki.State {
    fileprivate mutating func loseSessions() {
        self.sessions.removeAll()
        self.isLoggedIn = false
        self.handleBase += 100
    }

    fileprivate func object(
        _ handle: ObjectHandle,
        orThrow returnValue: ReturnValue
    ) throws(SigningError) -> SoftwareCryptoki.Object {
        guard handle.rawValue >= self.handleBase, handle.rawValue - self.handleBase < UInt(self.objects.count) else {
            throw failure(returnValue)
        }
        return self.objects[Int(handle.rawValue - self.handleBase)]
    }
}

private func failure(_ returnValue: ReturnValue) -> SigningError {
    SigningError(.cryptoki, "the token in memory returned \(returnValue)", returnValue: returnValue)
}
