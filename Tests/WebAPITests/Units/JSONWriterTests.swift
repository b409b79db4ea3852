import JSON
import NIOCore
import Testing

@testable import WebAPI

@Suite("JSON as it is written")
struct JSONWriterTests {
    @Test(
        "what is written is what is read",
        arguments: ["", "a\"b\\c", "\u{0}\u{1f}\n\r\t", "é😀", String(repeating: "x\n", count: 500)]
    )
    func writes(_ text: String) throws {
        var writer = JSONWriter(capacity: 16)
        writer.object {
            $0.member("text", text)
            $0.member("number", Int64.min)
            $0.member("flag", false)
            $0.member("list", ["a", text])
            $0.member("absent", ifPresent: nil)
        }
        let value = try JSONReader.read(
            Array(writer.buffer.readableBytesView),
            within: JSONLimits(depth: 8, members: 32)
        )
        #expect(
            value
                == .object([
                    JSONMember(name: "text", value: .string(text)),
                    JSONMember(name: "number", value: .number("\(Int64.min)")),
                    JSONMember(name: "flag", value: .boolean(false)),
                    JSONMember(name: "list", value: .array([.string("a"), .string(text)])),
                ])
        )
    }
}
