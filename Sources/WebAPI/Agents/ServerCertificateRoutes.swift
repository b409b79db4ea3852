// The calls about server certificates (ANS-1): `certificates/server`, its renewal, and which pairs were valid when.

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension AgentLane {
    /// The calls about an agent's server certificates.
    var serverRoutes: [Route] {
        [
            self.serverCertificates, self.requestServer, self.renewServer, self.showServerRenewal,
            self.cancelServerRenewal, self.verifyServerRenewal,
        ]
    }

    private var path: String { "\(self.links.collection)/{agentId}/certificates/server" }

    private var serverCertificates: Route {
        let service = self.service
        return Route(
            .get,
            self.path,
            for: .holders(of: .seeAgents) { _, context, principal in
                let certificates = try await service.serverCertificates(of: try context.agentID(), for: principal)
                return .json(.array(try certificates.map(JSONValue.certificate)))
            }
        )
    }

    /// Another key or another certificate → 202.
    private var requestServer: Route {
        let service = self.service
        return Route(
            .post,
            self.path,
            for: .holders(of: .register) { request, context, principal in
                let renewal = try await service.requestServer(
                    try context.agentID(),
                    try ServerCertificateBody(try await request.jsonBody(), admitting: "csrPEM").source,
                    by: principal,
                    from: RequestOrigin(context),
                    waiting: Preference.wait(in: request.headers)
                )
                let message = "the request is \(renewal.request.status.rawValue)"
                return .json(
                    ["csrId": .string(renewal.request.id.description), "message": .string(message)],
                    status: .accepted
                )
            }
        )
    }

    private var renewServer: Route {
        let (service, links) = (self.service, self.links)
        return Route(
            .post,
            self.path + "/renewal",
            for: .holders(of: .register) { request, context, principal in
                let renewal = try await service.requestServer(
                    try context.agentID(),
                    try ServerCertificateBody(try await request.jsonBody()).source,
                    by: principal,
                    from: RequestOrigin(context),
                    waiting: Preference.wait(in: request.headers)
                )
                return .json(.renewal(renewal, at: links), status: .accepted)
            }
        )
    }

    private var showServerRenewal: Route {
        let (service, links) = (self.service, self.links)
        return Route(
            .get,
            self.path + "/renewal",
            for: .holders(of: .seeAgents) { _, context, principal in
                let renewal = try await service.serverRenewal(of: try context.agentID(), for: principal)
                return .json(.renewal(renewal, at: links))
            }
        )
    }

    private var cancelServerRenewal: Route {
        let service = self.service
        return Route(
            .delete,
            self.path + "/renewal",
            for: .holders(of: .register) { _, context, principal in
                try await service.cancelServerRenewal(
                    try context.agentID(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return Response(status: .noContent)
            }
        )
    }

    /// 200 for a certificate that is in use by now, 202 for one that is yet to come.
    private var verifyServerRenewal: Route {
        let (service, links) = (self.service, self.links)
        return Route(
            .post,
            self.path + "/renewal/verify-acme",
            for: .holders(of: .register) { request, context, principal in
                let renewal = try await service.verifyServerRenewal(
                    try context.agentID(),
                    by: principal,
                    from: RequestOrigin(context),
                    waiting: Preference.wait(in: request.headers)
                )
                let isDone = renewal.request.status == .signed
                return .json(.verification(of: renewal, at: links), status: isDone ? .ok : .accepted)
            }
        )
    }
}

extension Route {
    /// Which identity certificate and which server certificate of an agent were valid together, and when.
    static func certificatePairs(_ service: RegistrationService) -> Route {
        Route(
            .get,
            "/v2/ans/agents/{agentId}/certificates/pairs",
            for: .holders(of: .seeAgents) { _, context, principal in
                let pairs = try await service.certificatePairs(of: try context.agentID(), for: principal)
                return .json(["items": .array(pairs.map(JSONValue.pair))])
            }
        )
    }
}

/// The body that brings a request for a server certificate, or a certificate.
struct ServerCertificateBody {
    let source: ServerCertificateSource

    /// Reads a body.
    ///
    /// - Parameter alias: another name of `serverCsrPEM`.
    init(_ body: [UInt8], admitting alias: String? = nil) throws {
        let names = ["serverCsrPEM", "serverCertificatePEM", "serverCertificateChainPEM"]
        let members = try JSONMembers(body, admitting: (alias.map { [$0] } ?? []) + names)
        let other = try alias.map { name throws(Problem) in try members.string(name) } ?? nil
        self.source = try ServerCertificateSource(
            requestPEM: try members.string("serverCsrPEM") ?? other,
            certificatePEM: try members.string("serverCertificatePEM"),
            chainPEM: try members.string("serverCertificateChainPEM")
        )
    }
}
