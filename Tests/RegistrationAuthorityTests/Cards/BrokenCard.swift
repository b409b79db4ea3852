// Good cards with one thing wrong, for each rule of A2A 1.0 and 0.3.

import JSON
import Testing

/// A change to a good card, and the place that the refusal must name.
struct BrokenCard: Sendable, CustomTestStringConvertible {
    let path: [String]
    let json: String?
    let expected: String

    /// Sets the member at a path, with dots between its steps, to a JSON text; nil removes it.
    init(_ path: String, _ json: String?, _ expected: String? = nil) {
        self.path = path.split(separator: ".").map(String.init)
        self.json = json
        self.expected = expected ?? path
    }

    var testDescription: String { "\(self.path.joined(separator: ".")) = \((self.json ?? "-").prefix(40))" }

    func applied(to card: String) throws -> JSONValue {
        CardFixture.setting(self.path, to: try self.json.map(CardFixture.value), in: try CardFixture.value(card))
    }

    static let common: [BrokenCard] = [
        .init("name", nil), .init("name", "1"), .init("name", #""""#), .init("name", "null"), .init("name", #""a\nb""#),
        .init("description", nil), .init("description", "{}"), .init("version", nil), .init("version", #""""#),
        .init("defaultInputModes", nil), .init("defaultInputModes", #""text/plain""#),
        .init("defaultInputModes", "[1]", "defaultInputModes[0]"), .init("defaultOutputModes", nil),
        .init("capabilities", nil), .init("capabilities", "[]"), .init("capabilities.streaming", #""true""#),
        .init("capabilities.pushNotifications", "1"), .init("capabilities.extensions", "{}"),
        .init("capabilities.extensions", "[{}]", "capabilities.extensions[0].uri"),
        .init("capabilities.extensions", #"[{"uri":"x","params":1}]"#, "capabilities.extensions[0].params"),
        .init("skills", nil), .init("skills", "[1]", "skills[0]"), .init("skills.0.id", nil, "skills[0].id"),
        .init("skills.0.id", #""""#, "skills[0].id"), .init("skills.0.name", nil, "skills[0].name"),
        .init("skills.0.description", nil, "skills[0].description"), .init("skills.0.tags", nil, "skills[0].tags"),
        .init("skills.0.tags", "[[]]", "skills[0].tags[0]"), .init("skills.0.examples", "1", "skills[0].examples"),
        .init(
            "skills",
            #"[{"id":"a","name":"a","description":"","tags":[]},{"id":"a","name":"b","description":"","tags":[]}]"#,
            "skills[1].id"
        ),
        .init("provider", #"{"organization":"x"}"#, "provider.url"),
        .init("provider", #"{"url":"https://x.example"}"#, "provider.organization"),
        .init("provider", #"{"url":"http://x.example","organization":"x"}"#, "provider.url"),
        .init("documentationUrl", #""http://docs.example""#), .init("documentationUrl", #""javascript:alert(1)""#),
        .init("iconUrl", #""data:image/png;base64,AAAA""#), .init("iconUrl", #""https://user:pw@cdn.example/""#),
        .init("signatures", "{}"), .init("signatures", "[1]", "signatures[0]"),
        .init("signatures", #"[{"signature":"AAAA"}]"#, "signatures[0].protected"),
        .init("signatures", #"[{"protected":"AAAA"}]"#, "signatures[0].signature"),
        .init("signatures", #"[{"protected":"AA==","signature":"AAAA"}]"#, "signatures[0].protected"),
        .init("signatures", #"[{"protected":"AAAA","signature":"a+b/"}]"#, "signatures[0].signature"),
        .init("signatures", #"[{"protected":"AAAA","signature":"AAAA","header":"x"}]"#, "signatures[0].header"),
        .init("securitySchemes", "[]"), .init("securitySchemes.x", "1"),
    ]

    static let v1: [BrokenCard] = [
        .init("supportedInterfaces", "null"), .init("supportedInterfaces", "[]"), .init("supportedInterfaces", "{}"),
        .init("supportedInterfaces.0", "1", "supportedInterfaces[0]"),
        .init("supportedInterfaces.0.url", nil, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""http://echo.example.com/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://evil.example/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://xecho.example.com/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://example.com/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://echo.example.com.evil.example/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://echo.example.com@evil.example/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://192.0.2.1/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""https://127.0.0.1/""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.0.url", #""echo.example.com""#, "supportedInterfaces[0].url"),
        .init("supportedInterfaces.1.url", #""https://evil.example/""#, "supportedInterfaces[1].url"),
        .init("supportedInterfaces.0.protocolBinding", nil, "supportedInterfaces[0].protocolBinding"),
        .init("supportedInterfaces.0.protocolBinding", #""""#, "supportedInterfaces[0].protocolBinding"),
        .init("supportedInterfaces.0.protocolBinding", #""jsonrpc""#, "supportedInterfaces[0].protocolBinding"),
        .init("supportedInterfaces.0.protocolVersion", nil, "supportedInterfaces[0].protocolVersion"),
        .init("supportedInterfaces.0.protocolVersion", #""1""#, "supportedInterfaces[0].protocolVersion"),
        .init("supportedInterfaces.0.protocolVersion", #""1.0.0""#, "supportedInterfaces[0].protocolVersion"),
        .init("supportedInterfaces.0.protocolVersion", #""1.x""#, "supportedInterfaces[0].protocolVersion"),
        .init("supportedInterfaces.0.tenant", "1", "supportedInterfaces[0].tenant"),
        .init("capabilities.extendedAgentCard", "1"), .init("securityRequirements", "{}"),
        .init(
            "securityRequirements",
            #"[{"schemes":{"a":{"list":[1]}}}]"#,
            "securityRequirements[0].schemes.a.list[0]"
        ),
        .init("skills.0.securityRequirements", "[1]", "skills[0].securityRequirements[0]"),
        .init("securitySchemes.key.apiKeySecurityScheme.location", #""body""#),
        .init("securitySchemes.key.apiKeySecurityScheme.name", nil),
        .init("securitySchemes.key.mtlsSecurityScheme", "{}", "securitySchemes.key"),
        .init("securitySchemes.http.httpAuthSecurityScheme.scheme", nil),
        .init("securitySchemes.oauth.oauth2SecurityScheme.flows", nil),
        .init("securitySchemes.oauth.oauth2SecurityScheme.flows.clientCredentials.tokenUrl", #""http://id.example/""#),
        .init("securitySchemes.oauth.oauth2SecurityScheme.flows.clientCredentials.scopes.a", "1"),
        .init("securitySchemes.oidc.openIdConnectSecurityScheme.openIdConnectUrl", #""x""#),
        .init("url", #""https://evil.example/""#),
        .init(
            "additionalInterfaces",
            #"[{"url":"https://evil.example/","transport":"GRPC"}]"#,
            "additionalInterfaces[0].url"
        ),
    ]

    static let v03: [BrokenCard] = [
        .init("url", nil), .init("url", #""https://evil.example/""#), .init("url", #""http://echo.example.com/""#),
        .init("protocolVersion", nil), .init("protocolVersion", #""0.2.9""#), .init("protocolVersion", #""1.0""#),
        .init("protocolVersion", #""0.30.0""#), .init("protocolVersion", #""0.3.""#),
        .init("preferredTransport", #""SOAP""#),
        .init("preferredTransport", "null"), .init("provider", "null"),
        .init("additionalInterfaces.0.url", #""https://evil.example/""#, "additionalInterfaces[0].url"),
        .init("additionalInterfaces.0.transport", nil, "additionalInterfaces[0].transport"),
        .init("supportsAuthenticatedExtendedCard", #""yes""#), .init("capabilities.stateTransitionHistory", "1"),
        .init("security", "{}"), .init("security", #"[{"key":"a"}]"#, "security[0].key"),
        .init("skills.0.security", #"[{"key":[1]}]"#, "skills[0].security[0].key[0]"),
        .init("securitySchemes.key.in", #""body""#), .init("securitySchemes.key.type", #""magic""#),
        .init("securitySchemes.key.type", nil), .init("securitySchemes.x", "{}", "securitySchemes.x.type"),
        .init("securitySchemes.oauth.flows.authorizationCode.tokenUrl", nil),
        .init("securitySchemes.oidc.openIdConnectUrl", nil),
    ]
}
