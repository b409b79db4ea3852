// The Agent Name Service's registration API (ANS-1): one set of calls under `/v2/ans/agents` and, for older clients, under
// `/v1/agents`.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import PKIX
import RegistrationAuthority
import TransparencyLog

extension Route {
    /// All calls about agents, in both lanes.
    static func agents(_ service: RegistrationService, _ log: LogCalls?) -> [Route] {
        let lanes = ["/v2/ans/agents", "/v1/agents"].map { AgentLane(service, log, $0) }
        return lanes.flatMap(\.routes)
            + [
                lanes[0].register(at: "/v2/ans/agents"), lanes[1].register(at: "/v1/agents/register"),
                .certificatePairs(service),
                .agentEvents(service),
            ]
    }
}

/// The calls about agents under one path.
struct AgentLane: Sendable {
    let service: RegistrationService
    let log: LogCalls?
    let links: AgentLinks

    init(_ service: RegistrationService, _ log: LogCalls?, _ collection: String) {
        self.service = service
        self.log = log
        self.links = AgentLinks(collection: collection)
    }

    var routes: [Route] {
        [
            self.list, self.show, self.status, self.proveControl, self.verifyRecords, self.revoke, self.approve,
            self.identityCertificates, self.requestIdentity, self.requestStatus,
        ] + self.serverRoutes
    }

    /// Registers an agent → 202 with what is to be done next.
    func register(at path: String) -> Route {
        let (service, log, links) = (self.service, self.log, self.links)
        return Route(
            .post,
            path,
            for: .holders(of: .register) { request, context, principal in
                let body = try await request.jsonObject(within: Budget.registrationLimits)
                let admitted = try await service.register(
                    body,
                    by: principal,
                    from: RequestOrigin(context),
                    waiting: Preference.wait(in: request.headers)
                )
                let registration = admitted.registration
                var headers = HTTPFields.rateLimit(admitted.verdict)
                headers[.location] = links.agent(registration.id)
                // Whoever waited may be told of the end; ANS clients read the same members from both.
                guard !registration.status.isPending else {
                    return .json(.pending(registration, at: links), status: .accepted, headers: headers)
                }
                return .json(
                    .agent(registration, at: links),
                    status: .created,
                    headers: headers,
                    proving: await log.newest(of: registration, for: request, context)
                )
            }
        )
    }

    private var list: Route {
        let (service, links) = (self.service, self.links)
        return Route(
            .get,
            links.collection,
            for: .holders(of: .seeAgents) { request, _, principal in
                let page = try AgentPage(request.uri.query)
                var query = page.query
                query.limit += 1
                let owner: String? =
                    switch page.owner {
                    case .all: nil
                    case .account(let id): id
                    case nil: principal.account
                    }
                let found = try await service.registrations(query, of: owner, for: principal)
                let items = found.prefix(page.query.limit)
                let hasMore = found.count > items.count
                return .json(
                    .object(present: [
                        "items": .array(items.map { .listed($0, at: links) }),
                        "returnedCount": .integer(items.count),
                        "limit": .integer(page.query.limit),
                        "nextCursor": hasMore ? items.last.map { .string($0.id.description) } : .null,
                        "hasMore": .boolean(hasMore),
                    ])
                )
            }
        )
    }

    private var show: Route {
        let (service, links) = (self.service, self.links)
        return Route(
            .get,
            "\(links.collection)/{agentId}",
            for: .holders(of: .seeAgents) { _, context, principal in
                .json(.agent(try await service.registration(try context.agentID(), for: principal), at: links))
            }
        )
    }

    private var status: Route {
        let service = self.service
        return Route(
            .get,
            "\(self.links.collection)/{agentId}/status",
            for: .holders(of: .seeAgents) { _, context, principal in
                .json(.status(try await service.registration(try context.agentID(), for: principal)))
            }
        )
    }

    private var proveControl: Route {
        let (service, log) = (self.service, self.log)
        return Route(
            .post,
            "\(self.links.collection)/{agentId}/verify-acme",
            for: .holders(of: .register) { request, context, principal in
                let registration = try await service.proveControl(
                    try context.agentID(),
                    by: principal,
                    from: RequestOrigin(context),
                    waiting: Preference.wait(in: request.headers)
                )
                return .json(
                    .status(registration),
                    status: .accepted,
                    proving: await log.newest(of: registration, for: request, context)
                )
            }
        )
    }

    private var verifyRecords: Route {
        let (service, log) = (self.service, self.log)
        return Route(
            .post,
            "\(self.links.collection)/{agentId}/verify-dns",
            for: .holders(of: .register) { request, context, principal in
                let registration = try await service.verifyRecords(
                    try context.agentID(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(
                    .status(registration),
                    status: .accepted,
                    proving: await log.newest(of: registration, for: request, context)
                )
            }
        )
    }

    private var revoke: Route {
        let (service, log, links) = (self.service, self.log, self.links)
        return Route(
            .post,
            "\(links.collection)/{agentId}/revoke",
            for: .holders(of: .register) { request, context, principal in
                let body = try AgentRevocationBody(try await request.jsonBody())
                let registration = try await service.revoke(
                    try context.agentID(),
                    reason: body.reason,
                    comments: body.comments,
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(
                    .revocation(of: registration, at: links),
                    proving: await log.newest(of: registration, for: request, context)
                )
            }
        )
    }

    private var approve: Route {
        let service = self.service
        return Route(
            .post,
            "\(self.links.collection)/{agentId}/approve",
            for: .holders(of: .manageAgents) { _, context, principal in
                let registration = try await service.approve(
                    try context.agentID(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.status(registration), status: .accepted)
            }
        )
    }

    private var identityCertificates: Route {
        let service = self.service
        return Route(
            .get,
            "\(self.links.collection)/{agentId}/certificates/identity",
            for: .holders(of: .seeAgents) { _, context, principal in
                let certificates = try await service.identityCertificates(of: try context.agentID(), for: principal)
                return .json(.array(try certificates.map { try JSONValue.certificate($1, for: $0) }))
            }
        )
    }

    private var requestIdentity: Route {
        let service = self.service
        return Route(
            .post,
            "\(self.links.collection)/{agentId}/certificates/identity",
            for: .holders(of: .register) { request, context, principal in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["csrPEM"])
                let (_, identity) = try await service.requestIdentity(
                    try context.agentID(),
                    csr: try members.requiredString("csrPEM"),
                    by: principal,
                    from: RequestOrigin(context),
                    waiting: Preference.wait(in: request.headers)
                )
                let message = "the request is \(identity.status.rawValue)"
                return .json(
                    ["csrId": .string(identity.id.description), "message": .string(message)],
                    status: .accepted
                )
            }
        )
    }

    private var requestStatus: Route {
        let service = self.service
        return Route(
            .get,
            "\(self.links.collection)/{agentId}/csrs/{csrId}/status",
            for: .holders(of: .seeAgents) { _, context, principal in
                let registration = try await service.registration(try context.agentID(), for: principal)
                let id = context.parameters.get("csrId").flatMap { AgentID($0) }
                if let found = registration.requests.first(where: { $0.id == id }) { return .json(.request(found)) }
                guard let found = registration.serverRequests.first(where: { $0.id == id }) else {
                    throw Problem(.csrNotFound, "the agent has no certificate request with this id")
                }
                return .json(.request(found))
            }
        )
    }
}

extension LogCalls? {
    /// The proof of the last thing that happened about an agent, as ``newest(_:for:_:)``; nil for one that was never ACTIVE, of
    /// which the log says nothing.
    fileprivate func newest(
        of registration: Registration,
        for request: Request,
        _ context: ManagementContext
    ) async -> LogInclusion? {
        await self.newest(.agent(registration.id.description), for: request, context)
    }
}

/// The body of an agent's revocation.
struct AgentRevocationBody {
    let reason: RevocationReason
    let comments: String?

    /// Reads a body.
    init(_ body: [UInt8]) throws(Problem) {
        let members = try JSONMembers(body, admitting: ["reason", "comments"])
        let text = try members.requiredString("reason")
        guard let reason = RevocationReason(ans: text) else {
            let names = RevocationReason.ansNames.map(\.0).joined(separator: ", ")
            throw JSONMembers.invalid("reason", "must be one of \(names)")
        }
        self.reason = reason
        self.comments = try members.string("comments")
        guard (self.comments?.count ?? 0) <= Budget.revocationComments else {
            throw JSONMembers.invalid("comments", "has at most \(Budget.revocationComments) characters")
        }
    }
}
