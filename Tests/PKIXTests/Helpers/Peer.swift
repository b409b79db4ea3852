// Other implementations, run as processes: openssl, certtool of GnuTLS, Python's cryptography.

import Foundation
import Testing

/// A folder that is removed with its last reference.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "signet-pkix-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: self.url)
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ contents: some Sequence<UInt8>, to name: String) throws -> String {
        let file = self.url.appending(path: name)
        try Data(contents).write(to: file)
        return file.path
    }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: self.url.appending(path: name)))
    }

    /// Runs a program in this folder and returns what it printed.
    ///
    /// Output goes through a file: no pipe can fill up.
    @discardableResult
    func run(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let output = self.url.appending(path: "output-\(UUID().uuidString)")
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = self.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(arguments): \(text)", sourceLocation: sourceLocation)
        return text
    }
}
