import Foundation
import Testing

@testable import DNS

@Suite("TSIG (RFC 8945)")
struct TSIGTests {
    let key = try! TSIGKey(
        name: name("upd-key"),
        algorithm: .hmacSHA256,
        base64Secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    )
    let time: UInt64 = 1_767_225_600

    @Test("signs as dnspython does")
    func vector() throws {
        let mac = "f94170b94dd6aed161d18e6d702366b4ed8960b29ce3f58618f43e374b4afde5"
        let unsigned = [UInt8](hexadecimal: MessageTests.update)!
        var signature = TransactionSignature(algorithm: name("hmac-sha256"), time: self.time, originalID: 0x1234)
        let variables = signature.variables(keyName: self.key.name)
        #expect(
            variables.hexadecimal == "077570642d6b65790000ff000000000b686d61632d7368613235360000006955b900012c00000000"
        )
        #expect(TSIGAlgorithm.hmacSHA256.code(of: unsigned + variables, using: self.key.secret).hexadecimal == mac)
        signature.code = [UInt8](hexadecimal: mac)!
        let record = MessageRecord(
            name: name("upd-key"),
            recordClass: .any,
            ttl: 0,
            data: .unknown(.tsig, signature.wire)
        )
        var writer = WireWriter()
        try record.write(to: &writer)
        #expect(
            writer.octets.hexadecimal
                == "077570642d6b65790000fa00ff00000000003d0b686d61632d7368613235360000006955b900012c0020\(mac)123400000000"
        )
        #expect(try TransactionSignature(wire: signature.wire) == signature)
    }

    /// A signed question, and a server's answer to it under a key and time.
    private func exchange(
        under other: TSIGKey? = nil,
        at answerTime: UInt64? = nil
    ) throws -> (SignedMessage, [UInt8]) {
        var request = Message(id: 7)
        request.questions = [Question(name: name("example.test"), type: .soa)]
        let signed = try self.key.sign(request, at: self.time)
        let key = other ?? self.key
        let answer = request.answered([record("example.test", "TXT", "x")])
        var signature = TransactionSignature(
            algorithm: key.algorithm.name,
            time: answerTime ?? self.time,
            originalID: 7
        )
        let input =
            try [0, UInt8(signed.code.count)] + signed.code + answer.wire() + signature.variables(keyName: key.name)
        signature.code = key.algorithm.code(of: input, using: key.secret)
        var complete = answer
        complete.additionals = [
            MessageRecord(name: key.name, recordClass: .any, ttl: 0, data: .unknown(.tsig, signature.wire))
        ]
        return (signed, try complete.wire())
    }

    private func verify(_ octets: [UInt8], _ request: SignedMessage) throws -> TSIGVerdict {
        try self.key.verify(octets, as: Message(wire: octets), to: request, at: self.time)
    }

    @Test("accepts the answer of who has the key, under any id on the way")
    func accepts() throws {
        var (request, answer) = try self.exchange()
        #expect(try self.verify(answer, request) == .valid)
        // RFC 8945 §4.3.2: the original id is what was signed.
        answer[0] = 0xAA
        #expect(try self.verify(answer, request) == .valid)
    }

    @Test("refuses an answer with any octet changed")
    func refusesTampered() throws {
        let (request, answer) = try self.exchange()
        // From behind the id, which is not signed.
        for index in 2..<answer.count {
            var changed = answer
            changed[index] ^= 0x01
            #expect(throws: DNSError.self, "octet \(index)") { try self.verify(changed, request) }
        }
    }

    @Test("refuses an answer to another request, under another key or secret, of another time, or without a signature")
    func refusesOthers() throws {
        let (request, answer) = try self.exchange()
        #expect(throws: DNSError(.notAuthentic, "")) {
            try self.verify(answer, SignedMessage(octets: request.octets, code: request.code.reversed()))
        }
        let secret = [UInt8](repeating: 1, count: 32)
        for other in [
            try TSIGKey(name: name("upd-key"), algorithm: .hmacSHA256, secret: secret),
            try TSIGKey(
                name: name("other"),
                algorithm: .hmacSHA256,
                base64Secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
            ),
            try TSIGKey(
                name: name("upd-key"),
                algorithm: .hmacSHA512,
                base64Secret: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
            ),
        ] {
            let (request, answer) = try self.exchange(under: other)
            #expect(throws: DNSError(.notAuthentic, "")) { try self.verify(answer, request) }
        }
        for time in [self.time - 301, self.time + 301] {
            let (request, answer) = try self.exchange(at: time)
            #expect(throws: DNSError(.notAuthentic, "")) { try self.verify(answer, request) }
        }
        let (edge, late) = try self.exchange(at: self.time - 300)
        #expect(try self.verify(late, edge) == .valid)
        var bare = try Message(wire: answer)
        bare.additionals = []
        #expect(throws: DNSError(.notAuthentic, "")) { try self.verify(bare.wire(), request) }
    }

    @Test("never shows its secret, and takes none below 128 bits")
    func secrets() throws {
        var dumped = ""
        dump(self.key, to: &dumped)
        for text in ["\(self.key)", String(reflecting: self.key), dumped] {
            #expect(text.contains("upd-key"))
            #expect(!text.contains("MDEy") && !text.contains("0123") && !text.lowercased().contains("symmetrickey"))
        }
        #expect(throws: DNSError(.invalidRecord, "")) {
            try TSIGKey(name: name("a"), algorithm: .hmacSHA256, secret: [UInt8](repeating: 1, count: 15))
        }
        #expect(throws: DNSError(.invalidRecord, "")) {
            try TSIGKey(name: name("a"), algorithm: .hmacSHA256, base64Secret: "no base64 !")
        }
    }
}
