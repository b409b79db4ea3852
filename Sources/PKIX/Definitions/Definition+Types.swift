// Values of this module's own types in operators' files.

public import SwiftASN1
public import X509

extension Definition {
    /// An object identifier in dotted decimal.
    public func objectIdentifier() throws(PKIXError) -> ASN1ObjectIdentifier {
        let text = try self.text()
        do {
            return try ASN1ObjectIdentifier(dotRepresentation: text[...])
        } catch {
            throw self.error("'\(text)' is not an object identifier in dotted decimal")
        }
    }

    /// A key type such as `P-256`.
    public func keyType() throws(PKIXError) -> KeyType {
        let text = try self.text()
        guard let type = KeyType(text) else {
            throw self.error("'\(text)' is not a key type; write Ed25519, P-256, P-384, RSA-3072 or RSA-4096")
        }
        return type
    }

    /// A subject: a mapping of `commonName`, `organization`, `organizationalUnit`, `country`.
    public func subject() throws(PKIXError) -> DistinguishedName {
        try self.requireKeys(["country", "organization", "organizationalUnit", "commonName"])
        let country = try self["country"]?.text()
        if let country, country.utf8.count != 2 { throw self.error("country is two letters (ISO 3166)") }
        let organization = try self["organization"]?.text()
        let unit = try self["organizationalUnit"]?.text()
        let commonName = try self.required("commonName").text()
        do {
            return try DistinguishedName {
                if let country { CountryName(country) }
                if let organization { OrganizationName(organization) }
                if let unit { OrganizationalUnitName(unit) }
                CommonName(commonName)
            }
        } catch {
            throw self.error("the subject cannot be encoded: \(error)")
        }
    }
}
