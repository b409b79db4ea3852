// A second implementation: the `http-message-signatures` package of PyPI.

import Foundation
import HTTPSignatures
import HTTPTypes
import Testing

@Suite("HTTP message signatures beside Python's", .enabled(if: Python.hasMessageSignatures))
struct MessageSignaturesPeerTests {
    private static let prelude = """
        import sys, datetime, http_message_signatures as h
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        class Message: pass
        message = Message()
        pem, name = sys.stdin.read().split("|")
        key = load_pem_private_key(pem.encode(), None)
        class Keys(h.HTTPSignatureKeyResolver):
            def resolve_private_key(self, key_id): return key
            def resolve_public_key(self, key_id): return key.public_key()
        algorithm = {a.algorithm_id: a for a in vars(h.algorithms).values() if hasattr(a, "algorithm_id")}[name]

        """

    @Test("it verifies what we sign", arguments: TestKey.all)
    func theyVerify(_ key: TestKey) async throws {
        let signer = try key.signer()
        let request = try await signer.signed(plainRequest, body: testBody, nonce: "n0", at: Date())
        let fields = request.headerFields.map { "\"\($0.name.canonicalName)\": '\($0.value)'" }.joined(separator: ", ")
        let script =
            Self.prelude + """
                message.method, message.url = "POST", "https://signet.test:8443/v1/agents?dry=1"
                message.headers = {\(fields)}
                verifier = h.HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=Keys())
                results = verifier.verify(message, max_age=datetime.timedelta(seconds=300))
                print([(r.label, r.parameters["keyid"], r.parameters["nonce"], len(r.covered_components)) for r in results])
                """
        let output = try await Python.run(script, input: "\(key.pkcs8)|\(key.algorithm.rawValue)")
        #expect(output == "[('sig1', 'key', 'n0', 5)]\n")
    }

    @Test("we verify what it signs", arguments: TestKey.all)
    func weVerify(_ key: TestKey) async throws {
        let script =
            Self.prelude + """
                message.method, message.url = "POST", "https://signet.test:8443/v1/agents?dry=1"
                message.headers = {"content-type": "application/json"}
                now = datetime.datetime.fromtimestamp(1800000000)
                signer = h.HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=Keys())
                signer.sign(message, body=b'{"hello": "world"}', key_id="key", created=now, expires=now + datetime.timedelta(seconds=60), nonce="n0",
                    covered_component_ids=("@method", "@authority", "@path", "@query", "content-digest", "content-type"))
                print("|".join(message.headers[n] for n in ("Content-Digest", "Signature-Input", "Signature")))
                """
        let output = try await Python.run(script, input: "\(key.pkcs8)|\(key.algorithm.rawValue)")
        let parts = output.dropLast().split(separator: "|").map { String($0) }
        try #require(parts.count == 3, "\(output)")
        var request = plainRequest
        request.headerFields[.contentDigestField] = parts[0]
        request.headerFields[.signatureInputField] = parts[1]
        request.headerFields[.signatureField] = parts[2]
        let candidate = try SignatureProfile().candidate(in: request, body: testBody)
        #expect(try candidate.verified(with: key.publicKey, at: now).nonce == "n0")
    }
}

/// Runs Python 3.
enum Python {
    static let hasMessageSignatures =
        (try? Self.runBlocking("import http_message_signatures; print(1)", input: "")) == "1\n"

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
        process.standardError = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
