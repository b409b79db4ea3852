// A large file written in parts, which appears whole or not at all, and is still there after the loss of power.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file under way beside the one that it will replace.
///
/// Nothing is at the path until ``commit()``; a writer that is let go before leaves nothing behind. After a crash a file
/// of the path, a dot and six characters may remain, which ``removeRemains(of:)`` removes.
public struct AtomicFileWriter: ~Copyable {
    /// How much is gathered before it is written.
    private static let bufferBytes = 65_536

    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// How many octets have been appended.
    public private(set) var count = 0

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - mode: the permissions of the new file.
    public init(replacing path: String, mode: UInt32) throws(FileError) {
        // mkstemp(3): "The last six characters of template must be "XXXXXX" and these are replaced".
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw FileError("create a file beside", path) }
        self.path = path
        self.temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.descriptor = descriptor
        self.buffer.reserveCapacity(Self.bufferBytes)
        // mkstemp can set neither at once. Both fail only for a descriptor that is not open.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fchmod(descriptor, mode)
    }

    deinit {
        close(self.descriptor)
        // After a commit the name is gone already.
        unlink(self.temporary)
    }

    /// Adds octets at the end.
    public mutating func append(_ bytes: borrowing [UInt8]) throws(FileError) {
        self.buffer += bytes
        self.count += bytes.count
        if self.buffer.count >= Self.bufferBytes { try self.flush() }
    }

    /// Makes the content durable and puts it in place.
    public consuming func commit() throws(FileError) {
        try self.flush()
        guard fsync(self.descriptor) == 0 else { throw FileError("sync", self.path) }
        guard rename(self.temporary, self.path) == 0 else { throw FileError("put in place", self.path) }
        try AtomicFile.synchronize(directory: AtomicFile.directory(of: self.path))
    }

    /// Removes what a writer for this path left when its process was killed.
    public static func removeRemains(of path: String) {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob("\(path).??????", 0, nil, &found) == 0 else { return }
        for index in 0..<Int(found.gl_pathc) {
            if let name = found.gl_pathv[index] { unlink(name) }
        }
    }

    private mutating func flush() throws(FileError) {
        var written = 0
        while written < self.buffer.count {
            let count = self.buffer[written...].withUnsafeBytes { write(self.descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError("write", self.path) }
            written += count
        }
        self.buffer.removeAll(keepingCapacity: true)
    }
}
