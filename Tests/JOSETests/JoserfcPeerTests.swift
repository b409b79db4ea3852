// A second implementation: the `joserfc` package of PyPI.

import Foundation
import JOSE
import JSON
import Testing

@Suite("JSON Web Signatures beside joserfc", .enabled(if: Python.hasJoserfc))
struct JoserfcPeerTests {
    private static let algorithms = "[\"EdDSA\", \"ES256\", \"ES384\", \"RS256\", \"PS256\"]"

    @Test("joserfc verifies what we sign, and names the key as we do", arguments: TestKey.all)
    func theyVerify(_ key: TestKey) async throws {
        let jws = try await JSONWebSignature.sign(
            Array("payload €".utf8),
            header: JWSHeader(algorithm: key.algorithm, keyID: "k"),
            key: key.publicKey,
            signer: key.sign
        )
        let script = """
            import json, sys
            from joserfc import jws, jwk
            document = json.load(sys.stdin)
            key = jwk.import_key(document["key"])
            read = jws.deserialize_compact(document["jws"], key, algorithms=\(Self.algorithms))
            print(read.payload.decode(), key.thumbprint())
            """
        let webKey = try JSONWebKey(key.publicKey)
        let input: JSONValue = ["key": webKey.value, "jws": .string(jws.compact)]
        #expect(try await Python.run(script, input: text(input)) == "payload € \(webKey.thumbprint)\n")
    }

    @Test(
        "we verify what joserfc signs",
        arguments: [
            ("OKPKey", "Ed25519", "EdDSA"), ("ECKey", "P-256", "ES256"), ("ECKey", "P-384", "ES384"),
            ("RSAKey", "2048", "RS256"), ("RSAKey", "2048", "PS256"),
        ]
    )
    func weVerify(_ type: String, _ parameter: String, _ algorithm: String) async throws {
        let script = """
            import json
            from joserfc import jws, jwk
            parameter = "\(parameter)"
            key = jwk.\(type).generate_key(int(parameter) if parameter.isdigit() else parameter)
            signed = jws.serialize_compact({"alg": "\(algorithm)"}, b"payload", key, algorithms=\(Self.algorithms))
            print(json.dumps({"key": key.as_dict(private=False), "jws": signed, "name": key.thumbprint()}))
            """
        let answer = try json(try await Python.run(script, input: ""))
        let key = try JSONWebKey(try #require(answer["key"]))
        let jws = try JSONWebSignature(compact: try #require(answer["jws"]?.text))
        #expect(try jws.verified(with: key).payload == Array("payload".utf8))
        #expect(key.thumbprint == answer["name"]?.text)
    }
}

/// Runs Python 3.
enum Python {
    static let hasJoserfc = (try? Self.runBlocking("import joserfc; print(1)", input: "")) == "1\n"

    /// Runs a script on a thread of its own.
    static func run(_ script: String, input: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.runBlocking(script, input: input) })
            }
        }
    }

    private static func runBlocking(_ script: String, input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = FileHandle.nullDevice
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
