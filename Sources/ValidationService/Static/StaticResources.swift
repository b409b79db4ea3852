// The port behind which published files are found, and the table that most will use.

import Synchronization

/// Finds what is published.
///
/// Called on event loops: answers at once, without blocking.
public protocol StaticResources: Sendable {
    /// What is published at a path, which begins with "/" and has no query; `nil` for nothing.
    func resource(_ path: String) -> PublishedResource?
}

/// Resources by path; a change replaces all or nothing for whoever looks.
public final class ResourceTable: StaticResources {
    private let resources: Mutex<[String: PublishedResource]>

    /// Creates a table.
    public init(_ resources: [String: PublishedResource] = [:]) {
        self.resources = Mutex(resources)
    }

    /// What is published at a path.
    public func resource(_ path: String) -> PublishedResource? { self.resources.withLock { $0[path] } }

    /// Publishes a resource, in place of what was there.
    public func publish(_ resource: PublishedResource, at path: String) {
        self.publish([path: resource])
    }

    /// Publishes several resources at once, in place of what was there.
    public func publish(_ resources: [String: PublishedResource]) {
        self.resources.withLock { table in
            for (path, resource) in resources {
                var resource = resource
                if let last = table[path], last.lastModified == resource.lastModified {
                    resource.sharesItsSecond = last.sharesItsSecond || last.entityTag != resource.entityTag
                }
                table[path] = resource
            }
        }
    }
}
