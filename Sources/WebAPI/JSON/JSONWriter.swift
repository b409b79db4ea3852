// JSON as we answer it (RFC 8259), written straight into the buffer that leaves.

import NIOCore

/// Writes one JSON text.
struct JSONWriter {
    private(set) var buffer: ByteBuffer
    private var needsComma = false

    init(capacity: Int) {
        self.buffer = ByteBufferAllocator().buffer(capacity: capacity)
    }

    /// An object; its members are written by the closure.
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        self.enclosed("{", "}", members)
    }

    /// An array; its elements are written by the closure.
    mutating func array(_ elements: (inout JSONWriter) -> Void) {
        self.enclosed("[", "]", elements)
    }

    /// The name of the member whose value is written next.
    mutating func name(_ name: StaticString) {
        self.separate()
        self.buffer.writeStaticString("\"")
        self.buffer.writeStaticString(name)
        self.buffer.writeStaticString("\":")
        self.needsComma = false
    }

    /// A string.
    mutating func string(_ text: String) {
        self.separate()
        self.buffer.writeStaticString("\"")
        var text = text
        text.withUTF8 { self.writeEscaped($0) }
        self.buffer.writeStaticString("\"")
    }

    /// JSON that was written before.
    mutating func raw(_ json: ByteBuffer) {
        self.separate()
        self.buffer.writeImmutableBuffer(json)
    }

    /// A member with a string.
    mutating func member(_ name: StaticString, _ text: String) {
        self.name(name)
        self.string(text)
    }

    /// A member with a string, if there is one.
    mutating func member(_ name: StaticString, ifPresent text: String?) {
        if let text { self.member(name, text) }
    }

    /// A member with a number.
    mutating func member(_ name: StaticString, _ number: Int64) {
        self.name(name)
        self.separate()
        self.buffer.writeString(String(number))
    }

    /// A member with a boolean.
    mutating func member(_ name: StaticString, _ flag: Bool) {
        self.name(name)
        self.separate()
        self.buffer.writeStaticString(flag ? "true" : "false")
    }

    /// A member with an array of strings.
    mutating func member(_ name: StaticString, _ texts: some Sequence<String>) {
        self.name(name)
        self.array { writer in
            for text in texts { writer.string(text) }
        }
    }

    private mutating func enclosed(_ start: StaticString, _ end: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.separate()
        self.buffer.writeStaticString(start)
        self.needsComma = false
        body(&self)
        self.buffer.writeStaticString(end)
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.buffer.writeStaticString(",") }
        self.needsComma = true
    }

    /// Copies runs that need no escape at once: PEM has one character to escape in 65.
    private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            self.buffer.writeBytes(text[start..<index])
            self.writeEscape(of: byte)
            start = index + 1
        }
        self.buffer.writeBytes(text[start...])
    }

    private mutating func writeEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): self.buffer.writeStaticString("\\\\")
        case 0x0A: self.buffer.writeStaticString("\\n")
        case 0x0D: self.buffer.writeStaticString("\\r")
        case 0x09: self.buffer.writeStaticString("\\t")
        default:
            let digits = String(byte, radix: 16)
            self.buffer.writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        }
    }
}
