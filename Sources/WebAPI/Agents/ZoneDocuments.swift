// Zones and their records as callers read them.

import DNS
import FoundationEssentials
import JSON
import RegistrationAuthority

extension JSONValue {
    /// A zone.
    static func zone(_ zone: ZoneDescription, nameServers: [String]? = nil) -> JSONValue {
        .object(present: [
            "zone": .string(zone.apex.description),
            "provider": .string(zone.provider),
            "kind": zone.kind.map(JSONValue.string),
            "ours": .boolean(zone.isOurs),
            "servers": .array(zone.servers.map { .string($0.description) }),
            "source": zone.connection == nil ? "CONFIGURATION" : "API",
            "connectedBy": zone.connection.map { .string($0.actor) },
            "connectedAt": zone.connection.map { .time($0.at) },
            "nameServers": nameServers.map { .array($0.map(JSONValue.string)) },
        ])
    }

    /// What was found out about a zone.
    static func verification(_ verification: ZoneVerification) -> JSONValue {
        let finding = try? verification.found.get()
        return [
            "zone": .string(verification.apex.description),
            "delegation": .object(present: [
                "status": .string(verification.delegation.rawValue),
                "expected": .names(verification.nameServers),
                "found": finding.map { .names($0.nameServers) },
                "source": finding.map { .string($0.source.rawValue) },
                "reason": verification.found.failure.map { .string($0.reason) },
            ]),
            "dnssec": .security(verification.security),
            "signing": .signing(verification.signing),
        ]
    }

    private static func security(_ result: Result<ZoneSecurity, DNSError>) -> JSONValue {
        switch result {
        case .failure(let error): return ["chain": "UNKNOWN", "reason": .string(error.reason)]
        case .success(let security):
            let (chain, reason): (JSONValue, String?) =
                switch security.chain {
                case .unsigned: ("UNSIGNED", nil)
                case .noDelegationSigner: ("NO_DS", nil)
                case .valid: ("VALID", nil)
                case .broken(let reason): ("BROKEN", reason)
                }
            return .object(present: [
                "chain": chain,
                "reason": reason.map(JSONValue.string),
                "signed": .boolean(security.isSigned),
                "authenticated": .boolean(security.isAuthenticated),
                "parentDS": .signers(security.parentSigners),
                "delegationSigners": .signers(security.delegationSigners),
                "cds": .signers(security.childSigners),
                "cdnskey": .array(security.childKeys.map { .string(RecordData.cdnskey($0).presentation) }),
            ])
        }
    }

    private static func signing(_ result: Result<ZoneSigning, ProviderFailure>) -> JSONValue {
        switch result {
        case .success(let signing): .signing(signing)
        case .failure(let failure):
            ["status": "UNKNOWN", "code": .string(failure.kind.rawValue), "reason": .string(failure.reason)]
        }
    }

    /// How a provider signs a zone, with the DS records to hand to the registrar.
    static func signing(_ signing: ZoneSigning) -> JSONValue {
        [
            "status": .string(signing.status.rawValue.uppercased()),
            "delegationSigners": .signers(signing.delegationSigners),
        ]
    }

    private static func signers(_ signers: [DelegationSigner]) -> JSONValue {
        .array(signers.map { .string(RecordData.ds($0).presentation) })
    }

    private static func names(_ names: [DomainName]) -> JSONValue {
        .array(names.map { .string($0.description) })
    }

    /// A record of a listing.
    static func listed(_ listed: ListedRecord) -> JSONValue {
        .object(
            JSONMember.record(listed.record)
                + [JSONMember(name: "ours", value: .boolean(listed.owned != nil))]
                + JSONMember.present("state", listed.owned.map { $0.state.rawValue })
                + JSONMember.present("failure", listed.owned?.failure)
        )
    }

    /// What became of a change.
    static func result(_ result: RecordResult) -> JSONValue {
        let op: JSONValue = if case .add = result.change { "add" } else { "remove" }
        var members = [JSONMember(name: "op", value: op)] + JSONMember.record(result.change.record)
        switch result.result {
        case .done: members += JSONMember.present("result", "DONE")
        case .byHand(let instruction):
            members += JSONMember.present("result", "BY_HAND") + JSONMember.present("instruction", instruction)
        case .failed(let failure):
            members += JSONMember.present("result", "FAILED") + JSONMember.present("code", failure.kind.rawValue)
            members += JSONMember.present("reason", failure.reason)
            if let seconds = failure.retryAfter {
                members.append(JSONMember(name: "retryAfter", value: .integer(seconds)))
            }
        }
        return .object(members)
    }

    /// What became of changes, one by one.
    static func results(_ results: [RecordResult]) -> JSONValue {
        let isComplete = results.allSatisfy { if case .failed = $0.result { false } else { true } }
        return ["results": .array(results.map { .result($0) }), "complete": .boolean(isComplete)]
    }

    /// How far an agent's records are.
    static func provisioning(of registration: Registration) -> JSONValue {
        .object(present: [
            "agentId": .string(registration.id.description),
            "ansName": .string(registration.ansName),
            "agentHost": .string(registration.host),
            "status": .string(registration.status.rawValue),
            "phase": .string(registration.phase.rawValue),
            "zone": registration.zone.map { .string($0.description) },
            "records": .array(registration.records.map(JSONValue.provisioned)),
            "failure": registration.failure.map {
                ["code": .string($0.code), "message": .string($0.reason), "at": .time($0.at)]
            },
        ])
    }

    private static func provisioned(_ managed: ManagedRecord) -> JSONValue {
        guard case .object(let members) = managed.record.json else { return managed.record.json }
        return .object(
            members + [JSONMember(name: "ours", value: .boolean(managed.isOurs))]
                + JSONMember.present("state", managed.state.rawValue)
                + JSONMember.present("failure", managed.failure)
        )
    }
}

extension JSONMember {
    /// A record's own members; of TXT the plain text.
    fileprivate static func record(_ record: ResourceRecord) -> [JSONMember] {
        [
            JSONMember(name: "name", value: .string(record.name.description)),
            JSONMember(name: "type", value: .string(record.data.type.description)),
            JSONMember(name: "ttl", value: .integer(record.ttl)),
            JSONMember(name: "value", value: .string(record.data.joinedText ?? record.data.presentation)),
        ]
    }

    fileprivate static func present(_ name: String, _ text: String?) -> [JSONMember] {
        text.map { [JSONMember(name: name, value: .string($0))] } ?? []
    }
}

extension Result {
    /// The error of a failure.
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
