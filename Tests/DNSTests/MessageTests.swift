import Testing

@testable import DNS

@Suite("Messages")
struct MessageTests {
    /// An UPDATE with compressed names (dnspython's), and what it says.
    static let update = """
        123428000001000100010000076578616d706c650474657374000006000104626f7431066167656e7473c00c001000fe000000000000\
        c01e001000010000003c000403763d31
        """

    static var answer: Message {
        var message = Message(id: 0xBEEF)
        message.isResponse = true
        message.isAuthenticated = true
        message.recursionAvailable = true
        message.questions = [Question(name: name("a.example"), type: .txt)]
        let records = PresentationTests.vectors.filter { $0.0 != "TYPE65280" }.map { record("a.example", $0.0, $0.1) }
        message.answers = records.map { MessageRecord(name: $0.name, ttl: $0.ttl, data: $0.data) }
        message.authorities = [MessageRecord(name: name("b.example"), type: .any, recordClass: .any)]
        message.extensions = Message.Extensions(payloadSize: 4_096, wantsSignatures: true)
        message.responseCode = ResponseCode(rawValue: 0x123)
        return message
    }

    @Test("are read with compressed names, and written without")
    func update() throws {
        let message = try Message(wire: [UInt8](hexadecimal: Self.update)!)
        let owner = name("bot1.agents.example.test")
        #expect(message.id == 0x1234 && message.operation == .update && !message.isResponse)
        #expect(message.questions == [Question(name: name("example.test"), type: .soa)])
        #expect(message.answers == [MessageRecord(name: owner, type: .txt, recordClass: .none)])
        #expect(message.authorities == [MessageRecord(name: owner, ttl: 60, data: .text("v=1"))])
        #expect(try Message(wire: message.wire()) == message)
    }

    @Test("of every type of record survive the wire")
    func everything() throws {
        #expect(try Message(wire: Self.answer.wire()) == Self.answer)
    }

    @Test("cut off anywhere are refused")
    func truncated() throws {
        for wire in [try Self.answer.wire(), [UInt8](hexadecimal: Self.update)!] {
            for length in 0..<wire.count {
                #expect(throws: DNSError(.malformedMessage, ""), "\(length)") {
                    try Message(wire: Array(wire[..<length]))
                }
            }
            #expect(throws: DNSError(.malformedMessage, "")) { try Message(wire: wire + [0]) }
        }
    }

    static let hostile: [String] = [
        // A name that points to itself, one that points forward, two that point at each other.
        "123400000001000000000000c00c00010001", "123400000001000000000000c0100001000100",
        "123400000002000000000000c01200010001c00c00010001",
        // A pointer beyond the end, a pointer cut off, a label of another type, a label beyond the end.
        "123400000001000000000000ffff00010001", "123400000001000000000000c0",
        "123400000001000000000000800000010001", "1234000000010000000000003f6100010001",
        // More records than there are, data beyond the end, an A record of three octets.
        "123400000000ffff00000000",
        "123481000000000100000000000001000100000000000501020304",
        "1234810000000001000000000000010001000000000003010203",
        // Data that point beyond themselves are bounded by their own length: CNAME of one octet.
        "1234810000000001000000000000050001000000000001c00c00",
        // Two OPT records, OPT elsewhere than at the root, TSIG before another record, an opcode of none.
        "12348000000000000000000200002904d000000000000000002904d0000000000000",
        "123480000000000000000001016100002904d0000000000000",
        "1234800000000000000000020000fa00ff0000000000000000010001000000000004"
            + "01020304",
        "123478000000000000000000",
    ]

    @Test("of hostile make are refused", arguments: hostile)
    func refuses(_ hexadecimal: String) throws {
        let wire = try #require([UInt8](hexadecimal: hexadecimal))
        #expect(throws: DNSError(.malformedMessage, "")) { try Message(wire: wire) }
    }

    @Test("with names that grow through pointers stop at 255 octets")
    func growing() {
        // Each name is a label of 63 octets and a pointer to the one before.
        var wire: [UInt8] = [0x12, 0x34, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0]
        var last: UInt16 = 0
        for index in 0..<5 {
            let start = UInt16(wire.count)
            wire += [63] + [UInt8](repeating: 97, count: 63)
            wire += index == 0 ? [0] : [0xC0 | UInt8(last >> 8), UInt8(last & 0xFF)]
            wire += [0, 1, 0, 1]
            last = start
        }
        #expect(throws: DNSError(.malformedMessage, "")) { try Message(wire: wire) }
    }

    @Test("with any octets changed are read or refused, and what was read can be written and read again")
    func mutations() throws {
        var generator = SplitMix64(state: 4)
        let seeds = [try Self.answer.wire(), [UInt8](hexadecimal: Self.update)!]
        var read = 0
        for round in 0..<40_000 {
            var wire = seeds[round % 2]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<wire.count, using: &generator)
                wire[index] = Bool.random(using: &generator) ? .random(in: .min ... .max, using: &generator) : 0xC0
            }
            if round % 5 == 0 { wire = Array(wire.prefix(Int.random(in: 0...wire.count, using: &generator))) }
            guard let message = try? Message(wire: wire) else { continue }
            read += 1
            for data in message.answers.compactMap(\.data) { _ = data.presentation }
            if let again = try? message.wire() { #expect(throws: Never.self) { try Message(wire: again) } }
        }
        #expect(read > 1_000)
    }
}

/// Random numbers that are the same in each run.
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
