// Where an agent's key and certificate are, never out of step whenever the program or the machine stops.
//
//     DIR/                        0700 when we make it
//       key.pem          -> current/key.pem
//       certificate.pem  -> current/certificate.pem
//       chain.pem        -> current/chain.pem
//       agent.json       -> current/agent.json
//       current          -> generation-2
//       generation-1/    the one before, for readers that have it open
//       generation-2/    key.pem (0600), certificate.pem, chain.pem, root.pem, agent.json
//       generation-3/    only while a request is under way: key.pem, request.json
//
// A generation is complete before `current` is switched to it, by one rename, and is not changed afterwards. So every
// moment shows one whole generation. A program that reads key and certificate one after the other while a renewal runs
// either resolves `current` once and reads from there, or reads again after the renewal, which it must do anyway.
//
// `request.json` makes a request durable before it leaves: the key it is for, its octets and its idempotency key. An
// interrupted enrolment takes it up again and gets the first certificate, not a second one.

import AtomicFiles
import Foundation
import PKIX

/// The directory of one agent.
public struct AgentDirectory: Hashable, Sendable {
    /// The path.
    public let path: String

    /// Names a directory; nothing is read or made.
    public init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The private key, a link into the generation in force.
    public var keyPath: String { "\(self.path)/key.pem" }
    /// The certificate, a link into the generation in force.
    public var certificatePath: String { "\(self.path)/certificate.pem" }
    /// The issuing CAs, a link into the generation in force.
    public var chainPath: String { "\(self.path)/chain.pem" }

    /// Whether a certificate is installed.
    public var isEnrolled: Bool { SystemFiles.exists("\(self.path)/current") }

    // MARK: Layout

    private static let linked = ["key.pem", "certificate.pem", "chain.pem", "agent.json"]

    /// The number of the generation in force; 0 when there is none.
    func currentGeneration() throws(AgentClientError) -> Int {
        let link = "\(self.path)/current"
        guard SystemFiles.exists(link) else { return 0 }
        guard let target = SystemFiles.target(of: link), let number = Self.generation(named: target) else {
            throw AgentClientError(.unusableDirectory, "\(link) is not a link of ours; move it away")
        }
        return number
    }

    func generationPath(_ number: Int) -> String { "\(self.path)/generation-\(number)" }

    private static func generation(named name: String) -> Int? {
        guard name.hasPrefix("generation-"), let number = Int(name.dropFirst("generation-".count)), number > 0 else {
            return nil
        }
        return number
    }

    // MARK: Steps

    /// Makes the directory, or checks that it can be used.
    func prepare() throws(AgentClientError) {
        if !SystemFiles.exists(self.path) {
            do {
                try AtomicFile.createDirectory(self.path, mode: 0o700)
            } catch {
                throw AgentClientError(.unusableDirectory, "\(error)")
            }
        }
        guard let mode = SystemFiles.directoryMode(self.path) else {
            throw AgentClientError(.unusableDirectory, "\(self.path) is not a directory")
        }
        guard mode & 0o002 == 0 else {
            throw AgentClientError(
                .unusableDirectory,
                "everybody can write to \(self.path); run: chmod o-w \(self.path)"
            )
        }
        for name in Self.linked where SystemFiles.exists("\(self.path)/\(name)") {
            guard SystemFiles.target(of: "\(self.path)/\(name)") == "current/\(name)" else {
                throw AgentClientError(
                    .unusableDirectory,
                    "\(self.path)/\(name) is not of this program; move it away or choose another directory"
                )
            }
        }
    }

    /// Runs the body while no other process does the same in this directory.
    func exclusively<Result>(_ body: () async throws -> Result) async throws -> Result {
        guard let lock = try SystemFiles.lock("\(self.path)/.lock") else {
            throw AgentClientError(
                .unusableDirectory,
                "another signet process is at work in \(self.path); try again later"
            )
        }
        defer { withExtendedLifetime(lock) {} }
        do {
            return try await body()
        } catch let error as FileError {
            throw AgentClientError(.fileFailed, "\(error)")
        }
    }

    /// Puts the links in place and switches to a complete generation.
    func activate(_ number: Int) throws {
        for name in Self.linked where !SystemFiles.exists("\(self.path)/\(name)") {
            try SystemFiles.link("\(self.path)/\(name)", to: "current/\(name)", in: self.path)
        }
        try SystemFiles.link("\(self.path)/current", to: "generation-\(number)", in: self.path)
    }

    /// Removes what the generation in force has made superfluous: its request, and all generations but it and the one before.
    func tidy() throws {
        let current = try self.currentGeneration()
        try SystemFiles.remove("\(self.generationPath(current))/request.json")
        for number in try SystemFiles.names(in: self.path).compactMap(Self.generation) where number < current - 1 {
            try SystemFiles.removeDirectory(self.generationPath(number))
        }
    }
}
