// Files that are written whole or not at all, and are still there after the loss of power.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writing and reading of small files.
public enum AtomicFile {
    /// Replaces a file's content: a temporary file beside it is written, synced and renamed over it, the directory synced.
    ///
    /// Whoever reads the path at any moment, also after a crash, finds the old content or the new, never a part.
    ///
    /// - Parameters:
    ///   - mode: the permissions of the new file, for instance `0o600` for a secret.
    /// - Throws: ``FileError``; the old content stands.
    public static func write(_ content: some Sequence<UInt8>, to path: String, mode: UInt32) throws(FileError) {
        // mkstemp(3): "The last six characters of template must be "XXXXXX" and these are replaced".
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw FileError("create a file beside", path) }
        defer { close(descriptor) }
        let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        do throws(FileError) {
            try self.fill(descriptor, with: Array(content), path: path, mode: mode)
            guard rename(temporary, path) == 0 else { throw FileError("put in place", path) }
            try self.synchronize(directory: self.directory(of: path))
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - limit: the most octets that the file may have.
    /// - Throws: ``FileError``, also for a larger file.
    public static func read(_ path: String, limit: Int = 16_777_216) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("read", path) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileError("read", path) }
        // One octet more than the file has shows its end; what has no size, or grows meanwhile, is read on.
        var content = try self.readPart(descriptor, min(max(Int(information.st_size), 0), limit) + 1, path)
        while !content.isEmpty {
            guard content.count <= limit else { throw FileError("read", path, code: EFBIG) }
            let part = try self.readPart(descriptor, 4_096, path)
            if part.isEmpty { break }
            content += part
        }
        return content
    }

    private static func readPart(_ descriptor: Int32, _ room: Int, _ path: String) throws(FileError) -> [UInt8] {
        while true {
            var count = 0
            let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
                count = Glibc.read(descriptor, buffer.baseAddress, room)
                initialized = max(count, 0)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError("read", path) }
            return part
        }
    }

    /// Whether something exists at a path.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Creates a directory with these permissions, or takes one that is there.
    ///
    /// One that is there must be our own and closed to writing by others; its permissions are narrowed to the mode and
    /// never widened.
    ///
    /// - Throws: ``FileError``, also when something else stands there.
    public static func createDirectory(_ path: String, mode: UInt32) throws(FileError) {
        let isNew = mkdir(path, mode) == 0
        guard isNew || errno == EEXIST else { throw FileError("create directory", path) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("create directory", path) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileError("create directory", path) }
        guard information.st_uid == geteuid(), isNew || information.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw FileError("use, because others own it or can write to it, the directory", path, code: EPERM)
        }
        // The creation mask may have taken from a new one.
        let permissions = isNew ? mode : information.st_mode & mode
        guard fchmod(descriptor, permissions) == 0 else { throw FileError("set the permissions of", path) }
        try self.synchronize(directory: self.directory(of: path))
    }

    private static func fill(
        _ descriptor: Int32,
        with content: [UInt8],
        path: String,
        mode: UInt32
    ) throws(FileError) {
        // mkstemp cannot set this at once; a program that is started later must not inherit a secret being written.
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw FileError("protect", path) }
        guard fchmod(descriptor, mode) == 0 else { throw FileError("set the permissions of", path) }
        var written = 0
        while written < content.count {
            let count = content[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError("write", path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw FileError("sync", path) }
    }

    static func synchronize(directory path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open directory", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("sync directory", path) }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// A file operation that failed.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted, as a verb.
    public let operation: String
    /// On what.
    public let path: String
    /// The system's error number.
    public let code: Int32

    init(_ operation: String, _ path: String, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// `cannot write /path: No space left on device`.
    public var description: String { "cannot \(self.operation) \(self.path): \(String(cString: strerror(self.code)))" }
}
