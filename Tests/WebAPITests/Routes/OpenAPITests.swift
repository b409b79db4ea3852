// `openapi.yaml` and the code hold each other.

import Foundation
import RegistrationAuthority
import TestSupport
import Testing
import Yams

@testable import WebAPI

@Suite("openapi.yaml")
struct OpenAPITests {
    private static let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
    private static let methods: Set<String> = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private func document() throws -> [String: Any] { try #require(try Yams.load(yaml: Self.text) as? [String: Any]) }

    private func operations() throws -> [String: [String: Any]] {
        var operations: [String: [String: Any]] = [:]
        for (path, item) in try #require(try self.document()["paths"] as? [String: [String: Any]]) {
            for (method, operation) in item where Self.methods.contains(method) {
                operations["\(method.uppercased()) \(path)"] = operation as? [String: Any]
            }
        }
        return operations
    }

    @Test("every route is described, and every description is a route")
    func describesRoutes() async throws {
        let operations = Set(try self.operations().keys)
        try await AgentAPI.run { agents in
            #expect(operations == Set(agents.api.table.routes.map(\.name.description)))
        }
    }

    @Test("a route needs a token where its description says so")
    func describesSecurity() async throws {
        let operations = try self.operations()
        let described = operations.mapValues { Description(security: $0["security"], text: $0["description"]) }
        try await AgentAPI.run { agents in
            for route in agents.api.table.routes {
                let description = described[route.name.description]
                switch route.audience {
                case .everyone: #expect(description?.security == [], "\(route.name)")
                case .loopback: #expect(description?.security == ["", "bearer"], "\(route.name)")
                case .holders(let permission, _):
                    // Agents with nothing but their key have this permission and no other.
                    let expected = [.register, .seeAgents].contains(permission) ? ["bearer", "messageSignature"] : nil
                    #expect(description?.security == expected, "\(route.name)")
                    #expect(description?.text.contains("`\(permission.rawValue)`") == true, "\(route.name)")
                }
            }
        }
    }

    /// What a description says of its audience.
    private struct Description: Sendable {
        /// The schemes of which one suffices; empty for none at all, nil for that of the whole document.
        let security: [String]?
        let text: String

        init(security: Any?, text: Any?) {
            self.security = (security as? [[String: Any]])?.map { $0.keys.first ?? "" }
            self.text = text as? String ?? ""
        }
    }

    @Test("the calls of ANS have both lanes, the older one deprecated, and successors that are described")
    func describesLanes() throws {
        let operations = try self.operations()
        // Cards and pairs are ours, and catalogues came after the older lane was closed.
        let alone = ["/card", "/catalog-entry", "/ai-catalog", "/verify-metadata", "/pairs"]
        let newer = operations.keys.filter { name in
            name.contains(" /v2/ans/agents") && !alone.contains { name.hasSuffix($0) }
        }
        #expect(newer.count == 17)
        for name in newer {
            let isRegistration = name == "POST /v2/ans/agents"
            let older =
                isRegistration ? "POST /v1/agents/register" : name.replacing("/v2/ans/agents", with: "/v1/agents")
            #expect(operations[older]?["deprecated"] as? Bool == true, "\(older)")
            #expect(operations[name]?["deprecated"] == nil, "\(name)")
        }
    }

    @Test("every code of a problem is listed, and no other")
    func listsCodes() throws {
        let components = try #require(try self.document()["components"] as? [String: [String: Any]])
        let problem = try #require(components["schemas"]?["Problem"] as? [String: Any])
        let properties = try #require(problem["properties"] as? [String: [String: Any]])
        let listed = try #require(properties["code"]?["enum"] as? [String])
        #expect(Set(listed) == Set(ProblemCode.allCases.map(\.rawValue)))
        #expect(listed.count == ProblemCode.allCases.count)
    }

    @Test(
        "the document is valid OpenAPI 3.1",
        .enabled(if: Tool.hasOpenAPIValidator, "openapi_spec_validator is missing")
    )
    func isValid() async throws {
        let script = "import sys, yaml, openapi_spec_validator as o; o.validate(yaml.safe_load(sys.stdin.read()))"
        let result = try await Tool.run("python3", ["-c", script], input: Self.text)
        #expect(result.status == 0, "\(result.output)")
    }
}
