// One daemon a state directory: two would renew the same certificates and finish each other's issuances.

public import CertificateAuthority
import Foundation

/// The right to serve a state directory, held until the value is released or its process ends.
///
/// An advisory lock (`flock`) on the file `lock` in the directory, so that it never outlives its holder, not even after
/// `kill -9`. Short writes of the command line do not take it: the database orders those.
public final class StateDirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or throws at once.
    ///
    /// - Throws: ``AuthorityError`` with `.storeFailed`, naming the file and, where it is held, the holder's process.
    public init(directory: String) throws(AuthorityError) {
        let path = directory + "/lock"
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else {
            throw AuthorityError(.storeFailed, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            let advice = "another signet serves this directory; stop it, or use another directory"
            throw AuthorityError(.storeFailed, "\(path) is held by \(holder): \(advice)")
        }
        self.descriptor = descriptor
        Self.write(getpid(), to: descriptor)
    }

    deinit {
        close(self.descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(count, 0)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }

    /// Only for the error of whoever comes second: the lock is the kernel's and does not depend on it.
    private static func write(_ process: Int32, to descriptor: Int32) {
        let text = Array("\(process)\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
