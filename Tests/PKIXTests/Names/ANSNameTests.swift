import PKIX
import Testing

@Suite("Names of the Agent Name Service")
struct ANSNameTests {
    @Test(
        "version and host are told apart",
        arguments: [
            ("ans://v1.0.0.sentiment-analyzer.example.com", "1.0.0", "sentiment-analyzer.example.com"),
            ("ans://v0.0.0.a.b", "0.0.0", "a.b"),
            ("ans://v10.20.30.agent.example.com", "10.20.30", "agent.example.com"),
            ("ans://v1.2.3.4.example.com", "1.2.3", "4.example.com"),
            ("ans://v4294967295.0.1.xn--bcher-kva.example", "4294967295.0.1", "xn--bcher-kva.example"),
        ]
    )
    func good(_ text: String, version: String, host: String) throws {
        let name = try ANSName(text)
        #expect(name.version == version)
        #expect(name.host.description == host)
        #expect(name.description == text)
        #expect(try URIName(text).description == text)
    }

    @Test(
        "other texts are refused",
        arguments: [
            "", "ans://", "ans://v1.0.0", "ans://v1.0.0.", "ans://v1.0.0.host", "ans://1.0.0.a.example",
            "ans://v1.0.a.example", "ans://v01.0.0.a.example", "ans://v1.00.0.a.example", "ans://v1.0.0.A.example",
            "ans://v1.0.0.a_b.example", "ans://v1.0.0.a..example", "ans://v1.0.0.a.example.", "ans://v1.0.0.a.example/",
            "ans://v1.0.0.a.example:443", "ans://v1.0.0-rc1.a.example", "ans://v+1.0.0.a.example",
            "ans://v-1.0.0.a.example",
            "ANS://v1.0.0.a.example", "ans:v1.0.0.a.example", "ans://V1.0.0.a.example", " ans://v1.0.0.a.example",
            "ans://v1.0.0.a.example\n", "ans://v١.0.0.a.example", "ans://v12345678901.0.0.a.example",
            "a2a://agent.capability.provider.v1.0.0.example", "https://v1.0.0.a.example",
            "ans://v1.0.0." + String(repeating: "a.", count: 130) + "example",
        ]
    )
    func bad(_ text: String) {
        #expect(code { () throws(PKIXError) in _ = try ANSName(text) } == .invalidName)
    }
}
