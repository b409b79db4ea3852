import AgentClient
import Crypto
import Foundation
import Synchronization
import Testing
import X509

/// What a server may send instead of what was asked for, and what the error must say.
struct WrongCertificate: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reason: String
    let change: @Sendable (inout TestAPI.State) throws -> Void
}

private let wrongCertificates: [WrongCertificate] = [
    WrongCertificate(testDescription: "for another key", reason: "another key") {
        $0.fault.key = Certificate.PrivateKey(Curve25519.Signing.PrivateKey()).publicKey
    },
    WrongCertificate(testDescription: "for another name", reason: "it names ans://v1.0.0.other.example.com") {
        $0.fault.names = [.uniformResourceIdentifier("ans://v1.0.0.other.example.com")]
    },
    WrongCertificate(testDescription: "with one more name", reason: "it names") {
        $0.fault.names = [.uniformResourceIdentifier("ans://v1.0.0.agent.example.com"), .dnsName("bank.example")]
    },
    WrongCertificate(testDescription: "from another root", reason: "does not lead to the root") {
        $0.impostor = try TestAuthority()
    },
    WrongCertificate(testDescription: "without its chain", reason: "does not lead to the root") { $0.chain = [] },
    WrongCertificate(testDescription: "expired", reason: "expired") { $0.fault.notAfter = Date() - 10 },
    WrongCertificate(testDescription: "of the future", reason: "clock") { $0.fault.notBefore = Date() + 3_600 },
    WrongCertificate(testDescription: "for a CA", reason: "CA") { $0.fault.isAuthority = true },
    WrongCertificate(testDescription: "truncated", reason: "cannot be read") {
        $0.distort = { String($0.prefix($0.count / 2)) }
    },
    WrongCertificate(testDescription: "of damaged base64", reason: "cannot be read") {
        $0.distort = { $0.replacingOccurrences(of: "MII", with: "!!!") }
    },
    WrongCertificate(testDescription: "empty", reason: "0 came") { $0.distort = { _ in "" } },
    WrongCertificate(testDescription: "twice", reason: "2 came") { $0.distort = { $0 + $0 } },
]

@Suite("Certificates that are not what was asked for")
struct RefusedCertificateTests {
    @Test("nothing is installed, and the error says why", arguments: wrongCertificates)
    func refused(wrong: WrongCertificate) async throws {
        try await Workbench.run { bench in
            try bench.api.state.withLock { try wrong.change(&$0) }
            let error = try await #require(throws: AgentClientError.self) { try await bench.enroll() }
            #expect(error.code == .unacceptableCertificate)
            #expect(error.reason.contains(wrong.reason), "\(error.reason)")
            #expect(!bench.directory.isEnrolled)
            #expect(!FileManager.default.fileExists(atPath: "\(bench.directory.path)/generation-1"))
            // The next run is not stuck with the wrong answer.
            bench.api.set { state in
                (state.fault, state.impostor, state.chain, state.distort) = (.init(), nil, nil, { $0 })
            }
            try await bench.enroll()
            #expect(try await bench.agent().status(at: bench.now).state == .valid)
        }
    }
}
