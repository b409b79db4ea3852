// Cards for tests, and ways to break them.

import JSON
import PKIX
import RegistrationAuthority

enum CardFixture {
    static let v1 = #"""
        {"name": "Echo Agent", "description": "Says it back €", "version": "1.0.0",
         "supportedInterfaces": [
           {"url": "https://echo.example.com/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"},
           {"url": "https://grpc.echo.example.com:8443", "protocolBinding": "GRPC", "protocolVersion": "1.0", "tenant": "t"}],
         "provider": {"url": "https://maker.example", "organization": "Maker"},
         "documentationUrl": "https://docs.example/echo", "iconUrl": "https://cdn.example/icon.png",
         "capabilities": {"streaming": false, "pushNotifications": true, "extendedAgentCard": false,
           "extensions": [{"uri": "urn:x:y", "description": "d", "required": false, "params": {"a": [1, null, {"b": 2}]}}]},
         "securitySchemes": {
           "key": {"apiKeySecurityScheme": {"location": "header", "name": "X-Key"}},
           "http": {"httpAuthSecurityScheme": {"scheme": "Bearer", "bearerFormat": "JWT"}},
           "oauth": {"oauth2SecurityScheme": {"oauth2MetadataUrl": "https://id.example/.well-known/x",
             "flows": {"clientCredentials": {"tokenUrl": "https://id.example/token", "scopes": {"a": "read"}}}}},
           "oidc": {"openIdConnectSecurityScheme": {"openIdConnectUrl": "https://id.example/.well-known/openid"}},
           "mtls": {"mtlsSecurityScheme": {"description": "by certificate"}}},
         "securityRequirements": [{"schemes": {"oauth": {"list": ["a"]}}}],
         "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
         "skills": [{"id": "echo", "name": "Echo", "description": "", "tags": ["echo"], "examples": ["hello"],
           "inputModes": ["text/plain"], "outputModes": ["text/plain"], "securityRequirements": [{"schemes": {}}]}],
         "signatures": [{"protected": "eyJhbGciOiJFZERTQSJ9", "signature": "AAAA", "header": {"x": 1}}],
         "laterMember": {"x": [true]}}
        """#

    static let v03 = #"""
        {"name": "Echo Agent", "description": "Says it back", "url": "https://echo.example.com/a2a", "version": "1.0.0",
         "protocolVersion": "0.3.0", "preferredTransport": "JSONRPC",
         "additionalInterfaces": [{"url": "https://echo.example.com/rest", "transport": "HTTP+JSON"}],
         "capabilities": {"streaming": true, "stateTransitionHistory": false},
         "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}, "mtls": {"type": "mutualTLS"},
           "http": {"type": "http", "scheme": "basic"},
           "oauth": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://id.example/a",
             "tokenUrl": "https://id.example/t", "refreshUrl": "https://id.example/r", "scopes": {}}}},
           "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://id.example/c"}},
         "security": [{"key": []}, {"oauth": ["a"]}], "supportsAuthenticatedExtendedCard": true,
         "defaultInputModes": [], "defaultOutputModes": [],
         "skills": [{"id": "echo", "name": "Echo", "description": "d", "tags": [], "security": [{"key": []}]}]}
        """#

    static func host() throws -> HostName { try HostName("echo.example.com") }

    static func value(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), within: JSONLimits(depth: 200, members: 10_000))
    }

    /// The value with another one at a path of names and indices; nil removes it.
    static func setting(_ path: [String], to new: JSONValue?, in value: JSONValue) -> JSONValue {
        guard let first = path.first else { return new ?? .null }
        let rest = Array(path.dropFirst())
        switch value {
        case .object(let members):
            var members = members
            let index = members.firstIndex { $0.name == first }
            if rest.isEmpty, new == nil {
                members.removeAll { $0.name == first }
            } else if let index {
                members[index] = JSONMember(name: first, value: self.setting(rest, to: new, in: members[index].value))
            } else {
                members.append(JSONMember(name: first, value: self.setting(rest, to: new, in: .object([]))))
            }
            return .object(members)
        case .array(var values):
            guard let index = Int(first), values.indices.contains(index) else { return value }
            values[index] = self.setting(rest, to: new, in: values[index])
            return .array(values)
        default: return value
        }
    }
}
