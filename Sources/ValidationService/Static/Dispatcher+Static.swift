// Published resources over HTTP (RFC 9110 §9.3.1, §13, §14).

import NIOCore
import PKIX

extension Dispatcher {
    /// Answers with a resource, a part of it, or nothing of it.
    mutating func serve(
        _ resource: PublishedResource,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence,
        route: Route = .resource
    ) -> Outcome {
        guard head.method == .get || head.method == .head else { return self.refuseMethod(route, head, persistence) }
        // RFC 9110 §13.2.1: conditions and ranges are of what would be answered with 200.
        if let status = resource.standing.status {
            return self.send(resource, 0..<resource.count, status, route, head, persistence)
        }
        switch Representation(resource, head, bytes) {
        case .notModified:
            self.tally.request(route, .notModified)
            self.writer.writeHead(.notModified, fields: self.validators(resource), persistence)
            return .done
        case .unsatisfiable:
            let fields = "Content-Range: bytes */\(resource.count)\r\n"
            return self.refuse(.rangeNotSatisfiable, route, head, persistence, fields: fields)
        case .whole: return self.send(resource, 0..<resource.count, .ok, route, head, persistence)
        case .part(let range): return self.send(resource, range, .partialContent, route, head, persistence)
        }
    }

    /// Answers with a resource that is at hand, or has it looked for.
    mutating func load(
        _ target: ResourceTarget,
        _ share: LoadShare,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ persistence: Persistence
    ) -> Outcome {
        guard head.method == .get || head.method == .head else {
            return self.refuseMethod(share.route, head, persistence)
        }
        guard let resource = self.context.loader?.atHand(target) else { return .load(target, share) }
        guard self.atHandLeft > 0 else { return .postpone(resource, share) }
        self.atHandLeft -= 1
        return self.serve(resource, head, bytes, persistence, route: share.route)
    }

    private mutating func refuseMethod(
        _ route: Route,
        _ head: RequestHead,
        _ persistence: Persistence
    ) -> Outcome {
        if head.method == .unknown { return self.refuse(.notImplemented, .none, head, persistence) }
        return self.refuse(.methodNotAllowed, route, head, persistence, fields: "Allow: GET, HEAD\r\n")
    }

    private mutating func send(
        _ resource: PublishedResource,
        _ range: Range<Int>,
        _ status: HTTPStatus,
        _ route: Route,
        _ head: RequestHead,
        _ persistence: Persistence
    ) -> Outcome {
        self.tally.request(route, status)
        var fields = "Content-Type: \(resource.contentType)\r\nContent-Length: \(range.count)\r\n"
        if status == .partialContent {
            fields += "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(resource.count)\r\n"
        }
        self.writer.writeHead(status, fields: fields + self.validators(resource), persistence)
        return head.wantsBody && !range.isEmpty ? .send(resource.content, range) : .done
    }

    /// What goes with the resource whether it is sent or the client has it (RFC 9110 §15.4.5).
    private func validators(_ resource: PublishedResource) -> String {
        var fields = "Accept-Ranges: bytes\r\nETag: \"\(resource.entityTag)\"\r\n"
        for field in resource.fields { fields += "\(field.name): \(field.value)\r\n" }
        if let expires = resource.expires { fields += "Expires: \(HTTPDate.text(expires))\r\n" }
        if let modified = resource.lastModified { fields += "Last-Modified: \(HTTPDate.text(modified))\r\n" }
        if resource.maxAge == 0 {
            fields += "Cache-Control: no-store\r\n"
        } else if let age = resource.age(now: self.writer.now) {
            fields += "Cache-Control: max-age=\(age),public,no-transform,must-revalidate\r\n"
        }
        // The head's writer ends the last line.
        return String(fields.dropLast(1))
    }
}

extension PublishedResource.Standing {
    /// The status, if it is not that of the conditions.
    fileprivate var status: HTTPStatus? {
        switch self {
        case .present: nil
        case .absent: .notFound
        case .refused: .badRequest
        }
    }
}
