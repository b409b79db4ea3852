// Loading modules, making tokens, and starting a module anew. What changes the process's one SoftHSM runs in a
// process of its own.

import Foundation
import PKIX
import Signing
import TestSupport
import Testing

@Suite("Modules")
struct ModuleTests {
    @Test(
        "a path that is no module is refused with the path and the reason",
        arguments: ["libsofthsm2.so", "/nowhere/p11.so", "/etc/hostname", "/lib/x86_64-linux-gnu/libm.so.6"]
    )
    func notAModule(path: String) {
        let error = #expect(throws: SigningError.self) { try CryptokiModule(path: path) }
        #expect(error == SigningError(.moduleNotLoaded, ""))
        #expect(error?.reason.contains(path) == true)
    }

    @Test("a second instance of a module in use is refused")
    func secondInstance() throws {
        _ = try SoftHSMFixture.module()
        #expect(throws: SigningError(.moduleNotLoaded, "")) { try CryptokiModule(path: SoftHSMFixture.libraryPath) }
    }

    @Test("a token is made once, and one left without a PIN is finished")
    func initialization() async throws {
        let softHSM = try await SoftHSMFixture.makeToken("once")
        let pin = try PIN("1234")
        await #expect(throws: SigningError(.tokenExists, "")) {
            try await Token.initialize(module: softHSM.module, label: softHSM.label, soPIN: pin, userPIN: pin)
        }
        let label = "half-\(UUID().uuidString.prefix(8))"
        let faults = FaultInjectingCryptoki(softHSM.module)
        faults.fail(.initializePIN, with: .deviceError, times: 1)
        await #expect(throws: SigningError(.cryptoki, "")) {
            try await Token.initialize(module: faults, label: label, soPIN: pin, userPIN: pin)
        }
        let uri = try await Token.initialize(module: faults, label: label, soPIN: pin, userPIN: pin)
        #expect(faults.calls(.initializeToken) == 1)
        #expect(try await Token.labels(module: softHSM.module).contains(label))
        let token = Token(module: faults, uri: uri, pin: pin, clock: ContinuousClock(), logger: quiet)
        try await token.ready()
        await token.shutdown()
    }

    @Test(
        "labels that Cryptoki cannot hold are refused",
        arguments: ["", "ends in a blank ", String(repeating: "a", count: 33)]
    )
    func labels(label: String) async throws {
        let module = try SoftHSMFixture.module()
        let pin = try PIN("1234")
        await #expect(throws: SigningError(.cryptoki, "")) {
            try await Token.initialize(module: module, label: label, soPIN: pin, userPIN: pin)
        }
    }

    @Test("SoftHSM counts one attempt for a wrong PIN")
    func wrongPIN() async throws {
        let softHSM = try await SoftHSMFixture.makeToken("wrong")
        let faults = FaultInjectingCryptoki(softHSM.module)
        let token = Token(
            module: faults,
            uri: softHSM.uri,
            pin: try PIN("0000-wrong"),
            clock: ContinuousClock(),
            logger: quiet
        )
        await #expect(throws: SigningError(.pinRefused, "")) { try await token.ready() }
        #expect(faults.calls(.login) == 1)
        await token.shutdown()
    }

    @Test("one process can close SoftHSM and open it with other directories")
    func reopening() async {
        await #expect(processExitsWith: .success) {
            try await withTwoDirectories { first, second in
                let pin = try PIN("1234")
                for (directory, label) in [(first, "root"), (second, "issuing")] {
                    setenv("SOFTHSM2_CONF", directory.path, 1)
                    let module = try CryptokiModule(path: SoftHSMFixture.libraryPath)
                    let uri = try await Token.initialize(module: module, label: label, soPIN: pin, userPIN: pin)
                    let token = Token(module: module, uri: uri, pin: pin, clock: ContinuousClock(), logger: quiet)
                    _ = try await token.generateKeyPair(.p256, label: label, id: [1])
                    await token.shutdown()
                    try module.close()
                }
                setenv("SOFTHSM2_CONF", first.path, 1)
                let module = try CryptokiModule(path: SoftHSMFixture.libraryPath)
                #expect(try await Token.labels(module: module) == ["root"])
                let uri = try PKCS11URI("pkcs11:token=root")
                let token = Token(module: module, uri: uri, pin: pin, clock: ContinuousClock(), logger: quiet)
                try await expectValidSignature(by: token.key(label: "root"))
                await token.shutdown()
                try module.close()
            }
        }
    }

    @Test("a token that another process makes in SoftHSM appears without a restart")
    func appearing() async {
        await #expect(processExitsWith: .success) {
            try await withTwoDirectories { configuration, _ in
                setenv("SOFTHSM2_CONF", configuration.path, 1)
                let module = try CryptokiModule(path: SoftHSMFixture.libraryPath)
                let token = Token(
                    module: module,
                    uri: try PKCS11URI("pkcs11:token=late"),
                    pin: try PIN("1234"),
                    configuration: quickConfiguration,
                    clock: ContinuousClock(),
                    logger: quiet
                )
                try await eventually("the token is away") {
                    if case .unavailable = token.status { true } else { false }
                }
                let arguments = ["--init-token", "--free", "--label", "late", "--so-pin", "1234", "--pin", "1234"]
                #expect(try run("softhsm2-util", arguments).status == 0)
                try await token.ready()
                try await expectValidSignature(by: token.generateKeyPair(.p256, label: "issuing", id: [1]))
                await token.shutdown()
                try module.close()
            }
        }
    }
}

/// Runs a body with two configurations of SoftHSM, each with a directory of its own.
func withTwoDirectories(_ body: (URL, URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "signet-reopen-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let first = try SoftHSMFixture.writeConfiguration(in: directory.appending(path: "first"))
    let second = try SoftHSMFixture.writeConfiguration(in: directory.appending(path: "second"))
    try await body(first, second)
}
