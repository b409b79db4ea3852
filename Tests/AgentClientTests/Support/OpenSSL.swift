// The openssl command as a second opinion.

import Foundation

enum OpenSSL {
    /// Runs `openssl` and gives what it printed; throws when it fails.
    static func run(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw TestFailure("openssl \(arguments): \(text)") }
        return text
    }
}

/// The permissions of a file.
func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    )
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
}
