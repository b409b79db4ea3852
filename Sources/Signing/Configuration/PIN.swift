// A PIN in memory: never printed, wiped when the last copy goes.

import Glibc

/// A token's PIN.
///
/// Its description and its mirror show nothing of it.
public struct PIN: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let storage: Storage

    /// Keeps a PIN of 1 to ``Budget/pinBytes`` octets.
    ///
    /// - Throws: ``SigningError/Code/invalidPINSource`` when it is empty, too long, or holds a control character.
    public init(_ bytes: some Collection<UInt8>) throws(SigningError) {
        guard !bytes.isEmpty else { throw SigningError(.invalidPINSource, "the PIN is empty") }
        guard bytes.count <= Budget.pinBytes else {
            throw SigningError(.invalidPINSource, "the PIN is longer than \(Budget.pinBytes) octets")
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw SigningError(.invalidPINSource, "the PIN holds a control character or several lines")
        }
        self.storage = Storage(bytes)
    }

    /// Keeps a PIN given as text; as ``init(_:)``.
    public init(_ text: String) throws(SigningError) {
        try self.init(Array(text.utf8))
    }

    /// A fixed text.
    public var description: String { "PIN(hidden)" }
    /// A fixed text.
    public var debugDescription: String { self.description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Lends the octets; they must not be kept.
    public func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        body(UnsafeBufferPointer(self.storage.bytes))
    }

    // Unchecked is safe: the pointer and what it points to are written in `init` and `deinit` only, which nobody can race.
    private final class Storage: @unchecked Sendable {
        let bytes: UnsafeMutableBufferPointer<UInt8>

        init(_ bytes: some Collection<UInt8>) {
            self.bytes = .allocate(capacity: bytes.count)
            _ = self.bytes.initialize(from: bytes)
        }

        deinit {
            if let start = self.bytes.baseAddress { explicit_bzero(start, self.bytes.count) }
            self.bytes.deallocate()
        }
    }
}
