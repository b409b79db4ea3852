// Whether what lies at `metaDataUrl` is what was registered: looked at when the agent's owner asks, and at no other time.

import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority

extension Route {
    /// Compares what an agent's endpoints publish with the hashes of their registration.
    static func verifyMetadata(_ service: MetadataService) -> Route {
        Route(
            .post,
            "/v2/ans/agents/{agentId}/verify-metadata",
            for: .holders(of: .register) { _, context, principal in
                let id = try context.agentID()
                let findings = try await service.verify(id, by: principal, from: RequestOrigin(context))
                return .json([
                    "agentId": .string(id.description),
                    "verified": .boolean(findings.allSatisfy { $0.verdict == .matches }),
                    "endpoints": .array(findings.map(JSONValue.metadata)),
                ])
            }
        )
    }
}

extension JSONValue {
    fileprivate static func metadata(_ finding: MetadataFinding) -> JSONValue {
        .object(present: [
            "protocol": .string(finding.agentProtocol.rawValue),
            "url": .string(finding.url),
            "result": .string(finding.verdict.rawValue),
            "expected": finding.expected.map { .string($0) },
            "found": finding.found.map { .string($0) },
            "failure": finding.failure.map { .string($0) },
        ])
    }
}
