// What cards of both versions have in common.

import JOSE
import JSON

extension AgentCardInspection {
    mutating func inspectCommon(_ card: AgentCardMember) {
        self.title(card, "name")
        self.text(card, "description", isRequired: true)
        self.title(card, "version")
        self.texts(card, "defaultInputModes", isRequired: true)
        self.texts(card, "defaultOutputModes", isRequired: true)
        self.link(card, "documentationUrl")
        self.link(card, "iconUrl")
        if let provider = self.object(card, "provider") {
            self.link(provider, "url", isRequired: true)
            self.text(provider, "organization", isRequired: true)
        }
        self.inspectCapabilities(card)
        self.inspectSkills(card)
        self.inspectSignatures(card)
    }

    private mutating func inspectCapabilities(_ card: AgentCardMember) {
        guard let capabilities = self.object(card, "capabilities", isRequired: true) else { return }
        self.boolean(capabilities, "streaming")
        self.boolean(capabilities, "pushNotifications")
        for item in self.objects(capabilities, "extensions") {
            self.text(item, "uri", isRequired: true, mayBeEmpty: false)
            self.text(item, "description")
            self.boolean(item, "required")
            _ = self.object(item, "params")
        }
    }

    private mutating func inspectSkills(_ card: AgentCardMember) {
        var ids: Set<String> = []
        for skill in self.objects(card, "skills", isRequired: true) {
            if let id = self.text(skill, "id", isRequired: true, mayBeEmpty: false), !ids.insert(id).inserted {
                self.find(skill.path(of: "id"), "another skill has this id")
            }
            self.title(skill, "name")
            self.text(skill, "description", isRequired: true)
            self.texts(skill, "tags", isRequired: true)
            self.texts(skill, "examples")
            self.texts(skill, "inputModes")
            self.texts(skill, "outputModes")
        }
    }

    /// The skills that are objects; those that are not have been found.
    func skills(of card: AgentCardMember) -> [AgentCardMember] {
        guard case .array(let values) = card.value["skills"] else { return [] }
        return values.enumerated().compactMap { index, value in
            guard case .object = value else { return nil }
            return AgentCardMember(value: value, path: "skills[\(index)]")
        }
    }

    /// Parts of a flattened JWS (RFC 7515 §7.2.2) in base64url without padding; whether they verify is another matter.
    private mutating func inspectSignatures(_ card: AgentCardMember) {
        for signature in self.objects(card, "signatures") {
            for name in ["protected", "signature"] {
                guard let text = self.text(signature, name, isRequired: true, mayBeEmpty: false) else { continue }
                if Base64URL.decode(text) == nil {
                    self.find(signature.path(of: name), "it is not base64url without padding")
                }
            }
            _ = self.object(signature, "header")
        }
    }

    mutating func inspectAPIKey(_ scheme: AgentCardMember, location: String) {
        self.text(scheme, "name", isRequired: true, mayBeEmpty: false)
        if let place = self.text(scheme, location, isRequired: true), !["query", "header", "cookie"].contains(place) {
            self.find(scheme.path(of: location), "it is query, header or cookie")
        }
    }

    /// OAuth 2.0 flows: each has the URLs that its kind needs.
    mutating func inspectFlows(_ scheme: AgentCardMember) {
        guard let flows = self.object(scheme, "flows", isRequired: true) else { return }
        let needed: [(flow: String, urls: [String])] = [
            ("authorizationCode", ["authorizationUrl", "tokenUrl"]), ("clientCredentials", ["tokenUrl"]),
            ("deviceCode", ["deviceAuthorizationUrl", "tokenUrl"]), ("implicit", ["authorizationUrl"]),
            ("password", ["tokenUrl"]),
        ]
        for (name, urls) in needed {
            guard let flow = self.object(flows, name) else { continue }
            for url in urls { self.link(flow, url, isRequired: true) }
            self.link(flow, "refreshUrl")
            for scope in self.entries(flow, "scopes") where scope.value.text == nil {
                self.find(scope.path, "a string is needed, not \(scope.value.kind)")
            }
        }
    }
}
