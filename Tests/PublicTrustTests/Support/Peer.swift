// openssl, run as a process in a folder of its own.

import Foundation
import Testing

/// A folder that is removed with its last reference.
final class PeerFolder: Sendable {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appending(path: "signet-trust-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: self.url) }

    @discardableResult
    func write(_ contents: some Sequence<UInt8>, to name: String) throws -> String {
        let file = self.url.appending(path: name)
        try Data(contents).write(to: file)
        return file.path
    }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: self.url.appending(path: name))) }

    /// Runs a program here; output goes through a file, so that no pipe can fill up.
    func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
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
        return (process.terminationStatus, String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }

    /// Runs openssl, which must succeed.
    func openssl(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        let (status, output) = try self.run(["openssl"] + arguments)
        #expect(status == 0, "openssl \(arguments): \(output)", sourceLocation: sourceLocation)
    }
}
