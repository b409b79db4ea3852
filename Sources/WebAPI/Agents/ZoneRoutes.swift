// Zones: which ones records are written into, whether the world finds them there, and whether it can trust them.

import DNS
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// All calls about DNS.
    static func zones(_ service: ZoneService) -> [Route] {
        [
            .connectZone(service), .listZones(service), .showZone(service), .disconnectZone(service),
            .verifyZone(service), .signZone(service), .agentRecords(service),
        ] + Self.zoneRecords(service)
    }

    /// Connects a zone → 201 once its provider has confirmed that it has it.
    private static func connectZone(_ service: ZoneService) -> Route {
        Route(
            .post,
            "/v1/dns/zones",
            for: .holders(of: .manageZones) { request, context, principal in
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["zone", "provider", "ours", "servers"]
                )
                let connected = try await service.connect(
                    try members.requiredString("zone"),
                    provider: try members.requiredString("provider"),
                    isOurs: try members.boolean("ours") ?? false,
                    servers: try members.strings("servers", atMost: RegistrationAuthority.Budget.zoneServers) ?? [],
                    by: principal,
                    from: RequestOrigin(context)
                )
                let path = "/v1/dns/zones/\(connected.zone.apex)"
                return .json(
                    .zone(connected.zone, nameServers: connected.nameServers.map(\.description)),
                    status: .created,
                    headers: [.location: path]
                )
            }
        )
    }

    private static func listZones(_ service: ZoneService) -> Route {
        Route(
            .get,
            "/v1/dns/zones",
            for: .holders(of: .read) { request, _, principal in
                _ = try QueryParameters(request.uri.query, admitting: [])
                let zones = try await service.zones(for: principal)
                return .json(["zones": .array(zones.map { .zone($0) })])
            }
        )
    }

    private static func showZone(_ service: ZoneService) -> Route {
        Route(
            .get,
            "/v1/dns/zones/{zone}",
            for: .holders(of: .read) { _, context, principal in
                .json(.zone(try await service.zone(try context.zoneName(), for: principal)))
            }
        )
    }

    private static func disconnectZone(_ service: ZoneService) -> Route {
        Route(
            .delete,
            "/v1/dns/zones/{zone}",
            for: .holders(of: .manageZones) { _, context, principal in
                try await service.disconnect(try context.zoneName(), by: principal, from: RequestOrigin(context))
                return Response(status: .noContent)
            }
        )
    }

    private static func verifyZone(_ service: ZoneService) -> Route {
        Route(
            .post,
            "/v1/dns/zones/{zone}/verify",
            for: .holders(of: .manageZones) { _, context, principal in
                .json(.verification(try await service.verify(try context.zoneName(), by: principal)))
            }
        )
    }

    private static func signZone(_ service: ZoneService) -> Route {
        Route(
            .post,
            "/v1/dns/zones/{zone}/dnssec",
            for: .holders(of: .manageZones) { _, context, principal in
                let signing = try await service.enableSigning(
                    of: try context.zoneName(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.signing(signing))
            }
        )
    }

    /// How far an agent's records are.
    private static func agentRecords(_ service: ZoneService) -> Route {
        Route(
            .get,
            "/v1/dns/agents/{agentId}",
            for: .holders(of: .register) { _, context, principal in
                let registration = try await service.registration(try context.agentID(), for: principal)
                return .json(.provisioning(of: registration))
            }
        )
    }
}

extension ManagementContext {
    /// The zone's name in the path.
    func zoneName() throws(Problem) -> String {
        guard let name = self.parameters.get("zone")?.removingPercentEncoding else {
            throw Problem(.zoneNotFound, "the path has the name of a zone, percent-encoded")
        }
        return name
    }
}
