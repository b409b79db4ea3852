// The web, as far as documents go: a test says what lies where.

public import RegistrationAuthority
import Synchronization

/// Documents by URL; everywhere else there is none.
public final class MemoryDocuments: DocumentFetching {
    private let state = Mutex((documents: [String: [UInt8]](), asked: [String]()))

    /// Nothing anywhere.
    public init() {}

    /// The URLs that were asked for, in order.
    public var asked: [String] { self.state.withLock { $0.asked } }

    /// Puts a document at a URL, or takes it away.
    public func set(_ url: String, _ text: String?) {
        self.state.withLock { $0.documents[url] = text.map { Array($0.utf8) } }
    }

    public func fetch(_ url: String, accepting types: String) async throws(RegistrationError) -> [UInt8] {
        let document = self.state.withLock { state in
            state.asked.append(url)
            return state.documents[url]
        }
        guard let document else { throw RegistrationError(.documentUnavailable, "the document answers 404") }
        return document
    }
}
