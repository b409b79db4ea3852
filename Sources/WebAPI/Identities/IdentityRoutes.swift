// Verified identities (ANS API, `/ans/identities`): who is behind agents.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority
import TransparencyLog

extension Route {
    /// All calls about identities.
    static func identities(_ service: IdentityService, _ log: LogCalls?) -> [Route] {
        [
            .registerIdentity(service), .listIdentities(service), .showIdentity(service), .rotateIdentity(service),
            .verifyIdentity(service, log), .revokeIdentity(service, log), .linkAgents(service, log),
            .unlinkAgent(service),
        ]
    }

    /// Registers an identifier → 202 with what is to be signed.
    private static func registerIdentity(_ service: IdentityService) -> Route {
        Route(
            .post,
            "/v2/ans/identities",
            for: .holders(of: .register) { request, context, principal in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["value"])
                let round = try await service.register(
                    try members.requiredString("value"),
                    by: principal,
                    from: RequestOrigin(context)
                )
                let location = "/v2/ans/identities/\(round.identity.id)"
                return .json(.round(round), status: .accepted, headers: [.location: location])
            }
        )
    }

    private static func listIdentities(_ service: IdentityService) -> Route {
        Route(
            .get,
            "/v2/ans/identities",
            for: .holders(of: .seeAgents) { request, _, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["limit", "cursor"])
                let sizes = 1...RegistrationAuthority.Budget.identitiesPerPage
                let limit =
                    try parameters.value("limit", "must be from 1 to \(sizes.upperBound)") { text in
                        Int(text).flatMap { sizes.contains($0) ? $0 : nil }
                    } ?? 20
                let cursor = try parameters.value("cursor", "is not one that a listing gave") { IdentityID($0) }
                let found = try await service.identities(before: cursor, limit: limit + 1, for: principal)
                let items = found.prefix(limit)
                let hasMore = found.count > items.count
                return .json(
                    .object(present: [
                        "items": .array(items.map { .identity($0) }),
                        "returnedCount": .integer(items.count),
                        "limit": .integer(limit),
                        "nextCursor": hasMore ? items.last.map { .string($0.id.description) } : .null,
                        "hasMore": .boolean(hasMore),
                    ])
                )
            }
        )
    }

    private static func showIdentity(_ service: IdentityService) -> Route {
        Route(
            .get,
            "/v2/ans/identities/{identityId}",
            for: .holders(of: .seeAgents) { _, context, principal in
                let (identity, links) = try await service.identity(try context.identityID(), for: principal)
                return .json(.identity(identity, links: links))
            }
        )
    }

    private static func rotateIdentity(_ service: IdentityService) -> Route {
        Route(
            .put,
            "/v2/ans/identities/{identityId}",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.identityID()
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["value"])
                let round = try await service.rotate(
                    id,
                    to: try members.requiredString("value"),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.round(round), status: .accepted)
            }
        )
    }

    private static func verifyIdentity(_ service: IdentityService, _ log: LogCalls?) -> Route {
        Route(
            .post,
            "/v2/ans/identities/{identityId}/verify-control",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.identityID()
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["signedProofs"])
                let limit = RegistrationAuthority.Budget.identityProofs
                let identity = try await service.verifyControl(
                    id,
                    proofs: try members.strings("signedProofs", atMost: limit) ?? [],
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.identity(identity), proving: await log.newest(id, for: request, context))
            }
        )
    }

    private static func revokeIdentity(_ service: IdentityService, _ log: LogCalls?) -> Route {
        Route(
            .post,
            "/v2/ans/identities/{identityId}/revoke",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.identityID()
                let identity = try await service.revoke(id, by: principal, from: RequestOrigin(context))
                return .json(.identity(identity), proving: await log.newest(id, for: request, context))
            }
        )
    }

    private static func linkAgents(_ service: IdentityService, _ log: LogCalls?) -> Route {
        Route(
            .post,
            "/v2/ans/identities/{identityId}/links",
            for: .holders(of: .register) { request, context, principal in
                let id = try context.identityID()
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["agentIds"])
                // One more than is admitted: the service refuses it by the code that ANS has for it.
                let limit = RegistrationAuthority.Budget.linkedAgents + 1
                let count = try await service.link(
                    try members.strings("agentIds", atMost: limit) ?? [],
                    to: id,
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(["linked": .integer(count)], proving: await log.newest(id, for: request, context))
            }
        )
    }

    private static func unlinkAgent(_ service: IdentityService) -> Route {
        Route(
            .delete,
            "/v2/ans/identities/{identityId}/links/{agentId}",
            for: .holders(of: .register) { _, context, principal in
                try await service.unlink(
                    try context.agentID(),
                    from: try context.identityID(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return Response(status: .noContent)
            }
        )
    }
}

extension LogCalls? {
    /// The proof of the last thing that happened about an identity, as ``newest(_:for:_:)``.
    fileprivate func newest(
        _ id: IdentityID,
        for request: Request,
        _ context: ManagementContext
    ) async -> LogInclusion? {
        await self.newest(.identity(id.description), for: request, context)
    }
}

extension ManagementContext {
    /// The identity's id in the path.
    fileprivate func identityID() throws(Problem) -> IdentityID {
        guard let text = self.parameters.get("identityId"), let id = IdentityID(text) else {
            throw Problem(.identityNotFound, "an identity's id is a UUID, as its registration gave it")
        }
        return id
    }
}

extension JSONValue {
    /// `IdentityChallengeResponse`.
    fileprivate static func round(_ round: IdentityChallengeRound) -> JSONValue {
        let signingInput = JSONMember(name: "signingInput", value: .string(round.signingInput))
        let keyed = round.keyIDs.map { JSONValue.object([JSONMember(name: "kid", value: .string($0)), signingInput]) }
        return [
            "identityId": .string(round.identity.id.description),
            "kind": .string(round.anchor.kind.rawValue),
            "value": .string(round.anchor.description),
            "status": .string(round.identity.status.rawValue),
            "nonce": .string(round.identity.challenge.nonce),
            "expiresAt": .time(round.identity.challenge.expiresAt),
            "challenges": .array(keyed.isEmpty ? [.object([signingInput])] : keyed),
        ]
    }

    /// `IdentityDetails`; links in answers about one identity alone.
    fileprivate static func identity(_ identity: VerifiedIdentity, links: [IdentityLink]? = nil) -> JSONValue {
        .object(present: [
            "identityId": .string(identity.id.description),
            "kind": .string(identity.anchor.kind.rawValue),
            "value": .string(identity.anchor.description),
            "status": .string(identity.status.rawValue),
            "proofMethod": identity.verifiedAt.map { _ in .string(identity.anchor.kind.proofMethod) },
            "pendingValue": identity.pending.map { .string($0.description) },
            "verifiedAt": identity.verifiedAt.map { .time($0) },
            "createdAt": .time(identity.createdAt),
            "linkedAgents": links.map { links in
                .array(
                    links.map { ["agentId": .string($0.agent.description), "linkedAt": .time($0.linkedAt)] }
                )
            },
        ])
    }
}
