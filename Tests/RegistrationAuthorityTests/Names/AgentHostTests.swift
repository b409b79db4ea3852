import DNS
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite struct AgentHostTests {
    @Test(
        "a lower-case FQDN is a host",
        arguments: [
            "a.example", "sentiment-analyzer.example.com", "xn--mnchen-3ya.example", "1.2.example", "a--b.example",
        ]
    )
    func reads(text: String) throws {
        let host = try AgentHost(text)
        #expect(host.description == text)
        #expect(host.domainName.description == text)
        #expect(host.labels.joined(separator: ".") == text)
    }

    @Test(
        "anything else is refused, and the reason tells what to do",
        arguments: [
            ("", "1 to 253"), ("localhost", "at least two"), ("Agent.example.com", "write 'agent.example.com'"),
            ("a.example.", "write 'a.example'"), ("münchen.example", "write 'xn--mnchen-3ya.example'"),
            ("MÜNCHEN.example", "write 'xn--mnchen-3ya.example'"), ("a..example", "1 to 63"), (".example", "1 to 63"),
            ("-a.example", "hyphen"), ("a-.example", "hyphen"), ("a_b.example", "a-z"), ("a b.example", "a-z"),
            ("192.0.2.1", "number"), ("*.example.com", "a-z"), ("a.example/b", "a-z"), ("a.example\n", "a-z"),
            ("💩.example", "xn--"), ("a\u{0}.example", "a-z"),
            (String(repeating: "a", count: 64) + ".example", "1 to 63"),
            (String(repeating: "a.", count: 126) + "b", "at most 237"),
            (String(repeating: "a", count: 1_000_000), "1000000 octets"),
        ]
    )
    func refuses(text: String, hint: String) {
        let error = #expect(throws: RegistrationError(.invalidAgentName, "")) { try AgentHost(text) }
        #expect(error?.reason.contains(hint) == true, "\(error?.reason ?? "")")
    }

    @Test("a host as people write it is made canonical where DNS allows it")
    func canonicalizes() throws {
        #expect(try AgentHost(canonicalizing: "Agent.EXAMPLE.com.").description == "agent.example.com")
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try AgentHost(canonicalizing: "münchen.example") }
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try AgentHost(canonicalizing: "a.example..") }
        // The Kelvin sign is 'k' to lowercased(), not to DNS.
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try AgentHost(canonicalizing: "\u{212A}.example") }
    }

    @Test("a version and a host make an ANS name, and come out of it again")
    func ansName() throws {
        let text = "ans://v1.0.0.sentiment-analyzer.example.com"
        let name = try ANSName(agentName: text)
        #expect(name.description == text)
        #expect(try name.agentVersion() == AgentVersion(1, 0, 0))
        #expect(try name.agentHost().description == "sentiment-analyzer.example.com")
        #expect(try ANSName(version: name.agentVersion(), host: name.agentHost()) == name)
        #expect(try ANSName(text) == name)
    }

    @Test(
        "what is no ANS name is refused",
        arguments: [
            "", "ans://", "ans://1.0.0.a.example", "ANS://v1.0.0.a.example", "ans://v1.0.a.example", "ans://v1.0.0",
            "ans://v1.0.0.", "ans://v1.0.0.host", "ans://v01.0.0.a.example", "ans://v1.0.0.A.example",
            "ans://v1.0.0.a.example/", "ans://v1.0.0.a.example:443", "https://v1.0.0.a.example",
        ]
    )
    func refusesNames(text: String) {
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try ANSName(agentName: text) }
    }
}

@Suite struct DraftAgentNameTests {
    @Test("a name of the older draft is read for the resolver")
    func reads() throws {
        let name = try DraftAgentName("a2a://textProcessor.DocumentTranslation.AcmeCorp.v2.1.hipaa")
        #expect(name.protocolName == "a2a")
        #expect(name.agentID == "textProcessor")
        #expect(name.capability == "DocumentTranslation")
        #expect(name.provider == "AcmeCorp")
        #expect(name.version == AgentVersion(2, 1, 0))
        #expect(name.suffix == "hipaa")
        #expect(name.description == "a2a://textProcessor.DocumentTranslation.AcmeCorp.v2.1.hipaa")
    }

    @Test("a version has two or three numbers, a provider and an extension any number of labels")
    func variants() throws {
        let long = try DraftAgentName("MCP://id.cap.acme.example.v1.2.3.eu.example.com")
        #expect(long.protocolName == "mcp")
        #expect(long.provider == "acme.example")
        #expect(long.version == AgentVersion(1, 2, 3))
        #expect(long.suffix == "eu.example.com")
        #expect(try DraftAgentName("mcp://id.cap.acme.v1.0").suffix == "")
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "a2a://", "a2a://id.cap.v1.0.x", "a2a://id.cap.acme.x", "a2a://id.cap.acme.v1",
            "a2a://id.cap.acme.v1.x",
            "a2a://id..acme.v1.0.x", "ans://id.cap.acme.v1.0.x", "id.cap.acme.v1.0.x", "a2a://id.c p.acme.v1.0.x",
            "a2a://id.cap.acme.v01.0.x", "a2a://" + String(repeating: "a.", count: 1_000) + "v1.0.x",
        ]
    )
    func refuses(text: String) {
        #expect(throws: RegistrationError(.invalidAgentName, "")) { try DraftAgentName(text) }
    }
}
