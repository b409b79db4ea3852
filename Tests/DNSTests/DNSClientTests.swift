import Foundation
import Synchronization
import Testing

@testable import DNS

@Suite("Asking one server")
struct DNSClientTests {
    let question = Question(name: name("a.example"), type: .txt)
    let client = DNSClient(generator: SystemRandomNumberGenerator(), timeout: .milliseconds(250))

    private static func wire(_ message: Message) -> [[UInt8]] { (try? message.wire()).map { [$0] } ?? [] }

    @Test("passes over what is not the answer: another id, question or kind, and noise")
    func ignoresOthers() async throws {
        let server = try await ScriptedServer { octets, _ in
            guard let request = try? Message(wire: octets) else { return [] }
            var wrongID = request.answered([record("a.example", "TXT", "forged")])
            wrongID.id &+= 1
            var wrongQuestion = request.answered([record("a.example", "TXT", "forged")])
            wrongQuestion.questions = [Question(name: name("b.example"), type: .txt)]
            let right = request.answered([record("a.example", "TXT", "right")])
            return [[0], octets] + [wrongID, wrongQuestion, right].flatMap(Self.wire)
        }
        let answer = try await self.client.ask(self.question, at: server.address)
        #expect(answer.answers.compactMap(\.data) == [.text("right")])
        await server.stop()
    }

    @Test("takes names in another case as the same (RFC 4343)")
    func anyCase() async throws {
        let server = try await ScriptedServer { octets, _ in
            var answer = octets
            answer[2] |= 0x80
            answer[13] = UInt8(ascii: "A")
            return [answer]
        }
        #expect(try await self.client.ask(self.question, at: server.address).questions == [self.question])
        await server.stop()
    }

    @Test("goes on over TCP when the answer is truncated")
    func truncation() async throws {
        let long = RecordData.text(String(repeating: "x", count: 5_000))
        let server = try await ScriptedServer { octets, overTCP in
            guard let request = try? Message(wire: octets), request.extensions?.payloadSize == 1_232 else { return [] }
            var answer = request.answered([ResourceRecord(name: name("a.example"), ttl: 1, data: long)])
            if !overTCP {
                answer.isTruncated = true
                answer.answers = []
            }
            return Self.wire(answer)
        }
        let answer = try await self.client.ask(self.question, at: server.address)
        #expect(answer.answers.compactMap(\.data) == [long])
        await server.stop()
    }

    @Test("asks again when a datagram is lost, and gives up in bounded time")
    func lost() async throws {
        let count = Mutex(0)
        let counted = try await ScriptedServer { octets, _ in
            guard let request = try? Message(wire: octets),
                count.withLock({
                    $0 += 1
                    return $0
                }) > 1
            else { return [] }
            return Self.wire(request.answered())
        }
        #expect(try await self.client.ask(self.question, at: counted.address).responseCode == .noError)
        await counted.stop()
        let silent = try await ScriptedServer { _, _ in [] }
        let start = ContinuousClock.now
        await #expect(throws: DNSError(.timeout, "")) { try await self.client.ask(self.question, at: silent.address) }
        await #expect(throws: DNSError(.timeout, "")) {
            try await self.client.ask(self.question, at: silent.address, over: .stream)
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        await silent.stop()
        // Nobody listens there any longer: the system says so at once, or nothing comes.
        await #expect(throws: DNSError.self) { try await self.client.ask(self.question, at: silent.address) }
        await #expect(throws: DNSError(.serverFailure, "")) {
            try await self.client.ask(self.question, at: silent.address, over: .stream)
        }
    }

    @Test("an answer that cannot be read is an error, not a crash")
    func malformed() async throws {
        let server = try await ScriptedServer { octets, _ in
            var answer = Array(octets.prefix(12))
            answer[2] |= 0x80
            answer[5] = 9
            return [answer]
        }
        await #expect(throws: DNSError(.malformedMessage, "")) {
            try await self.client.ask(self.question, at: server.address)
        }
        await server.stop()
    }

    @Test("a task that is cancelled does not wait")
    func cancelled() async throws {
        let server = try await ScriptedServer { _, _ in [] }
        let client = DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(60))
        let task = Task { try await client.ask(self.question, at: server.address) }
        task.cancel()
        await #expect(throws: DNSError(.timeout, "")) { try await task.value }
        await server.stop()
    }

    @Test("addresses of servers are read and written, and those of the public Internet told apart")
    func addresses() throws {
        for (text, written) in [
            ("192.0.2.1", "192.0.2.1:53"), ("192.0.2.1:5353", "192.0.2.1:5353"), ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:DB8::1]:5353", "[2001:db8::1]:5353"),
        ] {
            #expect(try ServerAddress(text).description == written)
        }
        for text in [
            "", "a", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[192.0.2.1]:53", "::1:x", "localhost:53",
        ] {
            #expect(throws: DNSError(.invalidName, ""), "\(text)") { try ServerAddress(text) }
        }
        for text in ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "192.0.1.1"] {
            let address = try #require(IPAddress(text))
            #expect(address.isPublic, "\(text)")
        }
        for text in [
            "127.0.0.1", "10.1.1.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
            "0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
            "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:db8::1", "2002:7f00:1::1", "2001::1",
        ] {
            let address = try #require(IPAddress(text))
            #expect(!address.isPublic, "\(text)")
        }
        #expect(
            Resolver.servers(inResolvConf: "# a\nnameserver 192.0.2.1\nsearch x\n nameserver ::1 \nnameserver x\n")
                == [try ServerAddress("192.0.2.1"), try ServerAddress("::1")]
        )
    }
}
