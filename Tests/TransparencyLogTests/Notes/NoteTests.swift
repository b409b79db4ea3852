// Signed notes, verifier keys and checkpoints.

import Crypto
import Testing

@testable import TransparencyLog

@Suite("Signed notes")
struct NoteTests {
    // C2SP signed-note, "Example".
    static let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let line =
        "\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    static let note = "This is an example message.\n\n" + line

    @Test("the specification's note verifies under its key, and is written as it was read")
    func vector() throws {
        let key = try VerifierKey(Self.key)
        #expect(key.description == Self.key)
        #expect(key.hexadecimalID == "530d903a")
        let note = try SignedNote(Array(Self.note.utf8))
        #expect(try note.signers(among: [key]) == [key])
        #expect(note.bytes == Array(Self.note.utf8))
        let changed = try SignedNote(Array(Self.note.replacing("example message", with: "exemple message").utf8))
        #expect(throws: LogError(.untrustedNote, "")) { try changed.signers(among: [key]) }
        #expect(throws: LogError(.untrustedNote, "")) { try note.signers(among: []) }
        #expect(throws: LogError(.untrustedNote, "")) { try note.signers(among: [SoftwareSigner().key]) }
    }

    @Test("a text with empty lines ends at the last of them")
    func emptyLines() throws {
        let note = try SignedNote(Array("a\n\nb\n\n\(Self.line)".utf8))
        #expect(note.text == Array("a\n\nb\n".utf8))
    }

    @Test(
        "what is no note is refused",
        arguments: [
            "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\n", "text\n" + line, "text\n\n" + line.dropLast(),
            "text\n\n" + line + "x", "te\u{1}xt\n\n" + line, "text\r\n\n" + line, "text\n\n-" + line.dropFirst(),
            "text\n\n\u{2014}  " + line.dropFirst(2), "text\n\n\u{2014} a+b AAAAAAA=\n",
            "text\n\n\u{2014} a AAAAAA==\n",
            "text\n\n\u{2014} a AAAAAAB=\n", "text\n\n\u{2014} a\u{a0}b AAAAAAA=\n", "text\n\n\u{2014} a AAAAAAA= \n",
            "text\n\n" + String(repeating: line, count: 65),
        ].map { String($0) }
    )
    func malformed(_ text: String) {
        #expect(throws: LogError(.malformedNote, "")) { try SignedNote(Array(text.utf8)) }
    }

    @Test("octets that are no UTF-8, and endless ones, are refused")
    func malformedOctets() {
        let line = Array(Self.line.utf8)
        for text in [[0xFF, 0x0A, 0x0A] + line, [UInt8](repeating: 0x61, count: Budget.noteBytes) + line] {
            #expect(throws: LogError(.malformedNote, "")) { try SignedNote(text) }
        }
    }

    @Test(
        "what is no verifier key is refused",
        arguments: [
            "", "a+b", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/fox+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "example.com/foo+530d903a+",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4", "a+00000000+Bg==", "a+00000000+AgAA",
        ]
    )
    func malformedKeys(_ text: String) {
        #expect(throws: LogError(.malformedNote, "")) { try VerifierKey(text) }
    }

    @Test(
        "each kind of key signs, and its signature verifies over this text alone",
        arguments: VerifierKey.Algorithm.allCases
    )
    func signers(_ algorithm: VerifierKey.Algorithm) async throws {
        let signer = SoftwareSigner(name: "log.example/a", algorithm)
        #expect(try VerifierKey(signer.key.description) == signer.key)
        let text = Array("text\n".utf8)
        let signature = try await signer.signature(over: text, time: 1_700_000_000)
        #expect(signer.key.isValid(signature, over: text))
        #expect(!signer.key.isValid(signature, over: Array("texu\n".utf8)))
        let note = try SignedNote(text: text, signatures: [signature])
        #expect(try SignedNote(note.bytes) == note)
        // Another name with the same key is another key.
        let renamed = try NoteSignature(name: "log.example/b", keyID: signature.keyID, blob: signature.blob)
        #expect(throws: LogError(.untrustedNote, "")) {
            try SignedNote(text: text, signatures: [renamed]).signers(among: [signer.key])
        }
        // One false line under a known key spoils the note.
        let falsified = try NoteSignature(
            name: signature.name,
            keyID: signature.keyID,
            blob: signature.blob.dropLast() + [signature.blob.last! ^ 1]
        )
        #expect(throws: LogError(.untrustedNote, "")) {
            try SignedNote(text: text, signatures: [signature, falsified]).signers(among: [signer.key])
        }
    }

    @Test("a signer whose signature its own key does not verify is found out")
    func liar() async throws {
        let (honest, other) = (SoftwareSigner(), SoftwareSigner())
        let liar = SoftwareSigner(key: honest.key, privateKey: other.privateKey)
        await #expect(throws: LogError(.signingFailed, "")) { try await liar.signature(over: [0x0A], time: 0) }
    }

    @Test("a checkpoint is read and written")
    func checkpoints() throws {
        let text = "example.com/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n"
        let checkpoint = try Checkpoint(text: Array(text.utf8))
        #expect(checkpoint.origin == "example.com/log")
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.extensions == ["more"])
        #expect(checkpoint.text == Array(text.utf8))
    }

    @Test(
        "what is no checkpoint is refused",
        arguments: [
            "o\n1\n", "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
            "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
            "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
            "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nmore\n",
        ]
    )
    func malformedCheckpoints(_ text: String) {
        #expect(throws: LogError(.malformedNote, "")) { try Checkpoint(text: Array(text.utf8)) }
    }

    @Test("a checkpoint follows another only if it goes on from it")
    func following() async throws {
        let data = entries(20)
        let nodes = LevelNodes(entries: data)
        func checkpoint(_ size: Int, origin: String = "o") async throws -> Checkpoint {
            Checkpoint(origin: origin, size: size, root: try await nodes.frontier(size: size).root)
        }
        let (old, new) = try await (checkpoint(7), checkpoint(20))
        let path = try await nodes.consistencyPath(from: 7, to: 20)
        try new.check(follows: old, path: path)
        try old.check(follows: old, path: [])
        let inconsistent = LogError(.inconsistent, "")
        #expect(throws: inconsistent) { try old.check(follows: new, path: path) }
        #expect(throws: inconsistent) { try new.check(follows: old, path: Array(path.dropLast())) }
        let (foreign, forked) = (
            try await checkpoint(20, origin: "p"), Checkpoint(origin: "o", size: 7, root: .emptyTree)
        )
        #expect(throws: inconsistent) { try foreign.check(follows: old, path: path) }
        #expect(throws: inconsistent) { try forked.check(follows: old, path: []) }
    }
}
