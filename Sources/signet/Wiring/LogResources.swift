// The log on the public listener.

import TransparencyLog
import ValidationService

/// What the log has, as resources.
struct LogResources: ResourceLoading {
    let log: PublicLog

    func share(of path: String) -> LoadShare? {
        PublicLog.mayHave(path) ? PublicLog.isCostly(path) ? .answers : .files : nil
    }

    func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        do {
            return try await self.log.answer(target.path, query: target.query).map { answer in
                // A log changes ten times a second: no date tells its states apart.
                PublishedResource(
                    bytes: answer.bytes,
                    contentType: answer.contentType,
                    lastModified: nil,
                    maxAge: answer.maxAge
                )
            }
        } catch let error as LogError where error.code == .malformedQuery {
            throw MalformedQuery()
        }
    }
}
