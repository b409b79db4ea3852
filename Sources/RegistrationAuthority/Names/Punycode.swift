// Punycode (RFC 3492): the encoding of Unicode strings in letters, digits and hyphens. Bounded by
// ``Budget/punycodeLength``; case annotations (appendix A) are neither read nor written.

/// Encodes and decodes Punycode, without the prefix `xn--`.
enum Punycode {
    // RFC 3492 §5, "Parameter values for Punycode".
    private static let base = 36
    private static let tmin = 1
    private static let tmax = 26
    private static let skew = 38
    private static let damp = 700
    private static let initialBias = 72
    private static let initialN: UInt32 = 128
    private static let delimiter = UInt8(ascii: "-")

    /// The code points of an encoded string (§6.2); nil when it is none, or too long.
    static func decode(_ text: some StringProtocol) -> [Unicode.Scalar]? {
        let input = Array(text.utf8)
        guard input.count <= Budget.punycodeLength, input.allSatisfy({ $0 < 0x80 }) else { return nil }
        let basic = input.lastIndex(of: self.delimiter).map { input[..<$0] } ?? []
        var output = basic.map { Unicode.Scalar($0) }
        var position = basic.isEmpty ? (input.first == self.delimiter ? 1 : 0) : basic.count + 1
        var n = self.initialN
        var i = 0
        var bias = self.initialBias
        while position < input.count {
            let start = i
            guard let delta = self.variableLength(input, at: &position, bias: bias) else { return nil }
            // "Overflow" of §6.4: beyond what Unicode has, there is nothing to insert.
            guard i + delta <= Int(UInt32.max) else { return nil }
            i += delta
            bias = self.adapt(i - start, points: output.count + 1, isFirst: start == 0)
            let step = i / (output.count + 1)
            guard step <= 0x10_FFFF, let scalar = Unicode.Scalar(n + UInt32(step)) else { return nil }
            n += UInt32(step)
            i %= output.count + 1
            output.insert(scalar, at: i)
            i += 1
        }
        return output
    }

    /// The encoding of code points (§6.3); nil when there are too many.
    static func encode(_ scalars: [Unicode.Scalar]) -> String? {
        guard scalars.count <= Budget.punycodeLength else { return nil }
        var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
        let basic = output.count
        var handled = basic
        if basic > 0 { output.append(self.delimiter) }
        var n = self.initialN
        var delta = 0
        var bias = self.initialBias
        while handled < scalars.count {
            guard let next = scalars.map(\.value).filter({ $0 >= n }).min() else { return nil }
            delta += Int(next - n) * (handled + 1)
            n = next
            for scalar in scalars {
                if scalar.value < n { delta += 1 }
                guard scalar.value == n else { continue }
                self.append(delta, bias: bias, to: &output)
                bias = self.adapt(delta, points: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            n += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A generalized variable-length integer (§3.3); nil when it does not end, or is beyond 32 bits.
    private static func variableLength(_ input: [UInt8], at position: inout Int, bias: Int) -> Int? {
        var value = 0
        var weight = 1
        var k = self.base
        while position < input.count {
            guard let digit = self.digit(of: input[position]) else { return nil }
            position += 1
            value += digit * weight
            guard value <= Int(UInt32.max) else { return nil }
            let threshold = self.threshold(k, bias: bias)
            if digit < threshold { return value }
            weight *= self.base - threshold
            guard weight <= Int(UInt32.max) else { return nil }
            k += self.base
        }
        return nil
    }

    private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
        var q = delta
        var k = self.base
        while true {
            let threshold = self.threshold(k, bias: bias)
            guard q >= threshold else { break }
            output.append(self.character(of: threshold + (q - threshold) % (self.base - threshold)))
            q = (q - threshold) / (self.base - threshold)
            k += self.base
        }
        output.append(self.character(of: q))
    }

    private static func threshold(_ k: Int, bias: Int) -> Int { min(max(k - bias, self.tmin), self.tmax) }

    /// §6.1.
    private static func adapt(_ delta: Int, points: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / self.damp : delta / 2
        delta += delta / points
        var k = 0
        while delta > (self.base - self.tmin) * self.tmax / 2 {
            delta /= self.base - self.tmin
            k += self.base
        }
        return k + (self.base - self.tmin + 1) * delta / (delta + self.skew)
    }

    private static func digit(of character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "A"))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0")) + 26
        default: nil
        }
    }

    private static func character(of digit: Int) -> UInt8 {
        UInt8(digit < 26 ? Int(UInt8(ascii: "a")) + digit : Int(UInt8(ascii: "0")) + digit - 26)
    }
}
