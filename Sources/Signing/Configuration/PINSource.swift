// Where a PIN comes from: a file that only its owner reads, or a variable of the environment
// (the pin-source of RFC 7512 §2.4). Never the configuration itself, never an argument.

import Glibc

/// Where a PIN comes from.
public enum PINSource: Hashable, Sendable, CustomStringConvertible {
    /// A regular file of mode 0600 or stricter that belongs to us or to root.
    case file(path: String)
    /// A variable of the environment.
    case environment(name: String)

    /// Reads a `pin-source`: `file:/path`, `file:///path`, an absolute path, or `env:NAME`.
    ///
    /// - Throws: ``SigningError/Code/invalidPINSource`` for anything else.
    public init(_ text: String) throws(SigningError) {
        if let name = text.dropping(prefix: "env:") {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameCharacter) else {
                throw SigningError(.invalidPINSource, "pin-source env: must name a variable (letters, digits, _)")
            }
            self = .environment(name: name)
            return
        }
        let path = text.dropping(prefix: "file://") ?? text.dropping(prefix: "file:") ?? text
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw SigningError(
                .invalidPINSource,
                "pin-source must be file: with an absolute path, or env: with the name of a variable"
            )
        }
        self = .file(path: path)
    }

    /// The `pin-source` that ``init(_:)`` reads back.
    public var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .environment(let name): "env:\(name)"
        }
    }

    /// Reads the PIN, blocking while it reads a file.
    ///
    /// - Parameter environment: Looks a variable up.
    /// - Throws: ``SigningError/Code/invalidPINSource`` with what to do.
    public func read(environment: (String) -> String?) throws(SigningError) -> PIN {
        switch self {
        case .environment(let name):
            guard let value = environment(name) else {
                throw SigningError(.invalidPINSource, "the environment has no \(name), which should hold the PIN")
            }
            return try self.pin(Array(value.utf8))
        case .file(let path):
            return try self.pin(try Self.readSecret(path: path))
        }
    }

    private func pin(_ bytes: [UInt8]) throws(SigningError) -> PIN {
        do {
            return try PIN(bytes)
        } catch {
            throw SigningError(.invalidPINSource, "\(self): \(error.reason)")
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    /// Reads a small file after checking, on the open descriptor, that only its owner can.
    private static func readSecret(path: String) throws(SigningError) -> [UInt8] {
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw SigningError(.invalidPINSource, "cannot open the PIN file \(path): \(Self.lastError)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SigningError(.invalidPINSource, "the PIN file \(path) is not a regular file")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SigningError(
                .invalidPINSource,
                "the PIN file \(path) belongs to user \(status.st_uid): run chown \(geteuid()) '\(path)'"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o7777, radix: 8)
            throw SigningError(
                .invalidPINSource,
                "the PIN file \(path) is open to others (mode \(mode)): run chmod 600 '\(path)'"
            )
        }
        // One octet more than the longest PIN with its line end tells a longer file.
        var bytes = [UInt8](repeating: 0, count: Budget.pinBytes + 3)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            throw SigningError(.invalidPINSource, "cannot read the PIN file \(path): \(Self.lastError)")
        }
        bytes.removeSubrange(count...)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }
}

extension String {
    func dropping(prefix: String) -> String? {
        self.hasPrefix(prefix) ? String(self.dropFirst(prefix.count)) : nil
    }
}
