// What is done with public certificates, for the audit log.

public import AuditLog
import FoundationEssentials
import PKIX

extension AuditAction {
    /// A public certificate was ordered.
    public static let orderServerCertificate = AuditAction(rawValue: "server-certificate.order")
    /// A public certificate was obtained, or there will be none.
    public static let obtainServerCertificate = AuditAction(rawValue: "server-certificate.obtain")
    /// An order was given up.
    public static let cancelServerCertificate = AuditAction(rawValue: "server-certificate.cancel")
    /// A public certificate was taken in that its agent brought.
    public static let adoptServerCertificate = AuditAction(rawValue: "server-certificate.adopt")
    /// A public certificate was revoked, or marked so.
    public static let revokeServerCertificate = AuditAction(rawValue: "server-certificate.revoke")
}

extension ServerOrder {
    /// An event of this order.
    func event(
        _ action: AuditAction,
        at instant: Date,
        result: AuditResult = .success,
        details: [String: String] = [:]
    ) -> AuditEvent {
        AuditEvent(
            at: instant,
            actor: self.actor,
            action: action,
            object: "server-order:\(self.reference)",
            result: result,
            details: details.merging(["agent": self.agent, "host": self.host, "authority": self.authority]) { $1 }
        )
    }
}
