// The log's pages on the public listener.

import PKIX
import TransparencyLog
import ValidationService

/// Pages, made when someone asks.
struct LogPageResources: ResourceLoading {
    let pages: LogPages

    func share(of path: String) -> LoadShare? { LogPages.mayHave(path) ? .answers : nil }

    func load(_ target: ResourceTarget) async throws -> PublishedResource? {
        guard let page = try await self.pages.page(target.path, query: target.query) else { return nil }
        var resource = PublishedResource(
            bytes: page.bytes,
            contentType: page.contentType,
            lastModified: nil,
            maxAge: page.maxAge
        )
        resource.fields = LogPage.fields
        resource.standing =
            switch page.status {
            case .ok: .present
            case .notFound: .absent
            case .badRequest: .refused
            }
        return resource
    }
}
