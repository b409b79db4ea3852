// `openapi.yaml` and the code hold each other.

import Foundation
import RegistrationAuthority
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
        let fixture = try await APIFixture()
        let routes = Set(fixture.api.table.routes.map(\.name.description))
        #expect(Set(try self.operations().keys) == routes)
    }

    @Test("a route needs a token where its description says so")
    func describesSecurity() async throws {
        let fixture = try await APIFixture()
        let operations = try self.operations()
        for route in fixture.api.table.routes {
            let security = operations[route.name.description]?["security"] as? [[String: Any]]
            switch route.audience {
            case .everyone: #expect(security?.isEmpty == true, "\(route.name)")
            case .loopback: #expect(security?.count == 2, "\(route.name)")
            case .holders(let permission, _):
                #expect(security == nil, "\(route.name)")
                let text = operations[route.name.description]?["description"] as? String
                #expect(text?.contains("`\(permission.rawValue)`") == true, "\(route.name)")
            }
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
