// URLs of a card: where the agent answers, and what it refers to.

import JSON
import PKIX

extension AgentCardInspection {
    /// A URL of somebody's page or service: `https`, wherever it leads.
    mutating func link(_ parent: AgentCardMember, _ name: String, isRequired: Bool = false) {
        guard let url = self.url(parent, name, isRequired: isRequired) else { return }
        if url.scheme != .https, !self.isAdmittedLoopback(url) {
            self.find(parent.path(of: name), "an https URL is needed")
        }
    }

    /// A URL at which the agent answers: `https`, at the agent's host or below it.
    ///
    /// A card at one host that sends callers to another would lend the first one's name and certificate to the second.
    mutating func endpoint(_ parent: AgentCardMember, _ name: String) {
        guard let url = self.url(parent, name, isRequired: true), !self.isAdmittedLoopback(url) else { return }
        let path = parent.path(of: name)
        if url.scheme != .https { self.find(path, "an https URL is needed") }
        guard case .name(let host) = url.host, host.isOrIsBelow(self.host) else {
            self.find(path, "the host must be \(self.host) or below it, not \(url.hostText)")
            return
        }
    }

    private func isAdmittedLoopback(_ url: WebURL) -> Bool { self.options.admitsLoopback && url.isLoopback }

    private mutating func url(_ parent: AgentCardMember, _ name: String, isRequired: Bool) -> WebURL? {
        guard let text = self.text(parent, name, isRequired: isRequired) else { return nil }
        do throws(RegistrationError) {
            return try WebURL(text)
        } catch {
            self.find(parent.path(of: name), error.reason)
            return nil
        }
    }
}
