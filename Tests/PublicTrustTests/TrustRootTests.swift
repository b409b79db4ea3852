import Foundation
import PKIX
import Testing

@testable import PublicTrust

@Suite("Trust roots")
struct TrustRootTests {
    @Test("a bundle and a directory give the same, what is no certificate is counted")
    func files() throws {
        let folder = try PeerFolder()
        let roots = try [TestAuthority(root: "One"), TestAuthority(root: "Two")]
        let junk = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
        let bundle = try folder.write((roots.map(\.certificate.pem).joined() + junk).utf8, to: "bundle.txt")
        for (index, root) in roots.enumerated() { try folder.write(root.certificate.pem.utf8, to: "\(index).pem") }
        #expect(try TrustRoots(paths: [bundle]).count == 2)
        #expect(try TrustRoots(paths: [bundle]).skipped == 1)
        let directory = try TrustRoots(paths: [folder.url.path])
        #expect(directory.count == 2 && directory.skipped == 0)
        #expect(try TrustRoots(paths: [bundle, folder.url.path]).count == 2)
    }

    @Test("a missing, empty or oversized file and PEM without a certificate are errors that name the file")
    func failures() throws {
        let folder = try PeerFolder()
        let empty = try folder.write([], to: "empty.pem")
        let large = try folder.write([UInt8](repeating: 0x41, count: Budget.rootFileBytes + 1), to: "large.pem")
        let text = try folder.write("no PEM".utf8, to: "text.pem")
        for file in [folder.url.path + "/missing", empty, large, text] {
            #expect {
                try TrustRoots(paths: [file])
            } throws: { error in
                (error as? TrustError)?.code == .trustRootsUnavailable && "\(error)".contains(file)
            }
        }
        #expect(throws: TrustError(.trustRootsUnavailable, "")) { try TrustRoots([]) }
    }

    @Test("Debian's own store is read, where there is one", .enabled(if: Self.hasDebianStore))
    func debian() throws {
        let roots = try TrustRoots(paths: [Self.debianStore])
        #expect(roots.count > 80)
        #expect(roots.skipped < 10)
    }

    static let debianStore = "/etc/ssl/certs/ca-certificates.crt"
    static let hasDebianStore = FileManager.default.fileExists(atPath: Self.debianStore)
}
