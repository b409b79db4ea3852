// Other people's code: Python, and what is installed for it.

import Foundation

/// Runs Python 3.
enum Python {
    /// The interpreter, if it has modules.
    static func having(_ modules: String) -> String? {
        let said = try? self.runBlocking("import \(modules); print(1)", ["--"], interpreter: "python3")
        return said == "1\n" ? "python3" : nil
    }

    static let cryptography = having("cryptography")
    static let cbor = having(
        // pycose 1.1 does not understand what cbor2 gives from its version 6 on.
        "cbor2, pycose, cryptography; assert isinstance(cbor2.loads(bytes([160])), dict)"
    )
    static let scitt = having("scitt_cose, cryptography")
    static let tlog = having("aics_tlog, cryptography; assert int(cryptography.__version__.split('.')[0]) >= 40")

    /// Runs a script with arguments on a thread of its own.
    static func run(_ script: String, _ arguments: [String], interpreter: String?) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try Self.runBlocking(script, arguments, interpreter: interpreter ?? "python3") }
                )
            }
        }
    }

    private static func runBlocking(_ script: String, _ arguments: [String], interpreter: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [interpreter, "-c", script] + arguments
        let (stdout, stderr) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = stdout
        process.standardError = stderr
        try process.run()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        let errors = try stderr.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: process.terminationStatus == 0 ? output : output + errors, as: UTF8.self)
    }
}
