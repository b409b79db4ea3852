// Other programs, and files for them.

import CertificateAuthority
import Foundation

/// A directory that goes when the last reference does.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appending(path: "signet-ca-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        let path = "\(self.path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Writes certificates as PEM and returns the path.
    func write(_ certificates: [[UInt8]], to name: String) throws -> String {
        try self.write(PEM.text(certificates: certificates), to: name)
    }
}

/// What a program said.
struct ToolResult {
    let status: Int32
    let output: String
    let errors: String
}

/// Runs a program that is found on the path; its output goes through files, so that it never waits for us.
func run(_ arguments: [String], in directory: TemporaryDirectory, input: String? = nil) throws -> ToolResult {
    let name = UUID().uuidString
    let (output, errors) = ("\(directory.path)/\(name).out", "\(directory.path)/\(name).err")
    for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput =
        try input.map { text in
            try FileHandle(forReadingFrom: URL(fileURLWithPath: directory.write(text, to: "\(name).in")))
        } ?? FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return ToolResult(
        status: process.terminationStatus,
        output: try String(contentsOfFile: output, encoding: .utf8),
        errors: try String(contentsOfFile: errors, encoding: .utf8)
    )
}
