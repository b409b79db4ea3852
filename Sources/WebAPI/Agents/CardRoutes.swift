// Agents' cards (A2A): published by their owners and keys; served to everyone by name, and at the well-known places of the
// host that the request is for, which is how clients of A2A look for them.

import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import PKIX
import RegistrationAuthority

extension Route {
    /// All calls about cards.
    static func cards(_ service: AgentCardService) -> [Route] {
        // A2A 1.0 §8.2; A2A 0.2 had `agent.json`.
        let places = ["/.well-known/agent-card.json", "/.well-known/agent.json", "/card.json"]
        return [.publishCard(service), .showCard(service), .showCardOfDomain(service)]
            + places.map { .showCardOfHost(service, at: $0) }
    }

    /// Publishes a card → 201, or 200 when it was the card already.
    private static func publishCard(_ service: AgentCardService) -> Route {
        Route(
            .put,
            "/v2/ans/agents/{agentId}/card",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.agentID()
                let publication = try await service.publish(
                    try await request.cardBody(),
                    of: id,
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.published(publication.card), status: publication.isNew ? .created : .ok)
            }
        )
    }

    /// An agent's card for its owner, in any state; `?number=` for an earlier one.
    private static func showCard(_ service: AgentCardService) -> Route {
        Route(
            .get,
            "/v2/ans/agents/{agentId}/card",
            for: .holders(of: .register) { request, context, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["number"])
                let number = try parameters.value("number", "must be a number from 1") { text in
                    Int64(text).flatMap { $0 > 0 ? $0 : nil }
                }
                let card = try await service.card(
                    of: try context.agentID(),
                    number: number,
                    preferring: request.preferredCardVersion,
                    for: principal
                )
                return try await .card(card, to: request, isPublic: false)
            }
        )
    }

    private static func showCardOfDomain(_ service: AgentCardService) -> Route {
        Route(
            .get,
            "/v1/domains/{name}/card.json",
            for: .everyone { request, context in
                let card = try await service.card(
                    at: context.parameters.get("name") ?? "",
                    preferring: request.preferredCardVersion
                )
                return try await .card(card, to: request, isPublic: true)
            }
        )
    }

    private static func showCardOfHost(_ service: AgentCardService, at path: String) -> Route {
        Route(
            .get,
            path,
            for: .everyone { request, _ in
                do {
                    let version = request.preferredCardVersion
                    let card = try await service.card(at: request.hostWithoutPort, preferring: version)
                    return try await .card(card, to: request, isPublic: true)
                } catch let error as RegistrationError where error.code == .invalidAgentName {
                    throw Problem(.agentNotFound, "no agent is at the host of this request")
                }
            }
        )
    }
}

extension Request {
    /// The host that the request is for: `:authority` or `Host`.
    var hostWithoutPort: String {
        let authority = self.head.authority ?? ""
        guard let colon = authority.lastIndex(of: ":"), authority[colon...].dropFirst().allSatisfy(\.isASCIIDigit)
        else {
            return authority
        }
        return String(authority[..<colon])
    }

    /// The field `A2A-Version` (A2A 1.0 §3.6): which card is preferred where there are several.
    ///
    /// Any other version than those of cards is no preference: a client of A2A 1.1 reads cards of 1.0.
    fileprivate var preferredCardVersion: AgentCardVersion? {
        self.headers[.a2aVersion].flatMap { AgentCardVersion(rawValue: String(Substring($0).trimmedOfSpace)) }
    }

    /// The body of a request that must be a card.
    ///
    /// - Throws: ``Problem``: `.unsupportedMediaType`, `.contentTooLarge`, `.malformedRequest`.
    fileprivate func cardBody() async throws -> [UInt8] {
        guard self.headers[.contentEncoding] == nil, MediaType.isCard(self.headers[.contentType]) else {
            let admitted = "\(MediaType.json), \(MediaType.a2a)"
            throw Problem(
                .unsupportedMediaType,
                "the body must be \(MediaType.json) or \(MediaType.a2a) in UTF-8 without Content-Encoding",
                headers: [.accept: admitted]
            )
        }
        let limit = RegistrationAuthority.Budget.cardBytes
        let tooLarge = Problem(.contentTooLarge, "an agent card has at most \(limit) octets")
        if let announced = self.headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw tooLarge }
        let body = try await self.boundedOctets()
        guard body.count <= limit else { throw tooLarge }
        return body
    }

    /// Whether the client has what has the entity tag (RFC 9110 §13.1.2, compared weakly).
    ///
    /// No tag of ours has a comma, so a list can be cut at commas.
    func has(_ entityTag: String) -> Bool {
        func opaque(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
        return self.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains { element in
            let tag = element.trimmedOfSpace
            return tag == "*" || opaque(tag) == opaque(entityTag[...])
        }
    }
}

extension Response {
    /// A card, or 304 for who has it.
    fileprivate static func card(_ card: ServedCard, to request: Request, isPublic: Bool) async throws -> Response {
        var headers: HTTPFields = [.eTag: card.entityTag]
        if isPublic {
            headers[.cacheControl] = "public, max-age=300"
            headers[.accessControlAllowOrigin] = "*"
        } else {
            headers[.cacheControl] = "private, no-cache"
        }
        // A2A-Version chooses the card; at the well-known places the host does, which is part of the request's address.
        headers[.vary] = HTTPField.Name.a2aVersion.rawName
        guard !request.has(card.entityTag) else { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = MediaType.json
        let octets = try await card.octets()
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets))
        )
    }
}

extension JSONValue {
    /// What came of a publication.
    fileprivate static func published(_ card: PublishedCard) -> JSONValue {
        [
            "agentId": .string(card.agent.description),
            "number": .integer(card.number),
            "a2aVersion": .string(card.document.version.rawValue),
            "sha256": .string(card.document.sha256.hexadecimal),
            "createdAt": .time(card.createdAt),
        ]
    }
}

extension MediaType {
    /// The media type of A2A (A2A 1.0 §11.1).
    static let a2a = "application/a2a+json"

    /// Whether a Content-Type is that of a card in UTF-8.
    static func isCard(_ contentType: String?) -> Bool {
        guard let contentType, contentType.lowercased().hasPrefix(Self.a2a) else { return Self.isJSON(contentType) }
        return Self.isJSON(Self.json + contentType.dropFirst(Self.a2a.count))
    }
}

extension HTTPField.Name {
    /// `A2A-Version`.
    fileprivate static let a2aVersion = HTTPField.Name("A2A-Version") ?? .via
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
