// What the tests of this module share.

import Crypto
import Foundation
import Logging
import PKIX
import Signing
import TestSupport
import Testing

let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// Runs a body with a token of its own on SoftHSM, and shuts it down.
func withSoftHSMToken<R>(
    _ configuration: TokenConfiguration = TokenConfiguration(),
    _ body: (Token, SoftHSMToken) async throws -> R
) async throws -> R {
    let softHSM = try await SoftHSMFixture.makeToken()
    let token = Token(
        module: softHSM.module,
        uri: softHSM.uri,
        pin: softHSM.pin,
        configuration: configuration,
        clock: ContinuousClock(),
        logger: quiet
    )
    do {
        let result = try await body(token, softHSM)
        await token.shutdown()
        return result
    } catch {
        await token.shutdown()
        throw error
    }
}

/// Polls until a condition holds; the test fails when it does not within ten seconds.
func eventually(_ what: Comment, _ condition: () async -> Bool) async throws {
    for _ in 0..<2_000 {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what)
}

func digest(_ message: [UInt8], for scheme: SignatureScheme) -> [UInt8] {
    scheme == .ecdsaSHA384 ? Array(SHA384.hash(data: message)) : Array(SHA256.hash(data: message))
}

/// Whether `openssl` verifies a signature.
func opensslVerify(_ arguments: [String], key: TokenKey, message: [UInt8], signature: [UInt8]) throws -> Bool {
    try withTemporaryDirectory { directory in
        let files = ["key.pem", "message", "signature"].map { directory.appending(path: $0) }
        let pem =
            "-----BEGIN PUBLIC KEY-----\n\(Data(key.subjectPublicKeyInfo).base64EncodedString())\n-----END PUBLIC KEY-----\n"
        try Data(pem.utf8).write(to: files[0])
        try Data(message).write(to: files[1])
        try Data(signature).write(to: files[2])
        let tail =
            arguments[0] == "dgst"
            ? ["-verify", files[0].path, "-signature", files[2].path, files[1].path]
            : ["-verify", "-pubin", "-inkey", files[0].path, "-sigfile", files[2].path, "-in", files[1].path]
        return try run("openssl", arguments + tail).status == 0
    }
}

func withTemporaryDirectory<R>(_ body: (URL) throws -> R) throws -> R {
    let directory = FileManager.default.temporaryDirectory.appending(path: "signet-signing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory)
}

/// Runs a program that the path finds, and collects what it prints.
func run(
    _ program: String,
    _ arguments: [String],
    environment: [String: String] = [:]
) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
