import CertificateAuthority
import Foundation
import Persistence
import Testing

@Suite("The lock of a state directory")
struct StateDirectoryLockTests {
    @Test("A second holder is refused, with the file and the first one's process")
    func held() async throws {
        try await withTemporaryDirectory { directory in
            let lock = try StateDirectoryLock(directory: directory)
            let error = #expect(throws: AuthorityError.self) { try StateDirectoryLock(directory: directory) }
            #expect(error == AuthorityError(.storeFailed, ""))
            #expect(error?.reason.contains("\(directory)/lock is held by process \(getpid())") == true)
            withExtendedLifetime(lock) {}
        }
    }

    @Test("A lock that was released can be taken again, also where its file remained")
    func released() async throws {
        try await withTemporaryDirectory { directory in
            for _ in 0..<3 { _ = try StateDirectoryLock(directory: directory) }
            #expect(FileManager.default.fileExists(atPath: directory + "/lock"))
        }
    }

    @Test("A directory that is missing is named")
    func missing() async throws {
        try await withTemporaryDirectory { directory in
            let error = #expect(throws: AuthorityError.self) { try StateDirectoryLock(directory: directory + "/none") }
            #expect(error?.reason.contains("\(directory)/none/lock") == true)
        }
    }
}
