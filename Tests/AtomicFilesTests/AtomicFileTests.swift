import AtomicFiles
import Foundation
import Glibc
import Testing

/// A directory that goes when the last reference does.
private final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appending(path: "signet-files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: self.path).sorted() }
}

/// Runs a body on a thread that has a umask of its own: the process's is shared with every other test.
private func onThread(withUmask umask: UInt32, _ body: @escaping @Sendable () throws -> Void) async -> String? {
    await withCheckedContinuation { continuation in
        Thread {
            typealias Unshare = @convention(c) (Int32) -> Int32
            let cloneFS: Int32 = 0x200
            guard let symbol = dlsym(nil, "unshare"), unsafeBitCast(symbol, to: Unshare.self)(cloneFS) == 0 else {
                return continuation.resume(returning: "unshare(CLONE_FS) failed")
            }
            _ = Glibc.umask(umask)
            do {
                try body()
                continuation.resume(returning: nil)
            } catch {
                continuation.resume(returning: "\(error)")
            }
        }.start()
    }
}

private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
}

@Suite("Files that are written whole or not at all")
struct AtomicFileTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        self.directory = try TemporaryDirectory()
        self.path = "\(self.directory.path)/file"
    }

    @Test("what is written is read, of any size", arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
    func content(_ count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try AtomicFile.write(content, to: self.path, mode: 0o600)
        #expect(try AtomicFile.read(self.path) == content)
        #expect(try self.directory.names() == ["file"])
    }

    @Test(
        "a file has the permissions asked for, whatever the umask and whatever it had before",
        arguments: [0o600, 0o644, 0o400, 0o755]
    )
    func modes(_ asked: Int) throws {
        try AtomicFile.write([1], to: self.path, mode: UInt32(asked))
        #expect(try mode(self.path) == asked)
        try AtomicFile.write([2], to: self.path, mode: 0o640)
        #expect(try mode(self.path) == 0o640)
        try AtomicFile.write([3], to: self.path, mode: UInt32(asked))
        #expect(try mode(self.path) == asked)
    }

    @Test(
        "under a umask that takes everything, and one that takes nothing, the permissions are those asked for",
        arguments: [0o777, 0]
    )
    func umasks(_ umask: UInt32) async throws {
        let (file, directory) = (self.path, "\(self.directory.path)/sub")
        let failure = await onThread(withUmask: umask) {
            try AtomicFile.write([1], to: file, mode: 0o644)
            try AtomicFile.createDirectory(directory, mode: 0o755)
        }
        #expect(failure == nil)
        #expect(try mode(file) == 0o644)
        #expect(try mode(directory) == 0o755)
    }

    @Test("a file is replaced, not written over: who has it open keeps the old content")
    func replaces() throws {
        try AtomicFile.write("old".utf8, to: self.path, mode: 0o600)
        let open = try #require(FileHandle(forReadingAtPath: self.path))
        try AtomicFile.write("new and longer".utf8, to: self.path, mode: 0o600)
        #expect(try open.readToEnd() == Data("old".utf8))
        #expect(try AtomicFile.read(self.path) == Array("new and longer".utf8))
        #expect(try self.directory.names() == ["file"])
    }

    @Test("a link is replaced, and what it pointed to stands")
    func link() throws {
        let target = "\(self.directory.path)/target"
        try AtomicFile.write("target".utf8, to: target, mode: 0o600)
        try FileManager.default.createSymbolicLink(atPath: self.path, withDestinationPath: target)
        try AtomicFile.write("secret".utf8, to: self.path, mode: 0o600)
        #expect(try AtomicFile.read(target) == Array("target".utf8))
        #expect(try AtomicFile.read(self.path) == Array("secret".utf8))
    }

    @Test("a directory that is missing is an error that names the path and the reason")
    func missingDirectory() throws {
        let path = "\(self.directory.path)/none/file"
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path, mode: 0o600) }
        #expect(error?.code == ENOENT)
        #expect(error?.path == path)
        #expect(error?.description == "cannot create a file beside \(path): No such file or directory")
    }

    @Test("a directory that cannot be written to is an error, and the old content stands")
    func readOnly() throws {
        // A directory of the kernel's, where not even root creates files.
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: "/proc/signet-test", mode: 0o600) }
        #expect(error.map { [EACCES, EPERM, ENOENT, EROFS].contains($0.code) } == true)
        try AtomicFile.write("old".utf8, to: self.path, mode: 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: self.directory.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: self.directory.path) }
        if geteuid() != 0 {
            #expect(throws: FileError.self) { try AtomicFile.write("new".utf8, to: self.path, mode: 0o600) }
            #expect(try AtomicFile.read(self.path) == Array("old".utf8))
        }
    }

    @Test("a path that is a directory is an error, and no temporary file is left")
    func isDirectory() throws {
        try AtomicFile.createDirectory(self.path, mode: 0o700)
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: self.path, mode: 0o600) }
        #expect(error?.code == EISDIR)
        #expect(error?.operation == "put in place")
        #expect(try self.directory.names() == ["file"])
    }

    @Test("a name that leaves no room for a temporary file's is an error, and nothing is left")
    func longName() throws {
        let path = "\(self.directory.path)/\(String(repeating: "n", count: 252))"
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path, mode: 0o600) }
        #expect(error?.code == ENAMETOOLONG)
        #expect(try self.directory.names().isEmpty)
    }

    @Test(
        "a file larger than the bound is refused, one of its size is read",
        arguments: [(10, true), (11, false), (200_000, false)]
    )
    func limit(_ count: Int, _ isRead: Bool) throws {
        try AtomicFile.write([UInt8](repeating: 7, count: count), to: self.path, mode: 0o600)
        if isRead {
            #expect(try AtomicFile.read(self.path, limit: 10).count == count)
        } else {
            let error = #expect(throws: FileError.self) { try AtomicFile.read(self.path, limit: 10) }
            #expect(error?.code == EFBIG)
        }
    }

    @Test("a file that does not say how long it is is read to its end")
    func noSize() throws {
        let content = try AtomicFile.read("/proc/sys/kernel/ostype")
        #expect(content == Array("Linux\n".utf8))
    }

    @Test("a file without end is refused at the bound")
    func endless() {
        #expect(throws: FileError.self) { try AtomicFile.read("/dev/zero", limit: 100_000) }
    }

    @Test("what is not there, or is a directory, cannot be read", arguments: ["none", "."])
    func unreadable(_ name: String) {
        let path = "\(self.directory.path)/\(name)"
        let error = #expect(throws: FileError.self) { try AtomicFile.read(path) }
        #expect(error?.code == (name == "." ? EISDIR : ENOENT))
        #expect(error?.path == path)
    }

    @Test("of many writers at once, one whole content remains, and readers see whole contents only")
    func concurrency() async throws {
        let path = self.path
        let contents = (0..<8).map { [UInt8](repeating: UInt8($0), count: 100_000 + $0) }
        try AtomicFile.write(contents[0], to: path, mode: 0o600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for content in contents {
                group.addTask { for _ in 0..<5 { try AtomicFile.write(content, to: path, mode: 0o600) } }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10 {
                        let content = try AtomicFile.read(path)
                        #expect(contents.contains(content))
                    }
                }
            }
            try await group.waitForAll()
        }
        let content = try AtomicFile.read(path)
        #expect(contents.contains(content))
        #expect(try self.directory.names() == ["file"])
    }

    @Test("a relative path is written beside the others of its directory")
    func relative() throws {
        let name = "signet-test-\(UUID().uuidString)"
        defer { unlink(name) }
        try AtomicFile.write("here".utf8, to: name, mode: 0o600)
        #expect(try AtomicFile.read(name) == Array("here".utf8))
    }

    @Test("no descriptor is left open, and none passes to another program")
    func descriptors() throws {
        let open = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let before = try open()
        for _ in 0..<300 {
            try AtomicFile.write([1], to: self.path, mode: 0o600)
            _ = try AtomicFile.read(self.path)
            #expect(throws: FileError.self) { try AtomicFile.write([1], to: self.directory.path, mode: 0o600) }
        }
        // Other tests run beside this one and have files open of their own, but not hundreds.
        #expect(try open() < before + 100)
    }
}

@Suite("Directories")
struct CreateDirectoryTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        self.directory = try TemporaryDirectory()
        self.path = "\(self.directory.path)/sub"
    }

    @Test(
        "a directory is made with the permissions asked for, and one that is there gets them",
        arguments: [0o700, 0o755]
    )
    func make(_ asked: Int) throws {
        try AtomicFile.createDirectory(self.path, mode: UInt32(asked))
        #expect(try mode(self.path) == asked)
        try AtomicFile.write([1], to: "\(self.path)/file", mode: 0o600)
        try AtomicFile.createDirectory(self.path, mode: 0o711)
        // Narrowed to what both admit, never widened.
        #expect(try mode(self.path) == asked & 0o711)
        #expect(try AtomicFile.read("\(self.path)/file") == [1])
    }

    @Test("a directory that others can write to is not taken", arguments: [0o777, 0o775, 0o1777])
    func foreignDirectory(_ permissions: Int) throws {
        try AtomicFile.createDirectory(self.path, mode: 0o755)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: self.path)
        let error = #expect(throws: FileError.self) { try AtomicFile.createDirectory(self.path, mode: 0o755) }
        #expect(error?.code == EPERM)
        #expect(try mode(self.path) & 0o777 == permissions & 0o777)
    }

    @Test("a file in parts is there whole after the commit, and not at all without it")
    func parts() throws {
        let part = [UInt8](repeating: 7, count: 70_000)
        var writer = try AtomicFileWriter(replacing: self.path, mode: 0o644)
        for _ in 0..<3 { try writer.append(part) }
        try writer.append([1, 2])
        #expect(writer.count == 210_002)
        #expect(!AtomicFile.exists(self.path))
        try writer.append([3])
        try writer.commit()
        #expect(try AtomicFile.read(self.path).suffix(3) == [1, 2, 3])
        #expect(try mode(self.path) == 0o644)
        do {
            var abandoned = try AtomicFileWriter(replacing: self.path, mode: 0o644)
            try abandoned.append([9])
        }
        #expect(try AtomicFile.read(self.path).count == 210_003)
        #expect(try self.directory.names() == ["sub"])
    }

    @Test("what a killed writer left is removed, and nothing else")
    func remains() throws {
        for name in ["file", "file.a1B2c3", "file.toolong7", "other.a1B2c3"] {
            try AtomicFile.write([1], to: "\(self.directory.path)/\(name)", mode: 0o600)
        }
        AtomicFileWriter.removeRemains(of: "\(self.directory.path)/file")
        #expect(try self.directory.names() == ["file", "file.toolong7", "other.a1B2c3"])
    }

    @Test("a file in its place is an error, and stands")
    func file() throws {
        try AtomicFile.write([1], to: self.path, mode: 0o644)
        let error = #expect(throws: FileError.self) { try AtomicFile.createDirectory(self.path, mode: 0o700) }
        #expect(error?.code == ENOTDIR)
        #expect(try mode(self.path) == 0o644)
    }

    @Test("a parent that is missing is an error")
    func parent() {
        let error = #expect(throws: FileError.self) { try AtomicFile.createDirectory("\(self.path)/a", mode: 0o700) }
        #expect(error?.code == ENOENT)
    }

    @Test("existence is that of files and directories")
    func exists() throws {
        #expect(!AtomicFile.exists(self.path))
        try AtomicFile.createDirectory(self.path, mode: 0o700)
        #expect(AtomicFile.exists(self.path))
        #expect(!AtomicFile.exists("\(self.path)/file"))
        try AtomicFile.write([1], to: "\(self.path)/file", mode: 0o600)
        #expect(AtomicFile.exists("\(self.path)/file"))
    }
}
