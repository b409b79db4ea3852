import Foundation
import PKIX
import Testing

@Suite("The profile's serverKeyLink")
struct ServerKeyLinkProfileTests {
    /// A profile of the project, found from this file.
    private static func text(_ name: String) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: folder.appending(path: "ca/profiles/\(name).yaml"), encoding: .utf8)
    }

    @Test("identities may carry the link, and do not unless the profile says so")
    func identities() throws {
        let text = try Self.text("agent-identity")
        let without = text.split(separator: "\n").filter { !$0.hasPrefix("serverKeyLink") }.joined(separator: "\n")
        #expect(try !CertificateProfile(text: without, file: "a.yaml").serverKeyLink)
        #expect(try CertificateProfile(text: without + "\nserverKeyLink: true\n", file: "a.yaml").serverKeyLink)
        #expect(throws: PKIXError(.invalidDefinition, "")) {
            try CertificateProfile(text: without + "\nserverKeyLink: perhaps\n", file: "a.yaml")
        }
    }

    @Test("no other certificate may", arguments: ["agent-tls", "issuing-ca", "ocsp-responder"])
    func others(_ name: String) throws {
        let text = try Self.text(name)
        #expect(throws: PKIXError(.invalidDefinition, "")) {
            try CertificateProfile(text: text + "\nserverKeyLink: true\n", file: "\(name).yaml")
        }
    }
}
