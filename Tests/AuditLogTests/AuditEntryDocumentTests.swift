import AuditLog
import Foundation
import Testing

@Suite("The audit entry as JSON")
struct AuditEntryDocumentTests {
    @Test("Python recomputes the hashes from the export, following the description in AuditEncoding.swift")
    func pythonAgrees() throws {
        var chain = AuditChain(head: nil)
        let events = [
            fullEvent(),
            fullEvent {
                $0.address = nil
                $0.requestID = nil
                $0.profileHash = nil
                $0.policyHash = nil
            },
            fullEvent {
                $0.details = [:]
                $0.result = .success
            },
            fullEvent {
                $0.atMilliseconds = -1
                $0.actor = ""
                $0.details = ["\u{FFFF}": "1", "\u{10000}": "2", "A": "3"]
            },
            fullEvent {
                $0.result = .failure(code: "HSM")
                $0.profileHash = [UInt8](repeating: 0xab, count: 32)
            },
        ]
        let encoder = JSONEncoder()
        let lines = try events.map {
            String(decoding: try encoder.encode(AuditEntryDocument(chain.append($0))), as: UTF8.self)
        }
        let output = try python(Self.script, input: lines.joined(separator: "\n"))
        #expect(output == "ok\nok\nok\nok\nok\n")
    }

    @Test("The golden entry keeps its hash: the encoding is version 1 for ever")
    func golden() {
        var chain = AuditChain(head: nil)
        let document = AuditEntryDocument(chain.append(fullEvent()))
        #expect(document.hash == "a09c072c9fbb35c6886c6a3a777ec527f71a96dc237735a82278a0bbb0228a6e")
        #expect(document.at == "2025-12-31T23:59:59.123Z")
        #expect(document.profileHash == "010203")
        #expect(document.previousHash == String(repeating: "0", count: 64))
        #expect(document.result == "denied:POLICY")
    }

    @Test(
        "Milliseconds survive as text",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (999, "1970-01-01T00:00:00.999Z"), (1_709_164_800_010, "2024-02-29T00:00:00.010Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func times(milliseconds: Int64, text: String) {
        var chain = AuditChain(head: nil)
        let entry = chain.append(fullEvent { $0.atMilliseconds = milliseconds })
        #expect(AuditEntryDocument(entry).at == text)
        #expect(AuditEvent(at: entry.event.at, actor: "", action: .ceremony, object: "").atMilliseconds == milliseconds)
    }

    @Test("A document survives JSON")
    func roundTrip() throws {
        var chain = AuditChain(head: nil)
        let document = AuditEntryDocument(chain.append(fullEvent()))
        #expect(try JSONDecoder().decode(AuditEntryDocument.self, from: JSONEncoder().encode(document)) == document)
    }

    /// Written from the description alone; shares nothing with the Swift encoder.
    private static let script = #"""
        import sys, json, hashlib, struct, datetime
        previous = bytes(32)
        for line in sys.stdin.read().split("\n"):
            e = json.loads(line)
            epoch = datetime.datetime(1970, 1, 1)
            at = datetime.datetime.strptime(e["at"], "%Y-%m-%dT%H:%M:%S.%fZ") - epoch
            milliseconds = (at.days * 86400 + at.seconds) * 1000 + at.microseconds // 1000
            octets = lambda b: struct.pack(">I", len(b)) + b
            text = lambda s: octets(s.encode())
            opt = lambda v, f: b"\x00" if v is None else b"\x01" + f(v)
            raw = lambda h: octets(bytes.fromhex(h))
            m = b"signet audit entry v1\x00" + struct.pack(">Q", e["sequence"]) + previous
            m += struct.pack(">q", milliseconds) + text(e["actor"]) + text(e["action"]) + text(e["object"])
            m += opt(e.get("address"), text) + opt(e.get("requestID"), text) + text(e["result"])
            m += opt(e.get("profileHash"), raw) + opt(e.get("policyHash"), raw)
            m += struct.pack(">I", len(e["details"]))
            for key in sorted(e["details"], key=lambda k: k.encode()):
                m += text(key) + text(e["details"][key])
            good = hashlib.sha256(m).hexdigest() == e["hash"] and previous.hex() == e["previousHash"]
            print("ok" if good else "differs")
            previous = bytes.fromhex(e["hash"])
        """#
}

private func python(_ script: String, input: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
}
