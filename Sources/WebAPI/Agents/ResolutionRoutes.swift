// From a name to an agent. Public: who looks for an agent has no account here.
//
// The answer is signed by the registry: in JSON the member `signature` is a detached JWS over the JCS of the rest; as
// application/jose the same signature stands around the same octets.

import Foundation
import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// All calls that find agents.
    static func resolution(_ resolver: AgentResolver) -> [Route] { [.resolve(resolver), .resolveByBody(resolver)] }

    /// An agent by host or ANS name: `?version=` is a range.
    private static func resolve(_ resolver: AgentResolver) -> Route {
        Route(
            .get,
            "/v1/resolve/{agent}",
            for: .everyone { request, context in
                let parameters = try QueryParameters(request.uri.query, admitting: ["version"])
                guard let name = context.parameters.get("agent")?.removingPercentEncoding else {
                    throw Problem(.invalidAgentName, "the path ends in a host or an ANS name, percent-encoded")
                }
                let form = try SignedForm.preferred(by: request)
                let query = try ResolutionQuery(name, range: parameters["version"])
                let document = try await resolver.resolve(query, from: RequestOrigin(context))
                return try .resolved(document, in: form, to: request, at: resolver.now)
            }
        )
    }

    /// ANS resolution, which has the older lane alone: `{"agentHost", "version"}`.
    private static func resolveByBody(_ resolver: AgentResolver) -> Route {
        Route(
            .post,
            "/v1/agents/resolution",
            for: .everyone { request, context in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["agentHost", "version"])
                let range = try members.string("version")
                let query = try ResolutionQuery(try members.requiredString("agentHost"), range: range)
                let form = try SignedForm.preferred(by: request)
                let document = try await resolver.resolve(query, from: RequestOrigin(context))
                // RFC 9110 §9.3.3: an answer to POST is kept only when it says so, and this one does not.
                return try .document(document, in: form, headers: [:])
            }
        )
    }
}

extension Response {
    /// An answer, or 304 for who has it.
    fileprivate static func resolved(
        _ document: SignedDocument,
        in form: SignedForm,
        to request: Request,
        at instant: Date
    ) throws(Problem) -> Response {
        let tag = form == .jose ? document.entityTag.dropLast() + "-jose\"" : document.entityTag[...]
        let headers: HTTPFields = [
            .eTag: String(tag),
            .cacheControl: "public, max-age=\(document.secondsLeft(at: instant))",
            .accessControlAllowOrigin: "*",
            .vary: HTTPField.Name.accept.rawName,
        ]
        guard !request.has(String(tag)) else { return Response(status: .notModified, headers: headers) }
        return try .document(document, in: form, headers: headers)
    }

    fileprivate static func document(
        _ document: SignedDocument,
        in form: SignedForm,
        headers: HTTPFields
    ) throws(Problem) -> Response {
        var headers = headers
        headers[.contentType] = form.mediaType
        let octets: [UInt8]
        switch form {
        case .json: octets = document.octets
        case .jose:
            guard let compact = document.compact else {
                throw Problem(
                    .signingUnavailable,
                    "answers are not signed at the moment; ask for \(MediaType.json)",
                    headers: .retryAfter(60)
                )
            }
            octets = Array(compact.utf8)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets)))
    }
}
