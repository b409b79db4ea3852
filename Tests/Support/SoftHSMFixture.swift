// SoftHSM for tests: one directory of tokens for the whole test process, because PKCS#11 state and SOFTHSM2_CONF
// belong to the process; every test makes a token of its own in it.

public import Foundation
public import Signing
import Synchronization

/// A token of SoftHSM that one test made for itself.
public struct SoftHSMToken: Sendable {
    public let module: CryptokiModule
    /// Names the token by label and serial number.
    public let uri: PKCS11URI
    public let label: String
    public let pin: PIN
    /// The PIN's text, for other programs.
    public let pinText: String
}

/// The SoftHSM of this test process.
public enum SoftHSMFixture {
    /// Where Debian's softhsm2 has the library.
    public static let libraryPath = "/usr/lib/softhsm/libsofthsm2.so"
    public static let pinText = "5678-user"
    public static let soPINText = "1234-officer"

    /// The module, initialised once; do not close it.
    public static func module() throws -> CryptokiModule { try self.shared.get().module }

    /// The configuration file, for other programs (`SOFTHSM2_CONF`).
    public static func configuration() throws -> URL { try self.shared.get().configuration }

    /// Makes a token with a label of its own.
    public static func makeToken(_ prefix: String = "test") async throws -> SoftHSMToken {
        let module = try self.module()
        let label = "\(prefix)-\(UUID().uuidString.prefix(13))"
        let pin = try PIN(self.pinText)
        let uri = try await Token.initialize(module: module, label: label, soPIN: try PIN(self.soPINText), userPIN: pin)
        return SoftHSMToken(module: module, uri: uri, label: label, pin: pin, pinText: self.pinText)
    }

    /// Writes a configuration that keeps its tokens in a directory.
    public static func writeConfiguration(in directory: URL) throws -> URL {
        let tokens = directory.appending(path: "tokens")
        try FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
        let configuration = directory.appending(path: "softhsm2.conf")
        let text = """
            directories.tokendir = \(tokens.path)
            objectstore.backend = file
            log.level = ERROR

            """
        try Data(text.utf8).write(to: configuration)
        return configuration
    }

    private struct Instance {
        let module: CryptokiModule
        let configuration: URL
    }

    private static let shared = Result<Instance, any Error>(catching: {
        let directory = FileManager.default.temporaryDirectory.appending(path: "signet-softhsm-\(UUID().uuidString)")
        SoftHSMFixture.directories.withLock { $0.append(directory) }
        atexit { SoftHSMFixture.removeDirectories() }
        let configuration = try SoftHSMFixture.writeConfiguration(in: directory)
        setenv("SOFTHSM2_CONF", configuration.path, 1)
        return Instance(module: try CryptokiModule(path: SoftHSMFixture.libraryPath), configuration: configuration)
    })

    private static let directories = Mutex<[URL]>([])

    private static func removeDirectories() {
        for directory in self.directories.withLock({ $0 }) { try? FileManager.default.removeItem(at: directory) }
    }
}
