// A2A 1.0: `AgentCard` of `a2a.proto` in its JSON form.

import JSON
import PKIX

extension AgentCardInspection {
    mutating func inspectV1(_ card: AgentCardMember) {
        self.inspectCommon(card)
        let interfaces = self.objects(card, "supportedInterfaces", isRequired: true)
        if case .array(let values) = card.value["supportedInterfaces"], values.isEmpty {
            self.find("supportedInterfaces", "at least one interface is needed")
        }
        for interface in interfaces { self.inspectInterface(interface) }
        if let capabilities = card.value["capabilities"] {
            self.boolean(AgentCardMember(value: capabilities, path: "capabilities"), "extendedAgentCard")
        }
        for scheme in self.entries(card, "securitySchemes") where self.isObject(scheme) {
            self.inspectSchemeV1(scheme)
        }
        self.requirementsV1(card, "securityRequirements")
        for skill in self.skills(of: card) { self.requirementsV1(skill, "securityRequirements") }
        // A card for clients of both versions has the old members as well; where they are, they hold.
        if card.value["url"] != nil { self.endpoint(card, "url") }
        self.inspectAdditionalInterfaces(card)
    }

    /// `AgentInterface`: `url`, `protocolBinding`, `protocolVersion` are required.
    private mutating func inspectInterface(_ interface: AgentCardMember) {
        self.endpoint(interface, "url")
        self.text(interface, "tenant")
        if let binding = self.text(interface, "protocolBinding", isRequired: true, mayBeEmpty: false),
            !binding.isEmpty, !["JSONRPC", "GRPC", "HTTP+JSON"].contains(binding), !binding.contains(":")
        {
            self.find(interface.path(of: "protocolBinding"), "it is JSONRPC, GRPC, HTTP+JSON or a URI")
        }
        if let version = self.text(interface, "protocolVersion", isRequired: true), !Self.isVersion(version, parts: 2) {
            self.find(interface.path(of: "protocolVersion"), "it is MAJOR.MINOR, such as 1.0")
        }
    }

    /// Numbers without leading zeros, with dots between them.
    static func isVersion(_ text: String, parts: Int) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == parts && numbers.allSatisfy { UInt32($0).map(String.init) == String($0) }
    }

    /// `SecurityScheme`: exactly one member, which names the kind.
    private mutating func inspectSchemeV1(_ scheme: AgentCardMember) {
        let known: [String] = [
            "apiKeySecurityScheme", "httpAuthSecurityScheme", "oauth2SecurityScheme", "openIdConnectSecurityScheme",
            "mtlsSecurityScheme",
        ]
        let kinds = known.filter { scheme.value[$0] != nil }
        guard kinds.count == 1, let kind = kinds.first, let body = self.object(scheme, kind) else {
            if kinds.count != 1 { self.find(scheme.path, "one of \(known.joined(separator: ", ")) is needed") }
            return
        }
        self.text(body, "description")
        switch kind {
        case "apiKeySecurityScheme":
            self.inspectAPIKey(body, location: "location")
        case "httpAuthSecurityScheme":
            self.text(body, "scheme", isRequired: true, mayBeEmpty: false)
            self.text(body, "bearerFormat")
        case "oauth2SecurityScheme":
            self.link(body, "oauth2MetadataUrl")
            self.inspectFlows(body)
        case "openIdConnectSecurityScheme": self.link(body, "openIdConnectUrl", isRequired: true)
        default: break
        }
    }

    /// `SecurityRequirement`: `{"schemes": {name: {"list": [scope]}}}`, of schemes that the card has.
    private mutating func requirementsV1(_ parent: AgentCardMember, _ name: String) {
        for requirement in self.objects(parent, name) {
            for scopes in self.entries(requirement, "schemes") where self.isObject(scopes) {
                self.texts(scopes, "list")
            }
        }
    }
}
