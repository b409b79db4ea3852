// From a whole request to its answer in the output, or to what must be done first. No I/O, and nothing to wait for.

import NIOCore
import PKIX

/// Answers requests; owned by an event loop.
struct Dispatcher {
    /// What is left to do after a call.
    enum Outcome {
        /// The answer is in the output.
        case done
        /// An answer for one certificate must be made.
        case cold(StatusKey)
        /// An answer for this request alone must be made.
        case ask(OCSPRequest)
        /// The head is in the output; this part of the content follows.
        case send(PublishedResource.Content, Range<Int>)
        /// What is at this path must be looked for.
        case load(ResourceTarget, LoadShare)
        /// This is to be sent once others have had their turn.
        case postpone(PublishedResource, LoadShare)
    }

    let context: ServerContext
    var writer = ResponseWriter()
    var tally: Tally
    /// How many answers of this turn may still be made of what is at hand.
    var atHandLeft = 0

    init(context: ServerContext) {
        self.context = context
        self.tally = Tally(factory: context.metricsFactory)
    }

    /// Begins to answer what a connection has sent.
    mutating func beginTurn() {
        self.writer.setTime(self.context.now())
        self.atHandLeft = Budget.atHandInTurn
    }

    /// Answers a request whose `totalLength` octets are in front.
    mutating func serve(_ head: RequestHead, _ bytes: Span<UInt8>, _ persistence: Persistence) -> Outcome {
        switch RequestPath(bytes, head.target) {
        case .ocsp(nil, let encoded): return self.serveOCSP(head, bytes, persistence, encoded, issuer: nil)
        case .ocsp(let name?, let encoded):
            guard let issuer = self.context.issuers.index(named: bytes.text(name)) else { break }
            return self.serveOCSP(head, bytes, persistence, encoded, issuer: issuer)
        case .other(let range):
            // An escape in a path of ours is never needed; "%" is not looked for.
            let path = bytes.text(range)
            if let resource = self.context.resources.resource(path) {
                return self.serve(resource, head, bytes, persistence)
            }
            if let share = self.context.loader?.share(of: path) {
                let query = (range.upperBound..<head.target.upperBound).dropFirst()
                let target = ResourceTarget(path: path, query: bytes.text(query.startIndex..<query.endIndex))
                return self.load(target, share, head, bytes, persistence)
            }
        case .none: break
        }
        return self.refuse(head.method == .unknown ? .notImplemented : .notFound, .none, head, persistence)
    }

    /// Writes a status for a request that was read.
    mutating func refuse(
        _ status: HTTPStatus,
        _ route: Route,
        _ head: RequestHead,
        _ persistence: Persistence,
        fields: String = ""
    ) -> Outcome {
        self.tally.request(route, status)
        self.writer.write(status, fields: fields, body: head.wantsBody, persistence)
        return .done
    }

    /// Writes a status for what could not be read as a request; the connection ends.
    mutating func refuse(_ status: HTTPStatus) {
        self.tally.request(.none, status)
        self.writer.write(status, body: true, .ends)
    }
}
