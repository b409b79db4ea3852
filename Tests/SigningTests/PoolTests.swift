// The pool under load, on SoftHSM and on a token in memory.

import Crypto
import Foundation
import Metrics
import MetricsTestKit
import PKIX
import Signing
import SwiftASN1
import TestSupport
import Testing
import X509

@Suite("The session pool")
struct PoolTests {
    @Test("500 signatures from 50 tasks over 2 sessions are all valid")
    func concurrency() async throws {
        try await withSoftHSMToken { token, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            let publicKey = try #require(P256.Signing.PublicKey(key.publicKey))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for task in 0..<50 {
                    group.addTask {
                        var valid = 0
                        for round in 0..<10 {
                            let message = Array("\(task)/\(round)".utf8)
                            let der = try await key.signature(for: message, scheme: .ecdsaSHA256)
                            let signature = try P256.Signing.ECDSASignature(derRepresentation: der)
                            if publicKey.isValidSignature(signature, for: message) { valid += 1 }
                        }
                        return valid
                    }
                }
                var valid = 0
                for try await count in group { valid += count }
                #expect(valid == 500)
            }
        }
    }

    @Test("calls are served in the order in which they came")
    func fairness() async throws {
        let metrics = TestMetrics()
        let faults = FaultInjectingCryptoki(SoftwareCryptoki())
        var configuration = TokenConfiguration()
        configuration.sessions = 1
        let token = try makeToken(faults, configuration, metrics: metrics)
        // Ed25519 gives the token the message itself.
        let key = try await token.generateKeyPair(.ed25519, label: "log", id: [1])
        let depth = try metrics.expectGauge("signet_signing_queue_depth", [("token", "software")])
        faults.block(.sign)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask { _ = try await key.signature(for: [UInt8(index)]) }
                try await eventually("call \(index) is with the token or queued") {
                    index == 0 ? faults.calls(.sign) == 1 : depth.lastValue == Double(index)
                }
            }
            faults.heal()
            try await group.waitForAll()
        }
        #expect(faults.signed == (0..<20).map { [UInt8($0)] })
        await token.shutdown()
    }

    @Test("a call beyond the bound of the queue is refused at once, with the time to ask again")
    func overload() async throws {
        var configuration = TokenConfiguration()
        configuration.sessions = 1
        configuration.queueBound = 3
        try await withFaultyToken(configuration) { token, faults, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            faults.block(.sign)
            async let first = key.signature(for: [0])
            try await eventually("the first call is with the token") { faults.calls(.sign) == 1 }
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 1..<10 {
                    group.addTask {
                        do {
                            _ = try await key.signature(for: [UInt8(index)])
                            return true
                        } catch let error as SigningError {
                            #expect(error == SigningError(.overloaded, ""))
                            #expect(error.retryAfter != nil)
                            return false
                        }
                    }
                }
                // Three wait, six are refused.
                var outcomes: [Bool] = []
                while outcomes.count < 6, let outcome = try await group.next() { outcomes.append(outcome) }
                #expect(outcomes.allSatisfy { !$0 })
                faults.heal()
                for try await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            #expect(outcomes.count(where: \.self) == 3)
            #expect(try await !first.isEmpty)
        }
    }

    @Test("shutting down finishes what was taken, refuses what comes later, and closes every session")
    func shutdown() async throws {
        let software = SoftwareCryptoki()
        let faults = FaultInjectingCryptoki(software)
        let token = try makeToken(faults)
        let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
        faults.block(.sign)
        let before = faults.calls(.sign)
        async let pending = key.signature(for: [1])
        try await eventually("the call reaches the token") { faults.calls(.sign) > before }
        async let ended: Void = token.shutdown()
        try await eventually("the token refuses") { token.status == .shutDown }
        await #expect(throws: SigningError(.shutDown, "")) { try await key.signature(for: [2]) }
        faults.heal()
        #expect(try await !pending.isEmpty)
        await ended
        #expect(software.openSessions == 0)
        #expect(software.usage.count == 0)
        await token.shutdown()
        await #expect(throws: SigningError(.shutDown, "")) { try await token.ready() }
    }

    @Test("swift-certificates signs with the key, asynchronously anywhere")
    func customPrivateKey() async throws {
        try await withFaultyToken { token, _, _ in
            let key = try await token.generateKeyPair(.p384, label: "root", id: [1])
            let name = try DistinguishedName { CommonName("root") }
            let privateKey = Certificate.PrivateKey(key)
            let certificate = try await Token.blocking {
                try Certificate(
                    version: .v3,
                    serialNumber: Certificate.SerialNumber(),
                    publicKey: privateKey.publicKey,
                    notValidBefore: Date(timeIntervalSince1970: 0),
                    notValidAfter: Date(timeIntervalSince1970: 4e9),
                    issuer: name,
                    subject: name,
                    signatureAlgorithm: .ecdsaWithSHA384,
                    extensions: Certificate.Extensions(),
                    issuerPrivateKey: privateKey
                )
            }
            #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
            let message: [UInt8] = [1, 2, 3]
            let signature = try await privateKey.signAsynchronously(
                bytes: message,
                signatureAlgorithm: .ecdsaWithSHA384
            )
            #expect(
                key.publicKey.isValidSignature(
                    signature.rawRepresentation,
                    for: message,
                    signatureAlgorithm: .ecdsaWithSHA384
                )
            )
            await #expect(throws: SigningError(.unsupportedScheme, "")) {
                try await privateKey.signAsynchronously(bytes: message, signatureAlgorithm: .ed25519)
            }
        }
    }

    @Test("a synchronous signature outside of Token.blocking, and an export, are refused")
    func refusedUses() async throws {
        try await withFaultyToken { token, _, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            #expect(throws: SigningError(.wouldBlock, "")) {
                try key.signSynchronously(bytes: [1], signatureAlgorithm: .ecdsaWithSHA256)
            }
            #expect(throws: SigningError(.notExportable, "")) { try key.serializeAsPEM() }
            #expect(throws: SigningError(.notExportable, "")) { try Certificate.PrivateKey(key).serializeAsPEM() }
        }
    }

    @Test("a key that can leave, cannot sign, or is another than the certificate's, is refused")
    func requireUsable() async throws {
        try await withFaultyToken { token, faults, _ in
            let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
            let other = try await token.generateKeyPair(.p256, label: "other", id: [2])
            try key.requireUsable(for: key.publicKey)
            #expect(throws: SigningError(.keyMismatch, "")) { try key.requireUsable(for: other.publicKey) }
            let lies: [(AttributeType, UInt8)] = [(.extractable, 1), (.sensitive, 0), (.sign, 0)]
            for (type, value) in lies {
                faults.answerAttribute(type, with: [value])
                let unsafe = try await token.key(label: "issuing")
                #expect(throws: SigningError(.keyNotProtected, "")) { try unsafe.requireUsable(for: key.publicKey) }
                faults.heal()
            }
        }
    }

    @Test("two keys with one label are told apart by id, and refused without")
    func ambiguity() async throws {
        let software = SoftwareCryptoki()
        let token = try makeToken(software)
        _ = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
        try addTwin(to: software)
        await #expect(throws: SigningError(.keyAmbiguous, "")) { try await token.key(label: "issuing") }
        #expect(try await token.key(label: "issuing", id: [2]).id == [2])
        await token.shutdown()
    }

    @Test("durations by type and outcome, sessions and recoveries are measured")
    func measured() async throws {
        let metrics = TestMetrics()
        let software = SoftwareCryptoki()
        let faults = FaultInjectingCryptoki(software)
        let token = try makeToken(faults, metrics: metrics)
        let key = try await token.generateKeyPair(.p256, label: "issuing", id: [1])
        _ = try await key.signature(for: [1])
        faults.fail(.sign, with: .sessionClosed, times: 1)
        _ = try await key.signature(for: [2])
        faults.fail(.sign, with: .mechanismInvalid, times: 1)
        await #expect(throws: SigningError(.cryptoki, "")) { try await key.signature(for: [3]) }
        let label = "signet_signing_duration_seconds"
        #expect(try metrics.expectTimer(label, [("key_type", "P-256"), ("outcome", "success")]).values.count == 2)
        #expect(try metrics.expectTimer(label, [("key_type", "P-256"), ("outcome", "failure")]).values.count == 1)
        let cause = [("token", "software"), ("cause", "CKR_SESSION_CLOSED")]
        #expect(try metrics.expectCounter("signet_signing_recoveries_total", cause).totalValue == 1)
        #expect(try metrics.expectGauge("signet_signing_queue_depth", [("token", "software")]).lastValue != nil)
        await token.shutdown()
        #expect(try metrics.expectGauge("signet_signing_sessions", [("token", "software")]).lastValue == 0)
    }

    /// Makes a second pair with the same label behind the token's back.
    private func addTwin(to software: SoftwareCryptoki) throws {
        let session = try software.openSession(slot: SlotID(rawValue: 7), readWrite: true)
        let names = [Attribute(.token, true), Attribute(.label, "issuing"), Attribute(.id, [2])]
        let parameters: [UInt8] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        _ = try software.generateKeyPair(
            session: session,
            mechanism: .ecKeyPairGeneration,
            publicTemplate: names + [Attribute(.ecParameters, parameters)],
            privateTemplate: names
        )
    }
}
