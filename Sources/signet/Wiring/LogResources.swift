// The log on the public listener.

import NIOCore
import TransparencyLog
import ValidationService

/// What the log has, as resources.
struct LogResources: ResourceLoading {
    let log: PublicLog

    func share(of path: String) -> LoadShare? {
        PublicLog.mayHave(path) ? PublicLog.isCostly(path) ? .answers : .files : nil
    }

    func atHand(_ target: ResourceTarget) -> PublishedResource? {
        self.log.answerAtHand(target.path, query: target.query).map { PublishedResource($0) }
    }

    func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        do {
            return try await self.log.answer(target.path, query: target.query).map { PublishedResource($0) }
        } catch let error as LogError where error.code == .malformedQuery {
            throw MalformedQuery()
        }
    }
}

extension PublishedResource {
    /// An answer of the log, which changes ten times a second: no date tells its states apart.
    fileprivate init(_ answer: LogAnswer) {
        if let entityTag = answer.entityTag {
            self.init(
                content: .bytes(ByteBuffer(bytes: answer.bytes)),
                contentType: answer.contentType,
                entityTag: entityTag,
                lastModified: nil,
                maxAge: answer.maxAge
            )
        } else {
            self.init(
                bytes: answer.bytes,
                contentType: answer.contentType,
                lastModified: nil,
                maxAge: answer.maxAge
            )
        }
    }
}
