// The second implementation of the PKCS#11 port: it wraps another and fails, blocks or lies where a test says so.

import Foundation
public import Signing

/// A PKCS#11 module with faults.
public final class FaultInjectingCryptoki: Cryptoki, @unchecked Sendable {
    // Safe: `state` is touched only while `condition` is locked; the rest never changes.

    /// A function of PKCS#11, as the port groups them.
    public enum Function: String, Hashable, Sendable, CaseIterable {
        case initialize = "C_Initialize"
        case finalize = "C_Finalize"
        case slots = "C_GetSlotList"
        case tokenInfo = "C_GetTokenInfo"
        case initializeToken = "C_InitToken"
        case initializePIN = "C_InitPIN"
        case openSession = "C_OpenSession"
        case closeSession = "C_CloseSession"
        case login = "C_Login"
        case logout = "C_Logout"
        case findObjects = "C_FindObjects"
        case attributes = "C_GetAttributeValue"
        case generateKeyPair = "C_GenerateKeyPair"
        case sign = "C_Sign"
    }

    private struct Fault {
        let returnValue: ReturnValue
        var times: Int
        let afterEffect: Bool
    }

    private struct State {
        var faults: [Function: Fault] = [:]
        var blocked: Set<Function> = []
        var calls: [Function: Int] = [:]
        var signature: [UInt8]?
        var attributes: [AttributeType: [UInt8]] = [:]
        var signed: [[UInt8]] = []
        var hidesObjects = false
    }

    private let inner: any Cryptoki
    private let condition = NSCondition()
    private var state = State()

    public init(_ inner: any Cryptoki) { self.inner = inner }

    /// Makes the next calls of a function fail: before they reach the token, or after they have had their effect.
    public func fail(
        _ function: Function,
        with returnValue: ReturnValue,
        times: Int = .max,
        afterEffect: Bool = false
    ) {
        self.locked { $0.faults[function] = Fault(returnValue: returnValue, times: times, afterEffect: afterEffect) }
    }

    /// Holds calls of a function until ``heal()``.
    public func block(_ function: Function) { self.locked { $0.blocked.formUnion([function]) } }

    /// Lets every signature be these bytes.
    public func answerSignatures(with bytes: [UInt8]) { self.locked { $0.signature = bytes } }

    /// Lets an attribute of every object be these bytes.
    public func answerAttribute(_ type: AttributeType, with bytes: [UInt8]) {
        self.locked { $0.attributes[type] = bytes }
    }

    /// Finds no object any more until the module has been initialised anew, as SoftHSM does after it was out of file
    /// descriptors.
    public func hideObjectsUntilInitialized() { self.locked { $0.hidesObjects = true } }

    /// Ends every fault.
    public func heal() {
        self.locked { state in
            var healed = State()
            healed.calls = state.calls
            healed.signed = state.signed
            state = healed
        }
    }

    /// How often a function has been called.
    public func calls(_ function: Function) -> Int { self.locked { $0.calls[function, default: 0] } }

    /// What has been signed, in the order in which it reached the token.
    public var signed: [[UInt8]] { self.locked { $0.signed } }

    private func locked<R>(_ body: (inout State) -> R) -> R {
        self.condition.lock()
        defer {
            self.condition.broadcast()
            self.condition.unlock()
        }
        return body(&self.state)
    }

    private func takeFault(_ function: Function, afterEffect: Bool) throws(SigningError) {
        let returnValue: ReturnValue? = self.locked { state in
            guard var fault = state.faults[function], fault.afterEffect == afterEffect, fault.times > 0 else {
                return nil
            }
            fault.times -= 1
            state.faults[function] = fault
            return fault.returnValue
        }
        if let returnValue {
            throw SigningError(
                .cryptoki,
                "\(function.rawValue) returned \(returnValue) (injected)",
                returnValue: returnValue
            )
        }
    }

    private func run<R>(_ function: Function, _ body: () throws(SigningError) -> R) throws(SigningError) -> R {
        self.condition.lock()
        self.state.calls[function, default: 0] += 1
        while self.state.blocked.contains(function) { self.condition.wait() }
        self.condition.unlock()
        try self.takeFault(function, afterEffect: false)
        let result = try body()
        try self.takeFault(function, afterEffect: true)
        return result
    }

    // MARK: Cryptoki

    public var usage: ModuleUsage { self.inner.usage }

    public func initialize() throws(SigningError) {
        try self.run(.initialize) { () throws(SigningError) in
            try self.inner.initialize()
            self.locked { $0.hidesObjects = false }
        }
    }

    public func finalize() throws(SigningError) {
        try self.run(.finalize) { () throws(SigningError) in try self.inner.finalize() }
    }

    public func slots() throws(SigningError) -> [SlotID] {
        try self.run(.slots) { () throws(SigningError) in try self.inner.slots() }
    }

    public func tokenInfo(slot: SlotID) throws(SigningError) -> TokenInfo {
        try self.run(.tokenInfo) { () throws(SigningError) in try self.inner.tokenInfo(slot: slot) }
    }

    public func initializeToken(slot: SlotID, soPIN: PIN, label: String) throws(SigningError) {
        try self.run(.initializeToken) { () throws(SigningError) in
            try self.inner.initializeToken(slot: slot, soPIN: soPIN, label: label)
        }
    }

    public func initializePIN(session: SessionHandle, pin: PIN) throws(SigningError) {
        try self.run(.initializePIN) { () throws(SigningError) in
            try self.inner.initializePIN(session: session, pin: pin)
        }
    }

    public func openSession(slot: SlotID, readWrite: Bool) throws(SigningError) -> SessionHandle {
        try self.run(.openSession) { () throws(SigningError) in
            try self.inner.openSession(slot: slot, readWrite: readWrite)
        }
    }

    public func closeSession(_ session: SessionHandle) throws(SigningError) {
        try self.run(.closeSession) { () throws(SigningError) in try self.inner.closeSession(session) }
    }

    public func login(session: SessionHandle, user: CryptokiUser, pin: PIN) throws(SigningError) {
        try self.run(.login) { () throws(SigningError) in
            try self.inner.login(session: session, user: user, pin: pin)
        }
    }

    public func logout(session: SessionHandle) throws(SigningError) {
        try self.run(.logout) { () throws(SigningError) in try self.inner.logout(session: session) }
    }

    public func findObjects(
        session: SessionHandle,
        template: [Attribute],
        limit: Int
    ) throws(SigningError) -> [ObjectHandle] {
        try self.run(.findObjects) { () throws(SigningError) in
            let found = try self.inner.findObjects(session: session, template: template, limit: limit)
            return self.locked { $0.hidesObjects } ? [] : found
        }
    }

    public func attributes(
        session: SessionHandle,
        object: ObjectHandle,
        types: [AttributeType]
    ) throws(SigningError) -> AttributeValues {
        try self.run(.attributes) { () throws(SigningError) in
            let real = try self.inner.attributes(session: session, object: object, types: types)
            let lies = self.locked { $0.attributes }
            return AttributeValues(
                Dictionary(
                    uniqueKeysWithValues: types.compactMap { type in (lies[type] ?? real.bytes(type)).map { (type, $0) }
                    }
                )
            )
        }
    }

    public func generateKeyPair(
        session: SessionHandle,
        mechanism: Mechanism,
        publicTemplate: [Attribute],
        privateTemplate: [Attribute]
    ) throws(SigningError) -> (publicKey: ObjectHandle, privateKey: ObjectHandle) {
        try self.run(.generateKeyPair) { () throws(SigningError) in
            try self.inner.generateKeyPair(
                session: session,
                mechanism: mechanism,
                publicTemplate: publicTemplate,
                privateTemplate: privateTemplate
            )
        }
    }

    public func sign(
        session: SessionHandle,
        key: ObjectHandle,
        mechanism: Mechanism,
        data: [UInt8]
    ) throws(SigningError) -> [UInt8] {
        try self.run(.sign) { () throws(SigningError) in
            let real = try self.inner.sign(session: session, key: key, mechanism: mechanism, data: data)
            return self.locked { state in
                state.signed.append(data)
                return state.signature ?? real
            }
        }
    }
}
