// What happens when a token fails, goes, comes back, or refuses the PIN.

import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@Suite("Recovery")
struct RecoveryTests {
    static let passing: [ReturnValue] = [
        .sessionHandleInvalid, .sessionClosed, .userNotLoggedIn, .deviceRemoved, .tokenNotPresent, .deviceError,
        .cryptokiNotInitialized, .objectHandleInvalid, .keyHandleInvalid, .generalError, .functionFailed,
        .operationActive, .slotIDInvalid, .tokenNotRecognized,
    ]

    @Test("a signature that fails once is made by a rebuilt session", arguments: passing)
    func signatureRecovers(returnValue: ReturnValue) async throws {
        try await withFaultyToken { token, faults, software in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            let before = faults.calls(.openSession)
            faults.fail(.sign, with: returnValue, times: 1)
            try await expectValidSignature(by: key)
            #expect(token.status == .ready)
            // Rebuilt, with a login, and none left open: at most one session a thread.
            #expect(faults.calls(.openSession) > before)
            try await expectValidSignature(by: key)
            let voided = [ReturnValue.sessionHandleInvalid, .sessionClosed, .cryptokiNotInitialized]
            if !voided.contains(returnValue) { #expect(software.openSessions <= 2) }
        }
    }

    @Test(
        "a call whose connection fails once is answered all the same",
        arguments: [
            FaultInjectingCryptoki.Function.login, .findObjects, .openSession, .slots, .tokenInfo, .attributes,
        ],
        [ReturnValue.deviceError, .sessionHandleInvalid, .tokenNotPresent]
    )
    func connectionRecovers(function: FaultInjectingCryptoki.Function, returnValue: ReturnValue) async throws {
        try await withFaultyToken { token, faults, software in
            _ = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            software.dropSessions()
            faults.fail(function, with: returnValue, times: 1)
            let key = try await token.key(label: "issuing")
            try await expectValidSignature(by: key)
        }
    }

    @Test(
        "a permanent fault is answered in bounded time, shown in the status, and ends with the fault",
        arguments: passing
    )
    func permanentFault(returnValue: ReturnValue) async throws {
        try await withFaultyToken { token, faults, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            faults.fail(.sign, with: returnValue)
            faults.fail(.openSession, with: returnValue)
            let begin = ContinuousClock.now
            let error = await signingError { try await key.signature(for: [1]) }
            #expect(error == SigningError(.unavailable, ""))
            #expect(error?.retryAfter != nil)
            #expect(begin.duration(to: .now) < .seconds(5))
            if case .unavailable(let reason, _) = token.status {
                #expect(reason.contains(returnValue.description))
            } else {
                // A void handle concerns one key, not the token.
                #expect(returnValue == .keyHandleInvalid || returnValue == .objectHandleInvalid)
            }
            faults.heal()
            try await token.ready()
            try await expectValidSignature(by: key)
            #expect(token.status == .ready)
        }
    }

    @Test("a module that has lost sight of its keys is initialised anew, and callers are told to wait")
    func vanishedKeys() async throws {
        try await withFaultyToken { token, faults, software in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            try await expectValidSignature(by: key)
            let before = faults.calls(.initialize)
            faults.hideObjectsUntilInitialized()
            software.dropSessions()
            let error = await signingError { try await key.signature(for: [1]) }
            #expect(error == SigningError(.unavailable, ""))
            #expect(error?.retryAfter != nil)
            try await token.ready()
            try await expectValidSignature(by: key)
            #expect(faults.calls(.initialize) > before)
        }
    }

    @Test("while the token is away calls fail at once, and those that waited fail with it")
    func failsFast() async throws {
        try await withFaultyToken { token, faults, software in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            software.unplug()
            // All of these are queued or with the token when it is noticed.
            let errors = await withTaskGroup(of: SigningError?.self) { group in
                for _ in 0..<20 { group.addTask { await signingError { try await key.signature(for: [1]) } } }
                return await group.reduce(into: [SigningError?]()) { $0.append($1) }
            }
            #expect(errors.allSatisfy { $0 == SigningError(.unavailable, "") && $0?.retryAfter != nil })
            let calls = faults.calls(.sign)
            let begin = ContinuousClock.now
            #expect(await signingError { try await key.signature(for: [1]) } == SigningError(.unavailable, ""))
            #expect(begin.duration(to: .now) < .milliseconds(500))
            #expect(faults.calls(.sign) == calls)
            software.plug()
            try await token.ready()
            try await expectValidSignature(by: key)
        }
    }

    @Test("sessions, logins and handles that are gone are made anew without the caller's notice")
    func silentLosses() async throws {
        try await withFaultyToken { token, _, software in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            for _ in 0..<3 {
                software.dropSessions()
                try await expectValidSignature(by: key)
                software.dropLogin()
                try await expectValidSignature(by: key)
            }
            #expect(token.status == .ready)
        }
    }

    @Test("a token that is absent at the start is waited for", arguments: [false, true])
    func absentAtStart(showsAtInitialization: Bool) async throws {
        let software = SoftwareCryptoki(isPlugged: false, showsAtInitialization: showsAtInitialization)
        let token = try makeToken(software)
        try await eventually("the token is reported as away") {
            if case .unavailable(let reason, _) = token.status { reason.contains("no token answers") } else { false }
        }
        let early = await signingError { try await token.key(label: "issuing") }
        #expect(early == SigningError(.unavailable, ""))
        software.plug()
        try await token.ready()
        #expect(token.status == .ready)
        try await expectValidSignature(by: token.generateKeyPair(.p256, label: "issuing", id: [1]))
        await token.shutdown()
    }

    @Test("a module that serves another token too is not initialised again")
    func sharedModule() async throws {
        let software = SoftwareCryptoki(showsAtInitialization: true)
        let first = try makeToken(software)
        try await first.ready()
        let epoch = software.usage.epoch
        let second = try makeToken(software, uri: "pkcs11:token=another")
        try await eventually("it is reported as away") {
            if case .unavailable = second.status { true } else { false }
        }
        #expect(software.usage.epoch == epoch)
        try await expectValidSignature(by: first.generateKeyPair(.ed25519, label: "log", id: [1]))
        await second.shutdown()
        await first.shutdown()
    }

    @Test("a wrong PIN is tried exactly once, by however many sessions and callers")
    func wrongPIN() async throws {
        let software = SoftwareCryptoki()
        let faults = FaultInjectingCryptoki(software)
        var configuration = quickConfiguration
        configuration.sessions = 4
        let token = try makeToken(faults, configuration, pin: PIN("0000-wrong"))
        await #expect(throws: SigningError(.pinRefused, "")) { try await token.ready() }
        for _ in 0..<5 {
            await #expect(throws: SigningError(.pinRefused, "")) { try await token.key(label: "issuing") }
        }
        try await Task.sleep(for: .milliseconds(100))
        #expect(software.wrongPINs == 1)
        #expect(faults.calls(.login) == 1)
        guard case .failed(let reason) = token.status else {
            Issue.record("the status is \(token.status)")
            return
        }
        #expect(reason.contains("CKR_PIN_INCORRECT") && !reason.contains("0000-wrong"))
        await token.shutdown()
    }

    @Test(
        "whatever the token has against the PIN is final",
        arguments: [ReturnValue.pinIncorrect, .pinLocked, .pinExpired, .pinLenRange, .pinInvalid]
    )
    func refusedPIN(returnValue: ReturnValue) async throws {
        let faults = FaultInjectingCryptoki(SoftwareCryptoki())
        faults.fail(.login, with: returnValue)
        let token = try makeToken(faults)
        await #expect(throws: SigningError(.pinRefused, "")) { try await token.ready() }
        try await Task.sleep(for: .milliseconds(50))
        #expect(faults.calls(.login) == 1)
        await token.shutdown()
    }

    @Test("a PIN that became wrong meanwhile is tried exactly once")
    func changedPIN() async throws {
        try await withFaultyToken { token, faults, software in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            let before = faults.calls(.login)
            faults.fail(.login, with: .pinIncorrect)
            software.dropSessions()
            #expect(await signingError { try await key.signature(for: [1]) } == SigningError(.pinRefused, ""))
            #expect(await signingError { try await key.signature(for: [1]) } == SigningError(.pinRefused, ""))
            try await Task.sleep(for: .milliseconds(50))
            #expect(faults.calls(.login) == before + 1)
        }
    }

    @Test(
        "a token that the next wrong PIN would lock is not logged in to",
        arguments: [TokenInfo.userPINFinalTry, TokenInfo.userPINLocked]
    )
    func lastTry(flag: UInt) async throws {
        let software = SoftwareCryptoki()
        software.setFlags(flag)
        let faults = FaultInjectingCryptoki(software)
        let token = try makeToken(faults)
        await #expect(throws: SigningError(.pinRefused, "")) { try await token.ready() }
        #expect(faults.calls(.login) == 0)
        await token.shutdown()
    }

    @Test("a module that hangs fails its callers by their deadline, and serves again when it answers")
    func hangs() async throws {
        var configuration = quickConfiguration
        configuration.waitingTimeout = .milliseconds(200)
        try await withFaultyToken(configuration) { token, faults, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            faults.block(.sign)
            let begin = ContinuousClock.now
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let error = await signingError { try await key.signature(for: [1]) }
                        #expect(error == SigningError(.unavailable, "") && error?.retryAfter != nil)
                    }
                }
            }
            #expect(begin.duration(to: .now) < .seconds(3))
            guard case .unavailable = token.status else {
                Issue.record("the status is \(token.status)")
                return
            }
            faults.heal()
            try await eventually("the token serves again") { token.status == .ready }
            try await expectValidSignature(by: key)
        }
    }

    @Test("a module that hangs at the start fails its callers by their deadline")
    func hangsAtStart() async throws {
        let faults = FaultInjectingCryptoki(SoftwareCryptoki())
        faults.block(.slots)
        var configuration = quickConfiguration
        configuration.waitingTimeout = .milliseconds(100)
        let token = try makeToken(faults, configuration)
        #expect(await signingError { try await token.key(label: "issuing") } == SigningError(.unavailable, ""))
        // It ends in bounded time even while the module holds a thread.
        await token.shutdown()
        faults.heal()
    }

    @Test("generation that fails before or after its effect leaves one key", arguments: [false, true])
    func generation(afterEffect: Bool) async throws {
        try await withFaultyToken { token, faults, _ in
            faults.fail(.generateKeyPair, with: .deviceError, times: 1, afterEffect: afterEffect)
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            try await expectValidSignature(by: key)
            #expect(try await token.key(label: "issuing") == key)
        }
    }

    @Test("a request that the token refuses for itself does not take the token away")
    func refusedRequest() async throws {
        try await withFaultyToken { token, faults, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            faults.fail(.sign, with: .mechanismInvalid, times: 1)
            let error = await signingError { try await key.signature(for: [1]) }
            #expect(error == SigningError(.cryptoki, "") && error?.returnValue == .mechanismInvalid)
            #expect(token.status == .ready)
        }
    }

    @Test(
        "a signature of the wrong length or with r zero is refused",
        arguments: [[], [1], Array(repeating: 0, count: 64)]
    )
    func malformedSignature(bytes: [UInt8]) async throws {
        try await withFaultyToken { token, faults, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            faults.answerSignatures(with: bytes)
            #expect(await signingError { try await key.signature(for: [1]) } == SigningError(.malformedAnswer, ""))
        }
    }

    static let rubbish: [(AttributeType, [UInt8], SigningError.Code)] = [
        (.ecPoint, [], .malformedAnswer),
        (.ecPoint, [0x04, 0x41] + Array(repeating: 0x04, count: 65), .malformedAnswer),
        (.ecPoint, [0x04, 0x20] + Array(repeating: 0x04, count: 32), .malformedAnswer),
        (.ecParameters, [], .unsupportedKey),
        (.ecParameters, [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23], .unsupportedKey),
        (.keyType, [1, 2], .unsupportedKey),
        (.keyType, Attribute(.keyType, 0).value, .malformedAnswer),
        (.label, [0xFF, 0xFE], .malformedAnswer),
    ]

    @Test("a public key that is rubbish is refused", arguments: rubbish)
    func malformedKey(type: AttributeType, bytes: [UInt8], code: SigningError.Code) async throws {
        try await withFaultyToken { token, faults, _ in
            _ = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            faults.answerAttribute(type, with: bytes)
            #expect(await signingError { try await token.key(label: "issuing") } == SigningError(code, ""))
        }
    }

    @Test("a waiting task that is cancelled stops waiting")
    func cancellation() async throws {
        let token = try makeToken(SoftwareCryptoki(isPlugged: false))
        let task = Task { try await token.ready() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await token.shutdown()
    }
}
