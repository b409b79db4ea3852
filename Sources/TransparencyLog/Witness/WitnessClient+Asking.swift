// One witness is asked: where it is, the proof from there, and what its answer is worth.

import Crypto
import PKIX

extension WitnessClient {
    /// Asks one witness; whatever it does is an outcome.
    func ask(
        _ witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint,
        _ nodes: any NodeReader
    ) async -> Outcome {
        do {
            let known = self.status(of: witness).cosignedSize ?? 0
            // What it knows can be greater only after a restart of ours, or because it has seen another log than ours.
            var answer = try await self.send(witness, checkpoint, nodes, from: min(known, checkpoint.size))
            if answer.status == 409 {
                let size = try Self.size(in: answer)
                guard size <= checkpoint.size else {
                    return await self.examine(
                        witness,
                        checkpoint,
                        nodes,
                        "it claims to have cosigned \(size) entries of this log, which has \(checkpoint.size)"
                    )
                }
                answer = try await self.send(witness, checkpoint, nodes, from: size)
            }
            if answer.status == 422 {
                return await self.examine(witness, checkpoint, nodes, "it says that our proof does not hold")
            }
            return .cosigned(try Self.cosignature(in: answer, of: witness, checkpoint))
        } catch {
            return .failed((error as? LogError)?.reason ?? "\(error)")
        }
    }

    private func send(
        _ witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint,
        _ nodes: any NodeReader,
        from old: Int
    ) async throws -> WitnessAnswer {
        let path = try await nodes.consistencyPath(from: old, to: checkpoint.size)
        let request = AddCheckpointRequest(oldSize: old, path: path, checkpoint: checkpoint)
        return try await self.transport("\(witness.address)/add-checkpoint", request.bytes)
    }

    /// The size in an answer of status 409.
    private static func size(in answer: WitnessAnswer) throws(LogError) -> Int {
        guard answer.body.count <= 20, answer.body.last == UInt8(ascii: "\n"),
            let size = Decimal.decode(String(decoding: answer.body.dropLast(), as: UTF8.self))
        else { throw LogError(.notWitnessed, "it answered 409 without a size") }
        return size
    }

    private static func cosignature(
        in answer: WitnessAnswer,
        of witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint
    ) throws(LogError) -> NoteSignature {
        guard answer.status == 200, answer.body.count <= Budget.witnessAnswerBytes else {
            throw LogError(.notWitnessed, "it answered with status \(answer.status)")
        }
        // "The client MUST ignore any cosignatures from unknown keys."
        let lines = try NoteSignature.parse(lines: answer.body)
        guard let line = lines.first(where: { witness.key.matches($0) }),
            witness.key.isValid(line, over: checkpoint.note.text)
        else { throw LogError(.notWitnessed, "its answer has no cosignature of its key") }
        return line
    }

    /// Looks at the checkpoint that a witness has of our log: with our signature on it, it proves what the witness claims.
    private func examine(
        _ witness: WitnessEndpoint,
        _ checkpoint: SignedCheckpoint,
        _ nodes: any NodeReader,
        _ claim: String
    ) async -> Outcome {
        guard let claims = self.claims else { return .failed(claim) }
        let origin = Array(SHA256.hash(data: Array(checkpoint.checkpoint.origin.utf8))).hexadecimal
        let theirs: SignedCheckpoint
        let path: [LogHash]
        do {
            guard let bytes = try await claims.fetch("\(witness.address)/\(origin)/checkpoint") else {
                return .failed("\(claim), and shows no checkpoint that would prove it")
            }
            theirs = try claims.identity.checkpoint(bytes)
            path =
                theirs.size > checkpoint.size
                ? [] : try await nodes.consistencyPath(from: theirs.size, to: checkpoint.size)
        } catch {
            return .failed("\(claim), and does not prove it: \(error)")
        }
        do { try checkpoint.checkpoint.check(follows: theirs.checkpoint, path: path) } catch {
            return .forked(
                LogError(
                    .inconsistent,
                    """
                    the witness '\(witness.key.name)' has a checkpoint of \(theirs.size) entries with this log's signature, \
                    which a checkpoint of \(checkpoint.size) does not go on from: files and store were rolled back together, \
                    or another signs with the log's key. Nothing is published, so that the log does not fork; restore files \
                    and store of the latest moment there is
                    """
                )
            )
        }
        return .failed("\(claim), but its own checkpoint of \(theirs.size) entries is one of ours")
    }
}
