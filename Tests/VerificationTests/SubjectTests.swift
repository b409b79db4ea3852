import PKIX
import Testing

@testable import Verification

@Suite("What is asked about")
struct SubjectTests {
    @Test("a host, a name and PEM are told apart")
    func reading() throws {
        let bench = try AgentBench()
        let identity = try EncodedCertificate(der: bench.identity).pem
        let server = try EncodedCertificate(der: bench.server).pem
        #expect(try VerificationSubject(" Agent.Example.com.\n") == .host(HostName("agent.example.com")))
        #expect(try VerificationSubject(AgentBench.name) == .name(ANSName(AgentBench.name)))
        #expect(try VerificationSubject(identity + server) == .certificate([bench.identity, bench.server]))
        let pair = try VerificationSubject(identityPEM: identity, serverPEM: server)
        #expect(pair == .pair(identity: [bench.identity], server: [bench.server]))
    }

    @Test(
        "anything else is refused with a reason",
        arguments: [
            "", " ", "https://a.example.com", "ans://1.0.0.a.example.com", "a b", "-----BEGIN", "a..b",
            "ümlaut.example",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "-----BEGIN X-----\nMAA=\n-----END X-----",
            "192.0.2.1",
        ]
    )
    func refusals(_ text: String) {
        #expect(throws: VerificationError(.invalidSubject, "")) { try VerificationSubject(text) }
    }

    @Test("too much is refused before it is read")
    func bounds() throws {
        let pem = try EncodedCertificate(der: AgentBench().server).pem
        let many = String(repeating: pem, count: Budget.subjectCertificates + 1)
        #expect(throws: VerificationError(.subjectTooLarge, "")) { try VerificationSubject(many) }
        let large = "-----BEGIN CERTIFICATE-----\n" + String(repeating: "A", count: Budget.subjectBytes)
        #expect(throws: VerificationError(.subjectTooLarge, "")) { try VerificationSubject(large) }
    }

    @Test("certificates of any octets end in a report, never in a verdict")
    func hostile() async throws {
        let bench = try AgentBench()
        var subjects: [[[UInt8]]] = [[[]], [[0x30, 0x80]], [[UInt8](repeating: 0x30, count: 70_000)]]
        for length in stride(from: 0, to: bench.identity.count, by: 7) {
            subjects.append([Array(bench.identity.prefix(length))])
        }
        for chain in subjects {
            let alone = try await bench.report(.certificate(chain))
            #expect(alone.tier == .none)
            let pair = try await bench.report(.pair(identity: chain, server: chain))
            #expect(pair.tier == .none)
        }
        for index in stride(from: 0, to: bench.identity.count, by: 3) {
            var altered = bench.identity
            altered[index] ^= 0x04
            #expect(try await bench.report(.certificate([altered])).tier == .none, "octet \(index)")
        }
    }
}
