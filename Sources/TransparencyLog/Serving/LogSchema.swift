// What entries look like, for whoever reads the log: JSON Schema (draft 2020-12), by the version that each entry names.

import FoundationEssentials

/// The schemas of the log's entries.
enum LogSchema {
    /// A version's schema; nil for one that this log never wrote.
    static func answer(_ version: String) -> LogAnswer? {
        let text: String
        switch version {
        case LogEnvelope.schemaVersion: text = Self.envelope
        case "signet-certificate-v1": text = Self.certificate
        default: return nil
        }
        return LogAnswer(bytes: Array(text.utf8), contentType: "application/schema+json", maxAge: 86_400)
    }

    private static let envelope = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Event of an agent or an identity (Agent Name Service, V2)",
          "type": "object",
          "required": ["payload", "schemaVersion"],
          "properties": {
            "schemaVersion": {"const": "V2"},
            "signature": {"type": "string", "description": "The log's detached JWS over the canonical payload"},
            "payload": {
              "type": "object",
              "required": ["logId", "producer"],
              "properties": {
                "logId": {"type": "string", "format": "uuid"},
                "producer": {
                  "type": "object",
                  "required": ["event", "keyId", "signature"],
                  "properties": {
                    "keyId": {"type": "string"},
                    "signature": {"type": "string", "description": "Detached JWS over the canonical event"},
                    "event": {"oneOf": [{"$ref": "#/$defs/agent"}, {"$ref": "#/$defs/identity"}]}
                  }
                }
              }
            }
          },
          "$defs": {
            "fingerprint": {"type": "string", "pattern": "^SHA256:[0-9a-f]{64}$"},
            "certificates": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["fingerprint", "type", "notAfter"],
                "properties": {
                  "fingerprint": {"$ref": "#/$defs/fingerprint"},
                  "type": {"type": "string"},
                  "notAfter": {"type": "string", "format": "date-time"}
                }
              }
            },
            "omitted": {
              "description": "In place of the rest of an event that the log could not take",
              "type": "object",
              "required": ["reason", "sha256"],
              "properties": {"reason": {"type": "string"}, "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
            },
            "agent": {
              "type": "object",
              "required": ["ansId", "eventType", "raId", "timestamp"],
              "anyOf": [{"required": ["ansName", "agent"]}, {"required": ["omitted"]}],
              "properties": {
                "ansId": {"type": "string", "format": "uuid"},
                "ansName": {"type": "string"},
                "eventType": {"enum": ["AGENT_REGISTERED", "AGENT_RENEWED", "AGENT_DEPRECATED", "AGENT_REVOKED"]},
                "agent": {
                  "type": "object",
                  "required": ["host", "name", "version"],
                  "properties": {
                    "host": {"type": "string"}, "name": {"type": "string"}, "version": {"type": "string"}
                  }
                },
                "attestations": {
                  "type": "object",
                  "properties": {
                    "identityCerts": {"$ref": "#/$defs/certificates"},
                    "serverCerts": {"$ref": "#/$defs/certificates"},
                    "domainValidation": {"type": "string"},
                    "metadataHashes": {"type": "object", "additionalProperties": {"type": "string"}},
                    "dnsRecordsProvisioned": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "required": ["name", "type", "data"],
                        "properties": {
                          "name": {"type": "string"}, "type": {"type": "string"}, "data": {"type": "string"}
                        }
                      }
                    }
                  }
                },
                "issuedAt": {"type": "string", "format": "date-time"},
                "expiresAt": {"type": "string", "format": "date-time"},
                "raId": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
                "revocationReasonCode": {"type": "string"},
                "revokedAt": {"type": "string", "format": "date-time"},
                "omitted": {"$ref": "#/$defs/omitted"}
              }
            },
            "identity": {
              "type": "object",
              "required": ["identityId", "eventType", "raId", "timestamp"],
              "anyOf": [{"required": ["kind", "value"]}, {"required": ["omitted"]}],
              "properties": {
                "identityId": {"type": "string", "format": "uuid"},
                "kind": {"type": "string"},
                "value": {"type": "string"},
                "previousValue": {"type": "string"},
                "proofMethod": {"type": "string"},
                "eventType": {
                  "enum": [
                    "IDENTITY_VERIFIED", "IDENTITY_UPDATED", "IDENTITY_REVOKED", "IDENTITY_LINKED", "IDENTITY_UNLINKED"
                  ]
                },
                "keys": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["verificationMethod", "signedProof"],
                    "properties": {"verificationMethod": {"type": "object"}, "signedProof": {"type": "string"}}
                  }
                },
                "ansIds": {"type": "array", "items": {"type": "string", "format": "uuid"}},
                "verifiedAt": {"type": "string", "format": "date-time"},
                "revokedAt": {"type": "string", "format": "date-time"},
                "raId": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
                "omitted": {"$ref": "#/$defs/omitted"}
              }
            }
          }
        }

        """

    private static let certificate = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Issuance or change of status of a certificate",
          "type": "object",
          "required": ["eventType", "schemaVersion"],
          "anyOf": [{"required": ["certificate", "timestamp"]}, {"required": ["omitted"]}],
          "properties": {
            "schemaVersion": {"const": "signet-certificate-v1"},
            "eventType": {
              "enum": ["CERTIFICATE_ISSUED", "CERTIFICATE_REVOKED", "CERTIFICATE_RELEASED", "CERTIFICATE_CHANGED"]
            },
            "timestamp": {"type": "string", "format": "date-time"},
            "certificate": {
              "type": "object",
              "required": ["fingerprint", "serialNumber", "issuer", "profile", "names", "notBefore", "notAfter"],
              "properties": {
                "fingerprint": {"type": "string", "pattern": "^SHA256:[0-9a-f]{64}$"},
                "serialNumber": {"type": "string", "pattern": "^[0-9a-f]+$"},
                "issuer": {"type": "string"},
                "profile": {"type": "string"},
                "names": {"type": "array", "items": {"type": "string"}},
                "notBefore": {"type": "string", "format": "date-time"},
                "notAfter": {"type": "string", "format": "date-time"}
              }
            },
            "revocation": {
              "type": "object",
              "required": ["reason", "revokedAt"],
              "properties": {
                "reason": {"type": "string"}, "revokedAt": {"type": "string", "format": "date-time"}
              }
            },
            "omitted": {
              "description": "In place of the rest of an entry that could not be made",
              "type": "object",
              "required": ["reason", "reference"],
              "properties": {
                "reason": {"type": "string"},
                "reference": {"type": "integer"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}
              }
            }
          }
        }

        """
}
