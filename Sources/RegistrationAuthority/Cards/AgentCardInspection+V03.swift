// A2A 0.3: `AgentCard` of its JSON schema.

import JSON

extension AgentCardInspection {
    mutating func inspectV03(_ card: AgentCardMember) {
        self.inspectCommon(card)
        self.endpoint(card, "url")
        if let version = self.text(card, "protocolVersion", isRequired: true), !Self.isVersion03(version) {
            self.find("protocolVersion", "it is 0.3.N; a card of A2A 1.0 has supportedInterfaces")
        }
        if let transport = self.text(card, "preferredTransport", mayBeEmpty: false) { self.check(transport, card) }
        self.inspectAdditionalInterfaces(card)
        self.boolean(card, "supportsAuthenticatedExtendedCard")
        if let capabilities = card.value["capabilities"] {
            self.boolean(AgentCardMember(value: capabilities, path: "capabilities"), "stateTransitionHistory")
        }
        for scheme in self.entries(card, "securitySchemes") where self.isObject(scheme) {
            self.inspectSchemeV03(scheme)
        }
        self.requirementsV03(card)
        for skill in self.skills(of: card) { self.requirementsV03(skill) }
    }

    /// `additionalInterfaces[{url, transport}]`.
    mutating func inspectAdditionalInterfaces(_ card: AgentCardMember) {
        for interface in self.objects(card, "additionalInterfaces") {
            self.endpoint(interface, "url")
            self.text(interface, "transport", isRequired: true, mayBeEmpty: false)
        }
    }

    private static func isVersion03(_ text: String) -> Bool {
        text == "0.3" || (text.hasPrefix("0.3.") && self.isVersion(text, parts: 3))
    }

    private mutating func check(_ transport: String, _ card: AgentCardMember) {
        guard !transport.isEmpty, !["JSONRPC", "GRPC", "HTTP+JSON"].contains(transport) else { return }
        self.find(card.path(of: "preferredTransport"), "it is JSONRPC, GRPC or HTTP+JSON")
    }

    /// Security schemes of OpenAPI 3: `type` names the kind.
    private mutating func inspectSchemeV03(_ scheme: AgentCardMember) {
        self.text(scheme, "description")
        guard let type = self.text(scheme, "type", isRequired: true) else { return }
        switch type {
        case "apiKey": self.inspectAPIKey(scheme, location: "in")
        case "http":
            self.text(scheme, "scheme", isRequired: true, mayBeEmpty: false)
            self.text(scheme, "bearerFormat")
        case "oauth2":
            self.link(scheme, "oauth2MetadataUrl")
            self.inspectFlows(scheme)
        case "openIdConnect": self.link(scheme, "openIdConnectUrl", isRequired: true)
        case "mutualTLS": break
        default: self.find(scheme.path(of: "type"), "it is apiKey, http, oauth2, openIdConnect or mutualTLS")
        }
    }

    /// `security[{name: [scope]}]`.
    private mutating func requirementsV03(_ parent: AgentCardMember) {
        for requirement in self.objects(parent, "security") {
            guard case .object(let members) = requirement.value else { continue }
            for member in members { self.texts(requirement, member.name, isRequired: true) }
        }
    }
}
