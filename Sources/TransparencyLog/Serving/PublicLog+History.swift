// Checkpoints as the Agent Name Service shows them: as JSON, and those of before.

import FoundationEssentials
import JSON
import PKIX

extension PublicLog {
    /// The published checkpoint as a document.
    func checkpointDocument() async throws(LogError) -> LogAnswer {
        let found = try await self.reading {
            let snapshot = try await self.proofs.snapshot()
            let size = snapshot.checkpoint.size
            let selection = CheckpointSelection(sizes: size...size, limit: 1)
            return (snapshot, try await self.lookup.checkpoints(selection).first)
        }
        return .json(self.document(found.0.checkpoint, at: found.1?.at), maxAge: 1)
    }

    /// Checkpoints of before, page by page: `limit`, `offset`, `fromSize`, `toSize`, `since`, `order` (ASC, DESC).
    func history(_ query: LogQuery) async throws(LogError) -> LogAnswer {
        let from = try query.integer("fromSize", in: 0...Int.max, default: 0)
        let to = try query.integer("toSize", in: 0...Int.max, default: Int.max)
        guard from <= to else { throw LogError(.malformedQuery, "'fromSize' is not above 'toSize'") }
        let limit = try query.integer("limit", in: 1...Budget.historyPage, default: Budget.historyDefault)
        let selection = CheckpointSelection(
            sizes: from...to,
            since: try query.instant("since"),
            isAscending: try query.isSecond("order", of: ("DESC", "ASC")),
            // One more says whether another page follows.
            limit: limit + 1,
            offset: try query.integer("offset", in: 0...Budget.offset, default: 0)
        )
        let found = try await self.reading { try await self.lookup.checkpoints(selection) }
        var checkpoints: [JSONValue] = []
        for stored in found.prefix(limit) {
            checkpoints.append(self.document(try SignedCheckpoint(stored.bytes), at: stored.at))
        }
        let next = found.count > limit ? JSONValue.integer(selection.offset + limit) : .null
        return .json(["checkpoints": .array(checkpoints), "pagination": ["nextOffset": next]], maxAge: 1)
    }

    private func document(_ signed: SignedCheckpoint, at instant: Date?) -> JSONValue {
        .object(present: [
            "logSize": .integer(signed.size),
            "treeHeight": .integer(signed.size > 1 ? Int.bitWidth - (signed.size - 1).leadingZeroBitCount : 0),
            "rootHash": .string(signed.root.base64),
            "originName": .string(signed.checkpoint.origin),
            "checkpointFormat": "c2sp-tlog/v1",
            "checkpointText": .string(String(decoding: signed.note.text, as: UTF8.self)),
            "checkpoint": .string(String(decoding: signed.bytes, as: UTF8.self)),
            "createdAt": instant.map { .string($0.formatted(.iso8601)) },
            "signatures": .array(signed.note.signatures.map { self.document($0) }),
        ])
    }

    private func document(_ signature: NoteSignature) -> JSONValue {
        let key = self.identity.keys.first { $0.matches(signature) }
        let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.keyID >> (24 - 8 * $0)) }
        return .object(present: [
            "signerName": .string(signature.name), "signatureType": "c2sp",
            "algorithm": key.map { $0.algorithm == .ecdsaP256 ? "ES256" : "EdDSA" } ?? "unknown",
            "keyHash": .string("0x\(id.hexadecimal)"), "rawSignature": .string(Base64.encode(id + signature.blob)),
        ])
    }
}
