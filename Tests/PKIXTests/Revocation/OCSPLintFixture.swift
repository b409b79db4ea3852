// Responses that break rules: each field is its DER, so that a test can put anything in its place (RFC 6960 §4.2.1).

import SwiftASN1
import TestSupport
import Testing

@testable import PKIX

/// A `ResponseData` as its encoded fields, with what the lints know besides.
struct OCSPLintFixture {
    /// One answer as its encoded fields.
    struct Answer {
        var certID = OCSPFixture.certID().derEncoded()
        var status: [UInt8] = [0x80, 0x00]
        var thisUpdate = OCSPLintFixture.time(OCSPFixture.now)
        var nextUpdate = DERBytes.node(0xA0, OCSPLintFixture.time(OCSPFixture.now + 4 * TBSFixture.day))
        var extensions: [UInt8] = []

        mutating func setNextUpdate(_ time: CertificateTime) {
            self.nextUpdate = DERBytes.node(0xA0, OCSPLintFixture.time(time))
        }

        mutating func revoke(at time: CertificateTime = OCSPFixture.now, reason: UInt8? = nil) {
            let reason = reason.map { DERBytes.node(0xA0, [0x0A, 0x01, $0]) } ?? []
            self.status = DERBytes.node(0xA1, OCSPLintFixture.time(time) + reason)
        }

        var encoded: [UInt8] {
            DERBytes.sequence(self.certID, self.status, self.thisUpdate, self.nextUpdate, self.extensions)
        }
    }

    var context = OCSPFixture.context
    var responderID = DERBytes.node(0xA2, DERBytes.node(0x04, OCSPFixture.responderKeyHash))
    var producedAt = Self.time(OCSPFixture.now)
    var answers = [Answer()]
    var extensions: [UInt8] = []

    static func time(_ time: CertificateTime) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendGeneralizedTime(time)
        return bytes
    }

    mutating func setExtensions(_ nodes: [UInt8]...) {
        self.extensions = DERBytes.node(0xA1, DERBytes.node(0x30, nodes.flatMap { $0 }))
    }

    func derEncoded() -> [UInt8] {
        DERBytes.sequence(
            self.responderID,
            self.producedAt,
            DERBytes.node(0x30, self.answers.flatMap(\.encoded)),
            self.extensions
        )
    }
}

/// A lint with a response that breaks it.
struct OCSPLintCase: Sendable, CustomTestStringConvertible {
    let lint: String
    /// Lints that the response breaks besides.
    let others: Set<String>
    let change: @Sendable (inout OCSPLintFixture) -> Void

    init(_ lint: String, also others: Set<String> = [], _ change: @escaping @Sendable (inout OCSPLintFixture) -> Void) {
        self.lint = lint
        self.others = others
        self.change = change
    }

    var testDescription: String { self.lint }

    static let nonIssued = CertificateTime(secondsSinceEpoch: 0)

    static let all: [OCSPLintCase] = [
        OCSPLintCase("responder_is_named_by_key") {
            $0.responderID = DERBytes.node(0xA1, DERBytes.encoding(of: TBSFixture.issuingName))
        },
        OCSPLintCase("responder_key_hash_is_the_responders") { $0.context.responderKeyHash[0] ^= 1 },
        OCSPLintCase("response_has_an_answer") { $0.answers = [] },
        OCSPLintCase("certificates_are_answered_once") { $0.answers += $0.answers },
        OCSPLintCase("next_update_is_present") { $0.answers[0].nextUpdate = [] },
        OCSPLintCase("next_update_is_after_this_update") { $0.answers[0].setNextUpdate(OCSPFixture.now) },
        OCSPLintCase("this_update_is_not_after_produced_at") {
            $0.answers[0].thisUpdate = OCSPLintFixture.time(OCSPFixture.now + 1)
        },
        OCSPLintCase("produced_at_is_not_in_the_future") { $0.context.now = OCSPFixture.now + -1 },
        OCSPLintCase("response_times_have_no_fractions") {
            $0.producedAt = DERBytes.node(0x18, Array("20261121010000.5Z".utf8))
        },
        OCSPLintCase("response_times_have_no_fractions") {
            $0.answers[0].thisUpdate = DERBytes.node(0x18, Array("20261121005959.25Z".utf8))
        },
        OCSPLintCase("answers_are_valid_for_at_most_10_days") {
            $0.answers[0].setNextUpdate(OCSPFixture.now + 10 * TBSFixture.day + 1)
        },
        OCSPLintCase("answers_end_with_the_responder") {
            $0.context.responderNotAfter = OCSPFixture.now + 4 * TBSFixture.day + -1
        },
        OCSPLintCase("responder_is_valid_at_produced_at") { $0.context.responderNotBefore = OCSPFixture.now + 1 },
        OCSPLintCase("responder_is_valid_at_produced_at", also: ["answers_end_with_the_responder"]) {
            $0.context.responderNotAfter = OCSPFixture.now + -1
        },
        OCSPLintCase("revocation_time_is_not_in_the_future") { $0.answers[0].revoke(at: OCSPFixture.now + 1) },
        OCSPLintCase("revocation_reason_is_a_reason") { $0.answers[0].revoke(reason: 8) },
        OCSPLintCase("revocation_reason_is_a_reason") { $0.answers[0].revoke(reason: 7) },
        OCSPLintCase("revocation_reason_is_not_unspecified") { $0.answers[0].revoke(reason: 0) },
        OCSPLintCase("non_issued_answers_have_extended_revoke") {
            $0.answers[0].revoke(at: Self.nonIssued, reason: 6)
        },
        OCSPLintCase("nonce_is_1_to_128_octets") {
            $0.setExtensions(OCSPRequestFixture.node(OCSPRequestFixture.nonce, [0x04, 0x00]))
        },
        OCSPLintCase("nonce_is_1_to_128_octets") {
            let nonce = DERBytes.node(0x04, [UInt8](repeating: 1, count: 129))
            $0.setExtensions(OCSPRequestFixture.node(OCSPRequestFixture.nonce, nonce))
        },
        OCSPLintCase("response_extensions_are_not_critical") {
            $0.setExtensions(OCSPRequestFixture.node([1, 2, 3], critical: [0x01, 0x01, 0xFF], [0x05, 0x00]))
        },
    ]

    /// Responses that break nothing.
    static let good: [@Sendable (inout OCSPLintFixture) -> Void] = [
        { _ in },
        { $0.answers[0].revoke(reason: 1) },
        { $0.answers[0].status = [0x82, 0x00] },
        { $0.answers[0].setNextUpdate(OCSPFixture.now + 10 * TBSFixture.day) },
        {
            $0.answers[0].revoke(at: Self.nonIssued, reason: 6)
            $0.setExtensions(OCSPRequestFixture.node([1, 3, 6, 1, 5, 5, 7, 48, 1, 9], [0x05, 0x00]))
        },
        {
            let nonce = DERBytes.node(0x04, [UInt8](repeating: 1, count: 128))
            $0.setExtensions(OCSPRequestFixture.node(OCSPRequestFixture.nonce, nonce))
        },
        {
            $0.answers.append(OCSPLintFixture.Answer())
            $0.answers[1].certID = OCSPFixture.certID(.sha1).derEncoded()
        },
    ]
}
