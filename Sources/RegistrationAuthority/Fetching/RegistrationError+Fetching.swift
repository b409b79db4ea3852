// What goes wrong with addresses that strangers name for us to fetch from or to deliver to.

extension RegistrationError.Code {
    /// The text is no block of addresses (RFC 4632, RFC 4291 §2.3).
    public static let invalidAddressBlock = Self("INVALID_ADDRESS_BLOCK")
    /// The text is no `http` or `https` URL that we would ever fetch (RFC 3986, RFC 9110 §4.2).
    public static let invalidURL = Self("INVALID_URL")
    /// The URL is well-formed, and its scheme, port or address is not one that we connect to.
    public static let targetRefused = Self("TARGET_REFUSED")
}
