// Records that are written through the API.

import DNS
import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// The calls about a zone's records.
    static func zoneRecords(_ service: ZoneService) -> [Route] {
        [
            .listRecords(service), .addRecord(service), .replaceRecords(service), .removeRecords(service),
            .changeRecords(service),
        ]
    }

    private static func listRecords(_ service: ZoneService) -> Route {
        Route(
            .get,
            "/v1/dns/zones/{zone}/records",
            for: .holders(of: .read) { request, context, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["name", "type"])
                let listing = try await service.records(
                    in: try context.zoneName(),
                    at: parameters["name"],
                    type: parameters["type"],
                    for: principal
                )
                return .json([
                    "records": .array(listing.records.map { .listed($0) }),
                    "complete": .boolean(listing.isComplete),
                ])
            }
        )
    }

    /// Adds a value → 201, or 202 where a person has to.
    private static func addRecord(_ service: ZoneService) -> Route {
        Route(
            .post,
            "/v1/dns/zones/{zone}/records",
            for: .holders(of: .manageZones) { request, context, principal in
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["name", "type", "ttl", "value"]
                )
                let result = try await service.add(
                    try RecordInput(members),
                    to: try context.zoneName(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.result(result), status: result.result == .done ? .created : .accepted)
            }
        )
    }

    private static func replaceRecords(_ service: ZoneService) -> Route {
        Route(
            .put,
            "/v1/dns/zones/{zone}/records",
            for: .holders(of: .manageZones) { request, context, principal in
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["name", "type", "ttl", "values"]
                )
                let name = try members.requiredString("name")
                let type = try members.requiredString("type")
                let ttl = try members.integer("ttl")
                guard
                    let values = try members.strings("values", atMost: RegistrationAuthority.Budget.recordChanges)
                else {
                    throw Problem(.missingMember, "member 'values' is missing")
                }
                let results = try await service.replace(
                    name: name,
                    type: type,
                    with: values.map { RecordInput(name: name, type: type, ttl: ttl, value: $0) },
                    in: try context.zoneName(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.results(results))
            }
        )
    }

    private static func removeRecords(_ service: ZoneService) -> Route {
        Route(
            .delete,
            "/v1/dns/zones/{zone}/records",
            for: .holders(of: .manageZones) { request, context, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["name", "type", "value"])
                guard let name = parameters["name"], let type = parameters["type"] else {
                    throw QueryParameters.invalid(parameters["name"] == nil ? "name" : "type", "is missing")
                }
                let results = try await service.remove(
                    name: name,
                    type: type,
                    value: parameters["value"],
                    from: try context.zoneName(),
                    by: principal,
                    origin: RequestOrigin(context)
                )
                return .json(.results(results))
            }
        )
    }

    private static func changeRecords(_ service: ZoneService) -> Route {
        Route(
            .post,
            "/v1/dns/zones/{zone}/records/batch",
            for: .holders(of: .manageZones) { request, context, principal in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["changes"])
                let changes = try members.objects(
                    "changes",
                    admitting: ["op", "name", "type", "ttl", "value"],
                    atMost: RegistrationAuthority.Budget.recordChanges
                )
                let results = try await service.change(
                    try (changes ?? []).map { try RecordRequest($0) },
                    in: try context.zoneName(),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.results(results))
            }
        )
    }
}

extension RecordInput {
    /// Reads `name`, `type`, `ttl`, `value`.
    fileprivate init(_ members: JSONMembers) throws(Problem) {
        self.init(
            name: try members.requiredString("name"),
            type: try members.requiredString("type"),
            ttl: try members.integer("ttl"),
            value: try members.requiredString("value")
        )
    }
}

extension RecordRequest {
    /// Reads an element of `changes`.
    fileprivate init(_ members: JSONMembers) throws(Problem) {
        let input = try RecordInput(members)
        switch try members.requiredString("op") {
        case "add": self = .add(input)
        case "remove": self = .remove(input)
        default: throw JSONMembers.invalid("op", "must be add or remove")
        }
    }
}
