import Foundation
import HTTPSignatures
import HTTPTypes
import Testing

@Suite("Signature-Input and Signature")
struct SignatureInputTests {
    private func read(_ inputs: [String], _ signatures: [String]) throws -> [SignatureInput] {
        var request = plainRequest
        request.headerFields[values: .signatureInputField] = inputs
        request.headerFields[values: .signatureField] = signatures
        return try SignatureInput.all(in: request)
    }

    @Test("are joined by label, over several lines")
    func joins() throws {
        let all = try self.read([#"a=("@method");created=1, b=()"#, "c=()"], ["c=:AQ==:, b=:Ag==:", "a=:Aw==:"])
        #expect(all.map(\.label) == ["a", "b", "c"])
        #expect(all.map(\.signature) == [[3], [2], [1]])
        #expect(all[0].components == [.method] && all[0].parameters.created == 1)
        #expect(try SignatureInput.all(in: plainRequest).isEmpty)
    }

    @Test("keep the signer's order of parameters")
    func keepsOrder() throws {
        let text = #"("@method"   "@path" );keyid="a\"b";created=01;nonce="n";expires=2;alg="ed25519";tag="t""#
        let input = try #require(try self.read(["s=" + text], ["s=:AA==:"]).first)
        #expect(
            input.serialized
                == #"("@method" "@path");keyid="a\"b";created=1;nonce="n";expires=2;alg="ed25519";tag="t""#
        )
        #expect(input.parameters.keyID == #"a"b"#)
    }

    @Test(
        "that are malformed, duplicate or without a partner are refused",
        arguments: [
            ("s=()", ""), ("", "s=:AA==:"), ("s=()", "t=:AA==:"), ("s=(),t=()", "s=:AA==:"), ("s", "s=:AA==:"),
            ("s=1", "s=:AA==:"), ("s=(", "s=:AA==:"), ("s=()", "s=AA"), ("s=()", "s=::"), ("s=()", "s=:AB==:"),
            ("s=()", "s=:AA:"), ("s=()", "s=:AA==:;x=1"), ("s=()", "s=(:AA==:)"), ("s=()", "s=\"AA\""),
            ("s=(),", "s=:AA==:"),
            ("s=(), s=()", "s=:AA==:"), ("s=()", "s=:AA==:, s=:AA==:"), (#"s=("@method" "@method")"#, "s=:AA==:"),
            ("s=(@method)", "s=:AA==:"), ("s=(method)", "s=:AA==:"),
            (#"s=("@query-param";name="a" "@query-param";name="a")"#, "s=:AA==:"),
            ("s=();created=1;created=2", "s=:AA==:"), (#"s=();tag=%"x""#, "s=:AA==:"), ("S=()", "S=:AA==:"),
            ("é", "s=:AA==:"),
            (#"s=("date";sf;sf)"#, "s=:AA==:"), (#"s=();nonce="a"#, "s=:AA==:"), (#"s=();nonce="\a""#, "s=:AA==:"),
            ("a=(),b=(),c=(),d=(),e=()", "a=:AA==:,b=:AA==:,c=:AA==:,d=:AA==:,e=:AA==:"),
            (#"s=%"\", s=(), t=%"\""#, "s=:AA==:"),
        ]
    )
    func refuses(_ input: String, _ signature: String) {
        #expect(throws: HTTPSignatureError(.malformedField, "")) {
            try self.read(input.isEmpty ? [] : [input], signature.isEmpty ? [] : [signature])
        }
    }

    @Test(
        "have parameters of the RFC's types, and no others",
        arguments: [
            (#"created="1""#, .invalidParameter), ("created=1.5", .invalidParameter), ("expires=@1", .invalidParameter),
            ("created", .invalidParameter), ("nonce=1", .invalidParameter), ("keyid=a", .invalidParameter),
            ("tag=?0", .invalidParameter), ("nonce=:AA==:", .invalidParameter), ("alg=ed25519", .invalidParameter),
            (#"alg="none""#, .unsupportedAlgorithm), (#"alg="hmac-sha256""#, .unsupportedAlgorithm),
            (#"alg="ED25519""#, .unsupportedAlgorithm), ("new=1", .unsupportedParameter),
            ("created=1;x", .unsupportedParameter),
            ("created=9999999999999999", .malformedField),
        ] as [(String, HTTPSignatureError.Code)]
    )
    func parameters(_ parameter: String, _ code: HTTPSignatureError.Code) {
        let problem = #expect(throws: HTTPSignatureError.self) { try self.read(["s=();\(parameter)"], ["s=:AA==:"]) }
        #expect(problem?.code == code, "\(String(describing: problem))")
    }

    @Test("are bounded in components, octets of the fields, of a signature and of the base")
    func bounds() throws {
        let components = { (count: Int) in (0..<count).map { #""x-\#($0)""# }.joined(separator: " ") }
        _ = try self.read(["s=(\(components(Budget.components)))"], ["s=:AA==:"])
        let (long, zeros) = (Budget.signatureBytes + 1, String(repeating: "x", count: Budget.fieldBytes))
        for (input, signature) in [
            ("s=(\(components(Budget.components + 1)))", "s=:AA==:"),
            ("s=()", "s=:\(Data(count: long).base64EncodedString()):"),
            (#"s=();tag="\#(zeros)""#, "s=:AA==:"),
        ] {
            #expect(throws: HTTPSignatureError(.malformedField, "")) { try self.read([input], [signature]) }
        }
        var request = plainRequest
        request.headerFields[.userAgent] = String(repeating: "x", count: Budget.baseBytes)
        let input = try SignatureInput(label: "s", components: [.init(field: .userAgent)], parameters: .init())
        #expect(throws: HTTPSignatureError(.missingComponent, "")) { try input.base(for: request) }
    }

    @Test("cannot be made with texts that no field can hold")
    func unwritable() {
        for parameters in [SignatureParameters(nonce: "é"), SignatureParameters(keyID: "a\nb"), .init(created: .max)] {
            #expect(throws: HTTPSignatureError(.invalidParameter, "")) {
                try SignatureInput(label: "s", components: [], parameters: parameters)
            }
        }
    }
}
